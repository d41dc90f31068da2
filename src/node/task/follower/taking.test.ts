import { beforeEach, describe, expect, test } from 'vitest'
import { agentKey, generateKeyPair, type AgentKey } from '../../crypto/keys.ts'
import type { Contract } from '../../schema/contract.ts'
import { contractHash, signContract } from '../contract.ts'
import { MAX_KEPT } from '../housekeeping.ts'
import { createBench, type Bench } from '../testing/bench.ts'
import { contractOf, limits, recordOf, skillOf } from '../testing/records.ts'
import { createTaking, type Take } from './taking.ts'

let bench: Bench
let take: Take
let clock: number
let isOpen: boolean
let against: string[]

beforeEach(async () => {
  bench = await createBench()
  clock = Date.now()
  isOpen = true
  against = []
  take = createTaking({
    key: bench.self,
    tasks: bench.tasks,
    adaptation: { against: () => against },
    offered: (id) => (id === 'x' ? skillOf() : undefined),
    isOpen: () => isOpen,
    now: () => clock
  })
})

const contract = (fields: Partial<Contract> = {}, leader = bench.other) => contractOf(leader.agent, bench.self.agent, fields)

/** What comes of an offer that its leader makes itself. */
async function taken(of: Contract, leader: AgentKey = bench.other): ReturnType<Take> {
  return take(leader.agent, { type: 'offer', contract: of, signature: await signContract(leader, of) })
}

/** Takes up to `times` requests of this leader, each taken back at once. @returns how many were taken */
async function takenBack(times: number, leader: AgentKey = bench.other): Promise<number> {
  for (let i = 0; i < times; i++) {
    const answer = await taken(contract({}, leader), leader)
    if ('declined' in answer) return i
    await bench.tasks.update(answer.id, () => ({ state: 'canceled' }))
  }
  return times
}

const newLeader = async (): Promise<AgentKey> => agentKey(await generateKeyPair())
const tooMany = { declined: 'Too many requests came already. Ask again later.' }

test('an offer becomes a task under its contract’s hash', async () => {
  const files = [{ name: 'a', type: 'text/plain', hash: 'b'.repeat(64), size: 10 }]
  const of = contract({ goal: 'add up', files })
  const id = await contractHash(of)
  expect(await taken(of)).toEqual({ id })
  expect(await bench.tasks.read(id)).toMatchObject({
    role: 'follower',
    state: 'submitted',
    goal: 'add up',
    files,
    contract: of,
    contractHash: id,
    leaderSignature: await signContract(bench.other, of),
    followerSignature: null,
    waiting: 'Waiting for your approval'
  })
})

describe('an offer is declined, and not kept,', () => {
  test.each<[string, Partial<Contract>, RegExp]>([
    ['for what is not offered', { skill: 'y' }, /does not offer/],
    ['by somebody else than who asks', { leader: `did:key:z6Mk${'1'.repeat(44)}` }, /another agent/],
    ['that asks for too much', { limits: { ...limits, ms: 2000 } }, /more time/],
    ['under another topic', { topic: 'text/translation' }, /another topic/]
  ])('%s', async (_, change, reason) => {
    expect(await taken(contract(change))).toEqual({ declined: expect.stringMatching(reason) as string })
    expect(bench.tasks.all()).toEqual([])
  })

  test('when it is not signed', async () => {
    const offer = { type: 'offer', contract: contract(), signature: new Uint8Array(64) } as const
    expect(await take(bench.other.agent, offer)).toEqual({ declined: 'The request is not signed by who asks.' })
    expect(bench.tasks.all()).toEqual([])
  })

  test('when its agent is one that we don’t work with, who is not told why', async () => {
    against = ['it is in the wrong place']
    expect(await taken(contract())).toEqual({ declined: 'Your agent is not what mine insists on, or mine is not what yours does.' })
    expect(bench.tasks.all()).toEqual([])
  })

  test('while no work is taken on', async () => {
    isOpen = false
    expect(await taken(contract())).toEqual({ declined: expect.stringMatching(/no work right now/) as string })
    expect(bench.tasks.all()).toEqual([])
  })

  test('without room to keep it', async () => {
    bench.full(true)
    expect(await taken(contract())).toEqual({ declined: expect.stringMatching(/no room/) as string })
  })
})

test('what was taken before is the same task, whatever has changed since', async () => {
  const of = contract()
  const first = await taken(of)
  isOpen = false
  against = ['it is in the wrong place']
  clock = of.expiry + 1
  expect(await taken(of)).toEqual(first)
  expect(bench.tasks.all()).toHaveLength(1)
})

describe('of requests that wait', () => {
  test('so many of one agent are kept, and others’ are still taken', async () => {
    for (let i = 0; i < 5; i++) expect(await taken(contract())).toHaveProperty('id')
    expect(await taken(contract())).toEqual(tooMany)
    expect(bench.tasks.all()).toHaveLength(5)
    const other = await newLeader()
    expect(await taken(contract({}, other), other)).toHaveProperty('id')
  })

  test('so many of all agents are kept', async () => {
    for (let i = 0; i < 50; i++) {
      const leader = `did:key:z6Mk${String(i + 1).replaceAll('0', 'A').padStart(44, 'B')}`
      await bench.tasks.create(recordOf({ role: 'follower', contract: contractOf(leader, bench.self.agent) }))
    }
    expect(await taken(contract())).toEqual(tooMany)
    // one that has its answer waits for nobody
    await bench.tasks.update(bench.tasks.all()[0]!.id, () => ({ approvedBy: 'operator' }))
    expect(await taken(contract())).toHaveProperty('id')
  })
})

describe('of requests that are made and taken back without end', () => {
  test('so many of one agent are looked at, and one more every two seconds', async () => {
    expect(await takenBack(60)).toBe(50)
    clock += 2000
    expect(await takenBack(2)).toBe(1)
  })

  test('so many of all agents are looked at', async () => {
    for (let i = 0; i < 6; i++) expect(await takenBack(50, await newLeader())).toBe(50)
    expect(await takenBack(1, await newLeader())).toBe(0)
  })
})

test('a new task takes the place of one that is long over, with its result', async () => {
  const hash = 'd'.repeat(64)
  const over = (created: number) => recordOf({ role: 'follower', state: 'canceled', created })
  const oldest = {
    ...over(0),
    outcome: { version: 1, contract: 'c'.repeat(64), state: 'canceled', result: hash, resultSize: 1, reason: null, finished: 1 } as const,
    entries: { contract: null, outcome: 1, rating: null }
  }
  await bench.tasks.create(oldest, [{ put: 'blobs', key: hash, value: new Uint8Array(1) }])
  for (let i = 1; i <= MAX_KEPT; i++) await bench.tasks.create(over(i))
  await taken(contract())
  expect(bench.tasks.get(oldest.id)).toBeUndefined()
  expect(await bench.store.get('blobs', hash)).toBeUndefined()
  expect(bench.tasks.all()).toHaveLength(MAX_KEPT + 1)
})
