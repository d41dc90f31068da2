/** Two tabs of one profile: each a peer of its own, one agent, one store. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createMemoryHub, type MemoryHub } from './net/memory.ts'
import { StoreFullError, type Store } from './store/store.ts'
import { agents, approval, createNodes, createProfile, csv, endlessRunner, reaches, type Nodes } from './testing/nodes.ts'

let hub: MemoryHub
let nodes: Nodes

beforeEach(() => {
  hub = createMemoryHub()
  nodes = createNodes(hub)
})
afterEach(() => nodes.closeAll())

async function first<T>(values: AsyncIterable<T>): Promise<T> {
  for await (const value of values) return value
  throw new Error('expected a value, got the end')
}

test('what one tab hears, the other knows: agents, their words, what we offer', async () => {
  const ann = await createProfile()
  const [one, two] = [await nodes.open('one', ann), await nodes.open('two', ann)]
  // met by the first tab only
  hub.cut('two', 'other')
  const other = await nodes.open('other', await createProfile())
  await agents(one.client, 1)
  await agents(two.client, 1)
  await other.client.declare({ goal: 'Somebody to play chess with' })
  await vi.waitFor(async () => {
    const value = await first(two.client.snapshots())
    expect(value.agents[0]?.wants).toEqual({ count: 1, first: 'Somebody to play chess with' })
  }, 10_000)
  await one.client.offer('key-points', false)
  await vi.waitFor(async () => {
    const value = await first(two.client.snapshots())
    expect(value.offers.find(({ capability }) => capability.id === 'key-points')).toMatchObject({ offered: false, seq: null })
    expect(value.logLength).toBe((await one.client.log()).length)
  }, 10_000)
  await one.client.name(await other.client.status().then(({ agent }) => agent), 'Chess')
  await vi.waitFor(async () => {
    const value = await first(two.client.snapshots())
    expect(value.agents[0]?.petname).toBe('Chess')
  }, 10_000)
  // one log, whichever tab wrote
  expect(nodes.reports).toEqual([])
})

test('the tab that did not start a task can watch it, stop it, and go on with it when the other is closed', async () => {
  const ann = await createProfile()
  const [one, two] = [await nodes.open('one', ann), await nodes.open('two', ann)]
  const ben = await nodes.open('ben', await createProfile(), { runner: endlessRunner() })
  await agents(one.client, 1)
  const begun = await one.client.submit({ goal: 'Statistics', files: [csv] })
  await ben.client.approve((await approval(ben.client)).id)
  await reaches(two.client, begun, ({ state }) => state === 'working')
  await two.client.cancel(begun)
  await reaches(one.client, begun, ({ state }) => state === 'canceled')

  const second = await one.client.submit({ goal: 'Statistics again', files: [csv] })
  const card = await approval(ben.client)
  await nodes.close(one)
  await ben.client.approve(card.id)
  await reaches(two.client, second, ({ state }) => state === 'working')
  expect((await two.client.log()).filter(({ kind }) => kind === 'contract')).toHaveLength(2)
  expect(nodes.reports).toEqual([])
})

test('a request that reached one tab is answered in another, and run once', async () => {
  const ben = await createProfile()
  const [one, two] = [await nodes.open('one', ben), await nodes.open('two', ben)]
  const ann = await nodes.open('zoe', await createProfile())
  await agents(ann.client, 1)
  for (const tab of [one, two]) {
    const id = await ann.client.submit({ goal: 'Statistics', files: [csv] })
    const card = await approval(tab.client)
    await tab.client.approve(card.id)
    await reaches(ann.client, id, ({ state }) => state === 'completed')
    await reaches(two.client, card.id, ({ entries }) => entries.outcome !== null)
  }
  const kinds = (await one.client.log()).map(({ kind }) => kind)
  expect(kinds.filter((kind) => kind === 'contract')).toHaveLength(2)
  expect(kinds.filter((kind) => kind === 'outcome')).toHaveLength(2)
  expect(nodes.reports).toEqual([])
})

test('two answers at once: one counts', async () => {
  const ben = await createProfile()
  const [one, two] = [await nodes.open('one', ben), await nodes.open('two', ben)]
  const ann = await nodes.open('zoe', await createProfile())
  await agents(ann.client, 1)
  const id = await ann.client.submit({ goal: 'Statistics', files: [csv] })
  const card = await approval(one.client)
  await approval(two.client)
  await Promise.allSettled([one.client.approve(card.id), two.client.decline(card.id, 'no')])
  const task = await reaches(ann.client, id, ({ state }) => state === 'completed' || state === 'rejected')
  const theirs = (await two.client.tasks()).find((one_) => one_.id === card.id)!
  expect(theirs.state).toBe(task.state)
  expect(nodes.reports).toEqual([])
})

test('a device that is full while the result comes says so; nothing is half written', async () => {
  const ann = await createProfile()
  let full = false
  const store: Store = {
    ...ann.store,
    commit: (operations, conditions) =>
      full && operations.some((one) => 'put' in one && one.put === 'blobs')
        ? Promise.reject(new StoreFullError('full'))
        : ann.store.commit(operations, conditions)
  }
  const a = await nodes.open('a', ann, { store })
  const ben = await nodes.open('ben', await createProfile())
  await agents(a.client, 1)
  const id = await a.client.submit({ goal: 'Statistics', files: [csv] })
  const card = await approval(ben.client)
  full = true
  await ben.client.approve(card.id)
  expect((await reaches(a.client, id, ({ state }) => state === 'failed')).problem).toMatch(/no room for the result/)
  expect((await reaches(ben.client, card.id, ({ entries }) => entries.outcome !== null)).problem).toMatch(/disputes the result.*no room/)
  expect(nodes.reports).toEqual([])
})
