/** How agents come to know how others do: whole nodes that work for each other, and hear of what others have done. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { StarlingClient } from './client.ts'
import { createMemoryHub } from './net/memory.ts'
import type { StarlingNode } from './node.ts'
import type { Store } from './store/store.ts'
import { agents, approval, createNodes, createProfile, csv, reaches, type Nodes, type Profile } from './testing/nodes.ts'

const TOPIC = 'data/statistics'

let nodes: Nodes
let profiles: Profile[]
let names: string[]
let leader: StarlingNode
let worker: StarlingNode
let other: StarlingNode

beforeEach(async () => {
  nodes = createNodes(createMemoryHub())
  profiles = await Promise.all([createProfile(), createProfile(), createProfile()])
  names = profiles.map(({ key }) => key.agent)
  const [a, b, c] = profiles as [Profile, Profile, Profile]
  ;[leader, worker, other] = [await nodes.open('leader', a), await nodes.open('worker', b), await nodes.open('other', c)]
})
afterEach(async () => {
  await nodes.closeAll()
  expect(nodes.reports).toEqual([])
})

/** The worker does something for the leader. @returns the leader's task */
async function work(): Promise<string> {
  await agents(leader.client, 2)
  const id = await leader.client.submit({ goal: 'Statistics of my prices', files: [csv], agent: names[1]!, skill: 'csv-statistics' })
  await worker.client.approve((await approval(worker.client)).id)
  await reaches(leader.client, id, ({ state }) => state === 'completed')
  await vi.waitFor(async () => expect((await leader.client.tasks())[0]?.entries.rating).not.toBeNull(), { timeout: 10_000 })
  return id
}

const standing = async (client: StarlingClient, agent = names[1]!) =>
  (await client.reputation(agent)).topics.find(({ topic }) => topic === TOPIC)

const soon = (holds: () => Promise<void>) => vi.waitFor(holds, { timeout: 15_000, interval: 50 })

test('work that was taken is spoken well of, and who trusts the judgement of who says so finds the worker by it', async () => {
  await work()
  await soon(async () => expect((await standing(leader.client))?.level).toBeGreaterThan(0.1))
  // a third hears of it; whose word it is counts for nothing there until its operator says otherwise
  await soon(async () => expect(await standing(other.client)).toMatchObject({ ratings: { good: 1, bad: 0 }, level: 0, excluded: null }))
  const unknown = await other.client.find('Statistics of my prices')
  expect(unknown.find(({ agent }) => agent === names[1])?.reasons.map(({ kind }) => kind)).not.toContain('trust')
  const onlyKnown = () => other.client.find('Statistics of my prices', { constraints: { known: true } })
  expect(await onlyKnown()).toEqual([])

  await other.client.trust(names[0]!, true)
  await soon(async () => expect((await standing(other.client))?.level).toBeGreaterThan(0.1))
  const known = await other.client.find('Statistics of my prices')
  expect(known[0]).toMatchObject({ agent: names[1], trust: { excluded: null } })
  expect(known[0]?.reasons).toContainEqual({ kind: 'trust', text: 'Well spoken of in this field' })
  expect((await onlyKnown()).map(({ agent }) => agent)).toEqual([names[1]])
  const why = await other.client.why(names[1]!, TOPIC)
  expect(why?.paths[0]?.agents).toEqual([names[0], names[1]])

  // it goes on so after a reload
  await nodes.close(other)
  other = await nodes.open('other again', profiles[2]!)
  expect((await standing(other.client))?.level).toBeGreaterThan(0.1)
})

test('a book that was kept before the last words were heard catches up with the logs', async () => {
  const { store } = profiles[2]!
  let isLost = false
  const forgetful: Store = {
    ...store,
    commit: (operations, conditions) =>
      isLost && operations.some((one) => 'put' in one && one.put === 'trust') ? Promise.resolve(true) : store.commit(operations, conditions)
  }
  const id = await work()
  await soon(async () => expect(await standing(other.client)).toMatchObject({ ratings: { good: 1, bad: 0 } }))
  await nodes.close(other)
  other = await nodes.open('other, forgetful', profiles[2]!, { store: forgetful })
  await leader.client.rate(id, -100)
  await soon(async () => expect(await standing(other.client)).toMatchObject({ ratings: { good: 0, bad: 1 } }))
  isLost = true
  await nodes.close(other)
  other = await nodes.open('other, once more', profiles[2]!)
  await soon(async () => expect(await standing(other.client)).toMatchObject({ ratings: { good: 0, bad: 1 } }))
})

