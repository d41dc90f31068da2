import { describe, expect, test } from 'vitest'
import { colourOf, keyTail, nameOf } from './names.ts'
import { randomFrom } from './seed.ts'

const agents = Array.from({ length: 500 }, (_, i) => `did:key:z6Mk${String(i).padStart(44, 'x')}`)

describe('names from keys', () => {
  test('are the same for everybody, in every release', () => {
    expect(nameOf('did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK')).toBe('Juniper Owl')
  })
  test('are two words that differ for most agents', () => {
    const names = new Set(agents.map(nameOf))
    expect(names.size).toBeGreaterThan(450)
    for (const name of names) expect(name).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/)
  })
  test('speak of the colour of the picture', () => {
    for (const agent of agents) expect(nameOf(agent).startsWith(`${colourOf(agent).word} `)).toBe(true)
  })
  test('have the end of the key beside them', () => {
    expect(keyTail('did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK')).toBe('…ta2doK')
  })
})

test('a seed gives the same numbers again, in [0, 1)', () => {
  const [a, b] = [randomFrom(7), randomFrom(7)]
  for (let i = 0; i < 1000; i++) {
    const number = a()
    expect(number).toBe(b())
    expect(number >= 0 && number < 1).toBe(true)
  }
})
