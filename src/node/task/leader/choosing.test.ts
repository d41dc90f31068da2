import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Adaptation } from '../../adapt/adaptation.ts'
import { UNSORTED_TOPIC } from '../../schema/contract.ts'
import type { TaskRecord } from '../../schema/task.ts'
import { contractHash, verifyContract } from '../contract.ts'
import { createBench, type Bench } from '../testing/bench.ts'
import { candidateOf, limits, recordOf, skillOf } from '../testing/records.ts'
import { createChoosing, lookingText } from './choosing.ts'
import { createEndings } from './endings.ts'

let bench: Bench

const declaration = skillOf().capability

beforeEach(async () => {
  bench = await createBench()
  bench.candidates.push(candidateOf(bench.other.agent))
})

/** The task after one choice. */
async function chosen(task: TaskRecord, adaptation: Partial<Adaptation> = {}): Promise<TaskRecord> {
  const { self: key, tasks, reports } = bench
  const components = { key, tasks, adaptation: { ...bench.adaptation, ...adaptation }, now: Date.now }
  const choose = createChoosing({
    ...components,
    endings: createEndings(components),
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    report: (error) => reports.push(error)
  })
  await tasks.create(task)
  await choose(task.id, AbortSignal.timeout(10_000))
  return tasks.read(task.id)
}

describe('the contract', () => {
  test('is made with the best that is here and takes as much, signed by us, and says what was asked for', async () => {
    const best = candidateOf(bench.other.agent, { skill: 'best' })
    bench.candidates.splice(0, 1, { ...best, skill: 'away', reach: 'away' }, { ...best, skill: 'small', limits: { ...limits, inputBytes: 9 } }, best)
    const files = [{ name: 'a', type: 'text/plain', hash: 'b'.repeat(64), size: 10 }]
    const { contract, contractHash: hash, leaderSignature, waiting } = await chosen(recordOf({ goal: 'do it', files }))
    expect(contract).toMatchObject({ leader: bench.self.agent, follower: bench.other.agent, skill: 'best', goal: 'do it', files, limits })
    expect(hash).toBe(await contractHash(contract!))
    expect(await verifyContract(bench.self.agent, contract!, leaderSignature!)).toBe(true)
    expect(waiting).toBe('Waiting for an answer')
  })

  test('names the terms of the offer, where it has any', async () => {
    const terms = { languages: ['de'], region: null, price: 2, keeps: 'nothing', tier: 0 } as const
    expect((await chosen(recordOf())).contract).not.toHaveProperty('terms')
    bench.candidates.splice(0, 1, candidateOf(bench.other.agent, { terms: { ...terms, languages: ['de'] } }))
    const { contract, contractHash: hash } = await chosen(recordOf())
    expect(contract?.terms).toEqual(terms)
    expect(hash).toBe(await contractHash(contract!))
  })

  test.each<[string, { topic: string | null; placed?: string | null }, string]>([
    ['that the offer says', { topic: 'text/translation' }, 'text/translation'],
    ['in which the offer belongs', { topic: null, placed: 'text/summarising' }, 'text/summarising'],
    ['of what can’t be placed', { topic: null, placed: null }, UNSORTED_TOPIC],
    ['of what is not declared any more', { topic: null }, UNSORTED_TOPIC]
  ])('counts in the topic %s', async (_, { topic, placed }, expected) => {
    bench.candidates.splice(0, 1, candidateOf(bench.other.agent, { topic }))
    const known = [{ agent: bench.other.agent, seq: 1, expiry: Infinity, declaration }]
    const { contract } = await chosen(recordOf(), {
      capabilities: () => (placed === undefined ? [] : known),
      surroundings: async (one) => ({ topic: one === declaration ? (placed ?? null) : 'life/cooking', samples: [] })
    })
    expect(contract?.topic).toBe(expected)
  })

  test('is made, too, when the tree of topics can’t be had', async () => {
    const { contract } = await chosen(recordOf(), {
      capabilities: () => [{ agent: bench.other.agent, seq: 1, expiry: Infinity, declaration }],
      surroundings: () => Promise.reject(new Error('no tree'))
    })
    expect(contract?.topic).toBe(UNSORTED_TOPIC)
    expect(bench.reports).toEqual([new Error('no tree')])
  })
})

describe('a task ends without a contract', () => {
  test('when nobody takes its files', async () => {
    const files = [{ name: 'a', type: 'text/plain', hash: 'b'.repeat(64), size: limits.inputBytes + 1 }]
    const { state, problem, contract } = await chosen(recordOf({ files }))
    expect({ state, contract }).toEqual({ state: 'failed', contract: null })
    expect(problem).toMatch(/nobody here takes more than 1000 bytes/)
  })

  test('when it was for an agent that we don’t work with', async () => {
    const wanted = { agent: bench.other.agent, skill: null }
    const { state, problem } = await chosen(recordOf({ wanted }), { against: () => ['it is elsewhere'] })
    expect(state).toBe('failed')
    expect(problem).toBe('You and this agent don’t work together: it is elsewhere. Nothing was sent.')
  })

  test('when it was taken back', async () => {
    expect(await chosen(recordOf({ cancelRequested: true }))).toMatchObject({ state: 'canceled', problem: null, contract: null })
  })
})

describe('with nobody there', () => {
  beforeEach(() => {
    bench.candidates.splice(0)
  })

  test('a task says what it waits for', async () => {
    expect(await chosen(recordOf())).toMatchObject({ state: 'submitted', contract: null, waiting: lookingText })
  })

  test('it is listened for, and looked at again only once something has changed', async () => {
    const listenedFor: string[] = []
    let isDone = false
    const listenFor = async (text: string) => {
      listenedFor.push(text)
    }
    const choice = chosen(recordOf({ goal: 'do it', waiting: lookingText }), { listenFor }).finally(() => (isDone = true))
    await vi.waitFor(() => expect(listenedFor).toEqual(['do it']), 10_000)
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(isDone).toBe(false)
    bench.here(true)
    expect(await choice).toMatchObject({ state: 'submitted', contract: null })
  })
})
