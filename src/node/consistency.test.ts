/**
 * Whatever happens to links, tabs and minds while a task is under way, both sides end in states that fit
 * together, and each log has at most one contract and one outcome of it. A failure prints the seed and the
 * shortest sequence that was found.
 */
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import type { StarlingClient, TaskView } from './client.ts'
import { createMemoryHub, type MemoryHub } from './net/memory.ts'
import type { StarlingNode } from './node.ts'
import type { SignedOutcome } from './schema/contract.ts'
import type { Runner } from './skill/runner.ts'
import { delay } from './support/wait-for.ts'
import { agents, createNodes, createProfile, csv, type Nodes, type Profile } from './testing/nodes.ts'

const actions = [
  'cut',
  'join',
  'reload leader',
  'reload follower',
  'approve',
  'approve',
  'cancel by leader',
  'cancel by follower',
  'a moment'
] as const
type Action = (typeof actions)[number]

const RUNS = 14
const SETTLE_MS = 25_000
const WRITTEN_MS = 5_000
const never = new AbortController().signal

/** Takes long enough for something to happen meanwhile. */
const shortRunner: Runner = {
  async run(_, { signal, onProgress }) {
    onProgress({ fraction: 0.5, note: 'half', at: Date.now() })
    await delay(60, signal)
    return { summary: 'done', parts: [] }
  }
}

interface Side {
  profile: Profile
  name: string
  peer: string
  node: StarlingNode
  reloads: number
}

async function play(script: readonly Action[]): Promise<void> {
  const hub = createMemoryHub()
  const nodes = createNodes(hub)
  try {
    await playOn(hub, nodes, script)
    expect(nodes.reports).toEqual([])
  } finally {
    await nodes.closeAll()
  }
}

async function playOn(hub: MemoryHub, nodes: Nodes, script: readonly Action[]): Promise<void> {
  const open = async (name: string): Promise<Side> => {
    const profile = await createProfile()
    return { profile, name, peer: name, node: await nodes.open(name, profile, { runner: shortRunner }), reloads: 0 }
  }
  // the lower name greets first
  const leader = await open('a')
  const follower = await open('b')
  let joined = true

  const link = () => (joined ? hub.join(leader.peer, follower.peer) : hub.cut(leader.peer, follower.peer))
  const reload = async (side: Side) => {
    await nodes.close(side.node)
    side.peer = `${side.name}${++side.reloads}`
    link()
    side.node = await nodes.open(side.peer, side.profile, { runner: shortRunner })
  }
  const theirs = async (): Promise<TaskView | undefined> => (await follower.node.client.tasks())[0]
  /** What can't be done at this moment is refused, and that is no failure. */
  const tried = (attempt: Promise<unknown>) => attempt.catch((error: unknown) => expect(error).toBeInstanceOf(RangeError))

  const does: Record<Action, () => Promise<unknown> | undefined> = {
    cut: async () => {
      joined = false
      link()
    },
    join: async () => {
      joined = true
      link()
    },
    'reload leader': () => reload(leader),
    'reload follower': () => reload(follower),
    approve: async () => {
      const [card] = await follower.node.client.approvals()
      if (card !== undefined) await tried(follower.node.client.approve(card.id))
    },
    'cancel by leader': () => tried(leader.node.client.cancel(id)),
    'cancel by follower': async () => {
      const task = await theirs()
      if (task !== undefined) await tried(follower.node.client.cancel(task.id))
    },
    'a moment': () => delay(40, never)
  }

  await agents(leader.node.client, 1)
  const id = await leader.node.client.submit({ goal: 'Statistics', files: [csv] })
  for (const action of script) await does[action]()
  await does.join()

  const ours = async (): Promise<TaskView> => (await leader.node.client.tasks()).find((task) => task.id === id)!
  await vi.waitFor(
    async () => {
      await does.approve()
      const [mine, other] = [await ours(), await theirs()]
      expect(['completed', 'failed', 'canceled', 'rejected']).toContain(mine.state)
      // it may have been taken back before the other side ever heard of it, or while it was away
      if (other !== undefined && mine.state === 'completed') expect(other.entries.outcome).not.toBeNull()
    },
    { timeout: SETTLE_MS, interval: 25 }
  )

  // a state is shown as soon as it is decided; what is written follows
  await vi.waitFor(
    async () => {
      const [mine, other] = [await ours(), await theirs()]
      const [ourLog, theirLog] = [await recordsOf(leader.node.client), await recordsOf(follower.node.client)]
      // the follower signs last and writes down first
      if (ourLog.contracts.length === 1) expect(theirLog.contracts).toEqual(ourLog.contracts)
      expect(ourLog.outcomes.length).toBe(ourLog.contracts.length)
      const [outcome] = ourLog.outcomes
      if (outcome === undefined) return
      expect(outcome.outcome.state).toBe(mine.state)
      // what both have signed both have, and it is the same; what we signed alone we ended alone
      if (outcome.followerSignature === null) expect(['canceled', 'failed']).toContain(mine.state)
      else {
        expect(theirLog.outcomes).toEqual([outcome])
        expect(other?.state).toBe(mine.state)
      }
    },
    { timeout: WRITTEN_MS, interval: 25 }
  )
  for (const { node } of [leader, follower]) {
    const { contracts, outcomes } = await recordsOf(node.client)
    expect(contracts.length).toBeLessThanOrEqual(1)
    expect(outcomes.length).toBeLessThanOrEqual(contracts.length)
  }
  const mine = await ours()
  if (mine.state === 'completed') expect(mine.result?.summary).toBe('done')
}

async function recordsOf(client: StarlingClient): Promise<{ contracts: string[]; outcomes: SignedOutcome[] }> {
  const entries = await client.log()
  return {
    contracts: entries.filter(({ kind }) => kind === 'contract').map(({ bodyHash }) => bodyHash),
    outcomes: entries.filter(({ kind }) => kind === 'outcome').map(({ body }) => body as SignedOutcome)
  }
}

const seed = Math.floor(Math.random() * 2 ** 31)

test(`a task ends well on both sides, whatever happens (seed ${seed})`, { timeout: 120_000 }, async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.constantFrom(...actions), { minLength: 1, maxLength: 9 }), play), {
    seed,
    numRuns: RUNS,
    interruptAfterTimeLimit: 40_000
  })
})

test.each<[string, Action[]]>([
  ['nothing happens', []],
  ['the leader takes it back at once', ['cancel by leader']],
  ['a cancel meets an approval', ['a moment', 'approve', 'cancel by leader']],
  ['both sides stop it', ['a moment', 'approve', 'cancel by follower', 'cancel by leader']],
  ['the link goes while it runs', ['a moment', 'approve', 'cut', 'a moment', 'a moment', 'reload leader', 'join']],
  ['both reload while it runs', ['a moment', 'approve', 'reload follower', 'reload leader']],
  ['it is taken back while the other is away', ['a moment', 'approve', 'cut', 'cancel by leader', 'a moment', 'join']]
])('when %s', async (_, script) => play(script))
