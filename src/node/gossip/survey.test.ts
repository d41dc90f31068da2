import { describe, expect, test } from 'vitest'
import { MAX_SURVEYED } from '../schema/messages.ts'
import { createSurvey } from './survey.ts'
import { createTestTime, seeded } from '../support/testing/time.ts'

/** Peers that hold bodies, by the first byte of the hash; questions take 100 ms. */
function setup(holders: Record<string, number[]>, { answer }: { answer?: (peer: string) => Promise<boolean[]> } = {}) {
  const clock = createTestTime()
  const began = clock.now()
  const asked: Array<[peer: string, about: number[], atMs: number]> = []
  const found: Array<[key: string, peer: string]> = []
  const lost: Array<[key: string, asked: boolean, atMs: number]> = []
  const survey = createSurvey(
    {
      clock,
      random: seeded(3),
      async ask(peer, hashes) {
        const about = hashes.map(([first]) => first!)
        asked.push([peer, about, clock.now() - began])
        if (answer !== undefined) return answer(peer)
        await new Promise<void>((resolve) => clock.after(100, resolve))
        return about.map((one) => holders[peer]?.includes(one) ?? false)
      }
    },
    {
      found: (key, peer) => void found.push([key, peer]),
      lost: (key, wasAsked) => void lost.push([key, wasAsked, clock.now() - began])
    }
  )
  const seek = (count: number, candidates = Object.keys(holders), from = 0) => {
    for (let i = from; i < from + count; i++) {
      survey.seek({
        key: String(i),
        hash: Uint8Array.of(i),
        candidates: (without) => candidates.filter((peer) => !without.has(peer))
      })
    }
  }
  return { clock, survey, asked, found, lost, seek }
}

describe('a survey', () => {
  test('asks one peer about all that is sought, and the next only about the rest', async () => {
    const { clock, seek, asked, found, lost } = setup({ a: [0, 1], b: [2, 3, 4], c: [] })
    seek(5)
    await clock.pass(1000)
    expect(asked.map(([peer, about]) => [peer, about])).toEqual([
      ['a', [0, 1, 2, 3, 4]],
      ['b', [2, 3, 4]]
    ])
    expect(found).toEqual([
      ['0', 'a'],
      ['1', 'a'],
      ['2', 'b'],
      ['3', 'b'],
      ['4', 'b']
    ])
    await clock.pass(60_000)
    expect(asked).toHaveLength(2)
    expect(lost).toEqual([])
    expect(clock.waiting).toBe(0)
  })

  test('gathers what is sought within a moment', async () => {
    const { clock, seek, asked } = setup({ a: [0, 1, 2, 3] })
    seek(2)
    await clock.pass(200)
    seek(2, ['a'], 2)
    await clock.pass(1000)
    expect(asked).toEqual([['a', [0, 1, 2, 3], 300]])
  })

  test('begins with whoever the most may be with', async () => {
    const { clock, survey, seek, asked } = setup({ a: [], b: [] })
    seek(3, ['a', 'b'])
    seek(2, ['b'], 3)
    await clock.pass(350)
    expect(asked.map(([peer, about]) => [peer, about.length])).toEqual([['b', 5]])
    survey.close()
  })

  test('asks about so many at once as a question may name', async () => {
    const { clock, seek, asked, found } = setup({ a: Array.from({ length: 200 }, (_, i) => i) })
    seek(100)
    await clock.pass(1000)
    expect(asked.map(([, about]) => about.length)).toEqual([MAX_SURVEYED, 100 - MAX_SURVEYED])
    expect(found).toHaveLength(100)
  })

  test('asks again later, and gives up, not all at once, what nobody holds', async () => {
    const { clock, seek, asked, found, lost } = setup({ a: [], b: [] })
    seek(60)
    await clock.pass(60_000)
    expect(found).toEqual([])
    expect(lost).toHaveLength(60)
    expect(lost.every(([, wasAsked]) => wasAsked)).toBe(true)
    const times = [...new Set(lost.map(([, , at]) => at))]
    expect(times).toHaveLength(3)
    expect(Math.min(...times)).toBeGreaterThan(3000)
    expect(Math.max(...times)).toBeLessThan(15_000)
    // who did not hold them is not asked again unless it is a candidate again
    expect(asked).toHaveLength(2)
  })

  test('is not worth it for one or two', async () => {
    const { clock, seek, asked, lost } = setup({ a: [0, 1] })
    seek(2)
    await clock.pass(1000)
    expect(asked).toEqual([])
    expect(lost.map(([key, wasAsked]) => [key, wasAsked])).toEqual([
      ['0', false],
      ['1', false]
    ])
    expect(clock.waiting).toBe(0)
  })

  test('does not wait for a peer that is silent before it asks the next', async () => {
    const { clock, survey, seek, asked } = setup({ silent: [], b: [] }, { answer: () => new Promise(() => undefined) })
    seek(4)
    await clock.pass(2000)
    expect(asked.map(([peer]) => peer)).toEqual(['silent', 'b'])
    survey.close()
    expect(clock.waiting).toBeLessThanOrEqual(1)
  })

  test('takes an answer that is too short for a no', async () => {
    const { clock, seek, found, lost } = setup({ a: [] }, { answer: async () => [true] })
    seek(3)
    await clock.pass(60_000)
    expect(found).toEqual([['0', 'a']])
    expect(lost.map(([key]) => key).sort()).toEqual(['1', '2'])
  })

  test('leaves alone what is not sought any more', async () => {
    const { clock, survey, seek, found } = setup({ a: [0, 1, 2] })
    seek(3)
    await clock.pass(350)
    survey.giveUp('1')
    await clock.pass(1000)
    expect(found.map(([key]) => key)).toEqual(['0', '2'])
  })
})