test('the operator’s own word takes the place of the agent’s, and nobody whom it convinces works with the other any more', async () => {
  const id = await work()
  await leader.client.rate(id, -100)
  await soon(async () => expect(await standing(leader.client)).toMatchObject({ ratings: { good: 0, bad: 1 }, level: 0, excluded: 'complaints' }))
  await soon(async () => expect((await leader.client.reputation(names[1]!)).against).not.toEqual([]))
  expect((await leader.client.find('Statistics of my prices')).map(({ agent }) => agent)).not.toContain(names[1])
  // others see the complaint, and go by whose it is
  await soon(async () => expect(await standing(other.client)).toMatchObject({ ratings: { good: 0, bad: 1 }, excluded: null }))
  await other.client.trust(names[0]!, true)
  await soon(async () => expect(await standing(other.client)).toMatchObject({ excluded: 'complaints' }))
  await other.client.trust(names[0]!, false)
  await soon(async () => expect(await standing(other.client)).toMatchObject({ excluded: null }))
})

test.each([
  ['with the book of trust', false],
  ['before the book was kept', true]
])('whom the operator’s word makes avoided is neither met nor heard after a restart, %s', async (_, isLost) => {
  const { store } = profiles[0]!
  const forgetful: Store = {
    ...store,
    commit: (operations, conditions) =>
      isLost && operations.some((one) => 'put' in one && one.key === 'book') ? Promise.resolve(true) : store.commit(operations, conditions)
  }
  await nodes.close(leader)
  leader = await nodes.open('leader, forgetful', profiles[0]!, { store: forgetful })
  await leader.client.rate(await work(), -100)
  await soon(async () => expect((await leader.client.reputation(names[1]!)).against).not.toEqual([]))
  await nodes.close(leader)

  const source = 'function run() {}'
  const { seq } = await worker.client.declare({ id: 'late', name: 'Something said meanwhile', source })
  const bodyOf = async (client: StarlingClient, author: string, wanted: number) =>
    (await client.log({ author })).find((entry) => entry.seq === wanted)?.body
  await soon(async () => expect(await bodyOf(other.client, names[1]!, seq)).toMatchObject({ id: 'late' }))

  const met: string[] = []
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  const slow: Store = {
    ...store,
    // a large book takes its time
    async get(collection, key) {
      if (key === 'book') await opened
      return store.get(collection, key)
    }
  }
  leader = await nodes.open('leader again', profiles[0]!, {
    store: slow,
    network(network) {
      network.on('connect', ({ peer }) => met.push(peer))
      return network
    }
  })
  const later = await other.client.declare({ id: 'later', name: 'Something said later', source })
  await soon(async () => expect(await bodyOf(leader.client, names[2]!, later.seq)).toMatchObject({ id: 'later' }))
  await soon(async () => expect(await bodyOf(leader.client, names[1]!, seq)).toBeNull())
  open()
  await soon(async () => expect(await standing(leader.client)).toMatchObject({ excluded: 'complaints' }))
  expect(met).toEqual(['other'])

  // and it is met again as soon as nothing is said against it
  await leader.client.rate((await leader.client.tasks())[0]!.id, 100)
  await soon(async () => expect(met).toContain('worker'))
})

test('who follows somebody’s list goes by the word of those on it, until it is left or taken back', async () => {
  await work()
  const [rater, rated, reader] = names as [string, string, string]
  await worker.client.trust(rater, true)
  await worker.client.share('Good judges')
  await soon(async () => expect(await other.client.judges(rated)).toMatchObject({ is: 'shared', name: 'Good judges', agents: [rater] }))
  await soon(async () => expect(await standing(other.client)).toMatchObject({ ratings: { good: 1, bad: 0 }, level: 0 }))
  expect(await leader.client.judges(reader)).toEqual({ is: 'unheard' })

  const isKnown = () => soon(async () => expect((await standing(other.client))?.level).toBeGreaterThan(0.1))
  const isNot = () => soon(async () => expect((await standing(other.client))?.level).toBe(0))
  await other.client.follow(rated, true)
  await isKnown()
  // it goes on so after a reload
  await nodes.close(other)
  other = await nodes.open('other again', profiles[2]!)
  expect((await standing(other.client))?.level).toBeGreaterThan(0.1)

  await other.client.follow(rated, false)
  await isNot()
  await other.client.follow(rated, true)
  await isKnown()
  await worker.client.share(null)
  await isNot()
  for await (const { followed } of other.client.snapshots()) {
    expect(followed).toEqual([{ agent: rated, is: 'withdrawn' }])
    break
  }
})
