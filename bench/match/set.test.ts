/** That what is learned from has nothing of what is measured with. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadSet, type MatchSet } from './set.ts'

const set = (name: string): MatchSet => loadSet(join(import.meta.dirname, name))
const heldOut = set('held-out')

const textsOf = ({ offers, requests }: MatchSet): string[] => [
  ...requests.map(({ text }) => text),
  ...offers.flatMap(({ capability: { description, examples } }) => [description, ...examples])
]

/** Runs of five words: two people who write of their own seldom have one in common. */
function runs(text: string): string[] {
  const words = text.toLowerCase().match(/[a-z0-9']+/g) ?? []
  return words.slice(4).map((_, i) => words.slice(i, i + 5).join(' '))
}

describe.each(['tuning', 'training'])('the %s set', (name) => {
  const other = set(name)

  it('is of other fields than the held-out one', () => {
    const fields = new Set(heldOut.offers.map(({ field }) => field))
    expect(other.offers.filter(({ field }) => fields.has(field))).toEqual([])
  })

  it('has none of its texts, and next to none of its turns of phrase', () => {
    const texts = new Set(textsOf(heldOut).filter((text) => text !== ''))
    expect(textsOf(other).filter((text) => texts.has(text))).toEqual([])
    const phrases = new Set(textsOf(heldOut).flatMap(runs))
    const all = textsOf(other).flatMap(runs)
    expect(all.filter((run) => phrases.has(run)).length / all.length).toBeLessThan(0.01)
  })

  it('says of each request who serves it, and each capability is known by one id', () => {
    const ids = other.offers.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const known = new Set(ids)
    for (const { text, serves, traps } of other.requests) {
      expect(serves.length + traps.length, text).toBeGreaterThan(0)
      expect([...serves, ...traps].filter((id) => !known.has(id)), text).toEqual([])
    }
  })
})
