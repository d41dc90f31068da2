import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8')
const tokens = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, light, dark]) => [
    name!,
    [light!, dark!]
  ])
)

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const channel = parseInt(colour.slice(i, i + 2), 16) / 255
    return channel <= 0.03928 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}

/** The contrast of two tokens as WCAG 2 counts it, the lesser of light and dark. */
function contrast(front: string, back: string): number {
  const ratios = [0, 1].map((theme) => {
    const [a, b] = [front, back].map((name) => luminance(tokens.get(name)![theme]!))
    return (Math.max(a!, b!) + 0.05) / (Math.min(a!, b!) + 0.05)
  })
  return Math.min(...ratios)
}

const surfaces = ['paper', 'surface', 'sunken', 'raised']
const texts = ['ink', 'ink-soft', 'ink-faint', 'accent', 'accent-strong', 'good', 'warn', 'bad']
const softs = ['good-soft', 'warn-soft', 'bad-soft', 'accent-soft']

test('text holds 4.5:1 on what it stands on, in light and dark', () => {
  const pairs = [
    ...surfaces.flatMap((back) => texts.map((front) => [front, back])),
    ...softs.flatMap((back) => ['ink', 'ink-soft', 'accent'].map((front) => [front, back])),
    ...['good', 'warn', 'bad'].map((front) => [front, `${front}-soft`]),
    ['accent-strong', 'accent-soft'],
    ['on-accent', 'accent'],
    ['on-accent', 'accent-strong']
  ]
  expect(pairs.filter(([front, back]) => contrast(front!, back!) < 4.5)).toEqual([])
})

test('borders of controls and the marks of charts hold 3:1', () => {
  const pairs = [
    ...surfaces.map((back) => ['line-strong', back]),
    ...[1, 2, 3, 4, 5, 6].map((n) => [`chart-${n}`, 'surface'])
  ]
  expect(pairs.filter(([front, back]) => contrast(front!, back!) < 3)).toEqual([])
})
