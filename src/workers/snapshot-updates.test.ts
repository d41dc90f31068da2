import { serialize } from 'node:v8'
import { expect, test } from 'vitest'
import type { Declared } from '../node/adapt/declarations.ts'
import type { AgentView, Snapshot, StandingInterest, TaskView } from '../node/client.ts'
import { createAgentViews } from '../node/client/agent-views.ts'
import type { Capability } from '../node/schema/declaration.ts'
import { packSnapshots, unpackSnapshots } from './snapshot-updates.ts'

const task = (id: string, updated: number) => ({ id, updated }) as TaskView
const agent = (id: string) => ({ agent: id }) as AgentView
const interest = (id: string) => ({ id }) as StandingInterest
const snapshot = (part: Partial<Snapshot>) => ({ logLength: 1, agents: [], tasks: [], interests: [], ...part }) as Partial<Snapshot> as Snapshot

async function* each<T>(...values: T[]) {
  yield* values
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const value of values) list.push(value)
  return list
}

test('what is the same is sent once, and the other end has it all the same', async () => {
  const [one, two, twoLater] = [task('one', 1), task('two', 1), task('two', 2)]
  const [ann, bob] = [agent('ann'), agent('bob')]
  const sought = interest('piano')
  const snapshots = [
    snapshot({ tasks: [one, two], agents: [bob] }),
    snapshot({ tasks: [one, twoLater], agents: [ann, bob], interests: [sought] }),
    snapshot({ tasks: [twoLater], agents: [bob, ann], interests: [sought] }),
    snapshot({})
  ]
  const packed = await all(packSnapshots(each(...snapshots)))
  expect(packed.map(({ tasks }) => tasks)).toEqual([[one, two], [0, twoLater], [1], []])
  expect(packed.map(({ agents }) => agents)).toEqual([[bob], [ann, 0], [1, 0], []])
  expect(packed.map(({ interests }) => interests)).toEqual([[], [sought], [0], []])
  const received = await all(unpackSnapshots(each(...packed.map((update) => structuredClone(update)))))
  expect(received).toEqual(snapshots)
  // whoever follows a view sees by the object whether it has changed
  expect(received[2]?.agents[0]).toBe(received[1]?.agents[1])
})

const MAX_SNAPSHOT_BYTES = 256 * 1024
const MAX_UPDATE_BYTES = 4 * 1024

/** As a page gets it: structured clone writes what V8 serialises. */
const bytes = (value: unknown): number => serialize(value).length

const offer = (of: string, seq: number, part: Partial<Capability> = {}): Declared<Capability> => ({
  agent: of,
  seq,
  expiry: 1e15,
  declaration: {
    kind: 'capability',
    id: `skill-${seq}`,
    name: `Offer number ${seq} of many`,
    description: 'What it is good for, in some hundred words. '.repeat(12),
    tags: ['one', 'two', 'three'],
    examples: ['For example this', 'For example that'],
    inputModes: ['text/plain'],
    outputModes: ['text/plain'],
    program: 'a'.repeat(64),
    limits: { ms: 1000, memoryBytes: 1024, inputBytes: 1024, outputBytes: 1024 },
    ...part
  }
})
const did = (n: number) => `did:key:z6Mk${String(n).padStart(44, '0')}`
const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))
/** The longest texts that a declaration may have, of characters that take two bytes each. */
const huge = (of: string, seq: number) =>
  offer(of, seq, {
    name: '語'.repeat(80),
    description: '語'.repeat(1000),
    tags: times(24, () => '語'.repeat(40)),
    examples: times(12, () => '語'.repeat(200))
  })

/** A node's snapshots with these offers, and after each change of them. */
function crowd(capabilities: Array<Declared<Capability>>) {
  let entries = 20
  const goal = '語'.repeat(2000)
  const { listed } = createAgentViews({
    agent: 'self',
    adaptation: {
      present: () => [did(0)],
      capabilities: () => capabilities,
      intentions: () =>
        times(500, (n) => ({ agent: did(n), seq: 1000, expiry: 1e15, declaration: { kind: 'intention' as const, goal, tags: [] } })),
      reach: () => 'away',
      stateOf: () => null
    },
    petnames: { of: () => null },
    logViews: { of: async (author) => ({ entries: author === did(0) ? entries : 20, whole: true, fork: false }) },
    history: () => ({ completed: 0, failed: 0 })
  })
  return {
    /** one more header of one agent comes, then one more offer of it */
    async *snapshots() {
      yield snapshot(await listed())
      entries++
      yield snapshot(await listed())
      capabilities = [...capabilities, offer(did(0), 21)]
      yield snapshot(await listed())
    }
  }
}

test('ten thousand offers of five hundred agents, and the largest of a hostile one, cross in little', async () => {
  const many = times(500, (n) => times(20, (i) => offer(did(n), i + 1))).flat()
  const hostile = times(64, (i) => huge(did(1), 100 + i))
  expect(bytes([...many, ...hostile])).toBeGreaterThan(20 * MAX_SNAPSHOT_BYTES)
  const [first, header, declared] = await all(packSnapshots(crowd([...many, ...hostile]).snapshots()))
  expect(first?.agents).toHaveLength(128)
  expect(first?.moreAgents).toBe(372)
  expect(bytes(first)).toBeLessThan(MAX_SNAPSHOT_BYTES)
  for (const update of [header, declared]) {
    expect(update?.agents.filter((one) => typeof one !== 'number')).toHaveLength(1)
    expect(bytes(update)).toBeLessThan(MAX_UPDATE_BYTES)
  }
})

test('where all are hostile, what crosses is bounded, too', async () => {
  const [first, header] = await all(packSnapshots(crowd(times(500, (n) => times(64, (i) => huge(did(n), i + 1))).flat()).snapshots()))
  expect(bytes(first)).toBeLessThan(MAX_SNAPSHOT_BYTES)
  expect(bytes(header)).toBeLessThan(MAX_UPDATE_BYTES)
})
