import { describe, expect, test } from 'vitest'
import { lookedAt, shown, withFitting, withHolding, type Fitting, type KeptInterest } from './finds.ts'

const DAY = 24 * 60 * 60_000
const none: KeptInterest = { id: 'greek', text: 'ancient Greek', constraints: {}, created: 0, found: [] }
const fit = (agent: string, part: Partial<Fitting> = {}): Fitting => ({ agent, skill: 'greek', name: 'Greek', likely: 0.5, said: 'a', ...part })
const gone = (interest: KeptInterest, at: number) => withHolding(interest, new Map(interest.found.map(({ agent, skill }) => [`${agent} ${skill}`, false])), at)

describe('what fits', () => {
  test('is new until it is looked at; what is the same changes nothing', () => {
    const one = withFitting(none, [fit('ann')], 1)
    expect(shown(one).found).toEqual([{ agent: 'ann', skill: 'greek', name: 'Greek', likely: 0.5, at: 1, seen: false }])
    expect(withFitting(one, [fit('ann')], 2)).toBe(one)
    const seen = lookedAt(one)
    expect(shown(seen).found).toMatchObject([{ seen: true }])
    expect(lookedAt(seen)).toBe(seen)
    expect(shown(withFitting(seen, [fit('ann', { likely: 0.8, said: 'b' })], 2)).found).toMatchObject([{ likely: 0.8, at: 1, seen: true }])
  })

  test('is bounded: the likeliest stay, first', () => {
    const many = withFitting(none, Array.from({ length: 40 }, (_, i) => fit(`agent-${i}`, { likely: i / 100 })), 1)
    expect(shown(many).found).toHaveLength(32)
    expect(shown(many).found[0]).toMatchObject({ agent: 'agent-39' })
  })
})

describe('what does not hold any more', () => {
  const seen = lookedAt(withFitting(none, [fit('ann', { likely: 0.6 }), fit('bob')], 1))

  test('is not shown, and comes back as it was when it holds again', () => {
    const without = withHolding(seen, new Map([['ann greek', false]]), 2)
    expect(shown(without).found).toMatchObject([{ agent: 'bob' }])
    expect(withHolding(without, new Map([['ann greek', false]]), 3)).toBe(without)
    expect(shown(withHolding(without, new Map([['ann greek', true]]), 3)).found).toEqual(shown(seen).found)
  })

  test('stays as it is when it was not looked whether it holds', () => {
    expect(withHolding(seen, new Map(), 2)).toBe(seen)
  })

  test('is no news when it is found again soon and says the same; else it is', () => {
    const [ann, bob] = [shown(withFitting(gone(seen, 2), [fit('ann')], 3)), shown(withFitting(gone(seen, 2), [fit('bob', { said: 'b' })], 3))]
    expect(ann.found).toMatchObject([{ agent: 'ann', at: 1, seen: true }])
    expect(bob.found).toMatchObject([{ agent: 'bob', at: 3, seen: false }])
    expect(shown(withFitting(gone(seen, 2), [fit('ann')], DAY + 2)).found).toMatchObject([{ at: DAY + 2, seen: false }])
  })

  test('is not looked at, either', () => {
    const unseen = gone(withFitting(none, [fit('ann')], 1), 2)
    expect(lookedAt(unseen)).toBe(unseen)
  })

  test('is forgotten after a day, and bounded', () => {
    const many = Array.from({ length: 40 }, (_, i) => gone(withFitting(none, [fit(`agent-${i}`)], 1), 10 + i).found).flat()
    const after = withFitting({ ...none, found: many }, [fit('ann')], 100)
    expect(after.found).toHaveLength(33)
    expect(after.found.at(-1)).toMatchObject({ gone: 18 })
    expect(withFitting(after, [fit('bob')], DAY + 20).found.map(({ agent }) => agent)).not.toContain('agent-8')
  })
})
