import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CapabilityInput, Snapshot } from './client.ts'
import { createMemoryHub } from './net/memory.ts'
import type { StarlingNode } from './node.ts'
import { createOffers } from './offers.ts'
import { builtInSkills } from './skill/skills.ts'
import { createSharedChanges } from './store/testing/shared-changes.ts'
import { createBench } from './task/testing/bench.ts'
import { agents, approval, createNodes, createProfile, endlessRunner, reaches, type Nodes, type Profile } from './testing/nodes.ts'

let nodes: Nodes
let profile: Profile
let peers = 0

beforeEach(async () => {
  nodes = createNodes(createMemoryHub())
  profile = await createProfile()
})
afterEach(async () => {
  await nodes.closeAll()
  expect(nodes.reports).toEqual([])
})

const open = () => nodes.open(`peer-${peers++}`, profile)
const source = 'function run() { return { summary: "", parts: [] } }'
const own = (id: string): CapabilityInput => ({ id, name: id, source })

const limits = { ms: 1000, memoryBytes: 2 ** 20, inputBytes: 1000, outputBytes: 1000 }

async function now(node: StarlingNode): Promise<Snapshot> {
  for await (const snapshot of node.client.snapshots()) return snapshot
  throw new Error('the node was closed')
}

async function offered(node: StarlingNode): Promise<string[]> {
  return (await now(node)).offers.filter((one) => one.offered && one.seq !== null).map(({ capability }) => capability.id)
}

test('what comes with it is declared once, and not again by a restart', async () => {
  const first = await open()
  const ids = builtInSkills.map(({ capability }) => capability.id)
  expect(await offered(first)).toEqual(ids)
  expect(await first.client.log()).toHaveLength(ids.length)
  await nodes.close(first)
  expect(await (await open()).client.log()).toHaveLength(ids.length)
})

test('what is switched off, or withdrawn, stays so after a restart, and comes back when it is switched on', async () => {
  const first = await open()
  await first.client.offer('javascript', false)
  await first.client.withdraw((await first.client.log())[0]!.seq)
  await nodes.close(first)
  const second = await open()
  expect(await offered(second)).toEqual(['key-points'])
  await second.client.offer('javascript', true)
  expect(await offered(second)).toEqual(['key-points', 'javascript'])
  await expect(second.client.offer('nothing', true)).rejects.toThrow(RangeError)
})

test('terms are kept, of what comes with it too, until they are said otherwise', async () => {
  const terms = { languages: ['de'], region: 'DE', price: 3, keeps: 'nothing' as const, tier: 0 }
  const first = await open()
  const termsOf = async (node: typeof first) =>
    new Map((await node.client.log()).flatMap(({ body }) => {
      const { id, terms: said } = body as { id?: string; terms?: unknown }
      return id === undefined ? [] : [[id, said]]
    }))
  await first.client.declare({ id: 'key-points', name: 'Key points', terms })
  await first.client.declare({ ...own('mirror'), terms })
  await first.client.declare({ id: 'mirror', name: 'mirror', terms: { ...terms, price: 5 } })
  await expect(first.client.declare({ id: 'mirror', name: 'mirror', terms: { ...terms, price: -1 } })).rejects.toThrow()
  await nodes.close(first)
  const second = await open()
  expect((await termsOf(second)).get('key-points')).toEqual(terms)
  expect((await termsOf(second)).get('mirror')).toEqual({ ...terms, price: 5 })
  await second.client.declare(own('mirror'))
  expect((await termsOf(second)).get('mirror')).toBeUndefined()
})

test('a skill of one’s own is kept, and one that is none is refused before it is', async () => {
  const first = await open()
  await first.client.declare(own('mirror'))
  await expect(first.client.declare(own('../etc'))).rejects.toThrow('lower-case')
  await expect(first.client.declare({ ...own('huge'), source: 'x'.repeat(300 * 1024) })).rejects.toThrow('bytes at most')
  await expect(first.client.declare(own('csv-statistics'))).rejects.toThrow('comes with Starling')
  await nodes.close(first)
  expect(await offered(await open())).toContain('mirror')
})

test('there is a bound on skills of one’s own', async () => {
  const first = await open()
  for (let i = 0; i < 32; i++) await first.client.declare(own(`own-${i}`))
  await expect(first.client.declare(own('one-more'))).rejects.toThrow('At most 32')
  await first.client.declare(own('own-3'))
})

test('what one has added is changed under its id: other words and another program, said anew', async () => {
  const node = await open()
  await node.client.declare({ ...own('mirror'), tags: ['backwards'] })
  expect(await node.client.source('mirror')).toBe(source)
  const before = (await node.client.log()).length
  await node.client.declare({ id: 'mirror', name: 'Echo', tags: ['again'], source: `${source} // better` })
  // other words are about something else: who has heard of the first alone hears that they are taken back
  expect((await node.client.log()).length).toBe(before + 2)
  await node.client.declare({ id: 'mirror', name: 'Echo', tags: ['again'], source: `${source} // better still` })
  expect((await node.client.log()).length).toBe(before + 3)
  expect(await node.client.source('mirror')).toBe(`${source} // better still`)
  const { offers } = await now(node)
  expect(offers.filter((one) => one.own)).toMatchObject([{ capability: { id: 'mirror', name: 'Echo', tags: ['again'] }, offered: true }])
  await expect(node.client.source('key-points')).rejects.toThrow(RangeError)
})

test('what one has added can be deleted for good: in all tabs, with its terms and permissions, and its place is free', async () => {
  const first = await open()
  const second = await open()
  const terms = { languages: [], region: null, price: 3, keeps: 'task' as const, tier: 0 }
  for (let i = 0; i < 32; i++) await first.client.declare(own(`own-${i}`))
  await first.client.declare({ id: 'own-3', name: 'own-3', terms })
  // one that is switched off has nothing to take back
  await first.client.offer('own-4', false)
  await first.allowAnybody(['own-3', 'own-5'].map((skill) => ({ skill, limits, perDay: 1 })))
  for (const id of ['own-3', 'own-4']) await first.client.removeOffer(id)
  const left = async (node: StarlingNode) => (await now(node)).offers.filter((one) => one.own).length
  for (const node of [first, second]) await expect.poll(() => left(node)).toBe(30)
  expect(await profile.store.get('settings', 'terms')).toEqual({})
  expect(await profile.store.get('settings', 'switched-off')).toEqual([])
  expect(await offered(first)).not.toContain('own-3')
  expect((await now(first)).permissions.map(({ skill }) => skill)).toEqual(['own-5'])
  await expect(first.client.removeOffer('own-3')).rejects.toThrow(RangeError)
  await expect(first.client.removeOffer('key-points')).rejects.toThrow('switch it off')

  await first.client.declare(own('own-3'))
  expect((await now(first)).offers.find(({ capability }) => capability.id === 'own-3')?.capability.terms).toBeUndefined()
  await first.client.declare(own('own-4'))
  expect(await offered(first)).toContain('own-4')
})

test('who watches hears of a change here and in another tab, once it is in place', async () => {
  const { self, adaptation, store, locks } = await createBench()
  const tabs = createSharedChanges()
  const report = (error: unknown) => nodes.reports.push(error)
  const tab = () =>
    createOffers({ agent: self.agent, adaptation, store, locks, changes: tabs(), report, builtIn: [], now: Date.now })
  await store.commit([{ put: 'skills', key: 'mirror', value: { capability: builtInSkills[0]!.capability, source } }])
  // with it switched off, there is nothing that others would hear of
  await store.commit([{ put: 'settings', key: 'switched-off', value: ['mirror'] }])
  const [one, two] = [tab(), tab()]
  for (const { renew } of [one, two]) await renew()
  const heard = [one, two].map(({ skills, watch }) => new Promise((resolve) => watch(() => skills.size === 0 && resolve(undefined))))
  await one.remove('mirror')
  await Promise.all(heard)
})

test.each([
  // of seven days of life
  { days: 6, again: 'as well', said: 0 },
  { days: 6, again: 'better', said: 1 },
  { days: 6, again: 'worse', said: 0 },
  { days: 3, again: 'as well', said: 1 },
  { days: 3, again: 'better', said: 1 },
  { days: 3, again: 'worse', said: 0 },
  { days: 1, again: 'worse', said: 1 }
] as const)('with $days days left, when to say it again would tell it $again, it is said $said times', async ({ days, again, said }) => {
  const { self, adaptation, store, locks } = await createBench()
  const replaced: number[] = []
  const [skill] = builtInSkills
  const offers = createOffers({
    agent: self.agent,
    adaptation: {
      ...adaptation,
      capabilities: () => [{ agent: self.agent, seq: 7, expiry: days * 24 * 60 * 60_000, declaration: skill!.capability }],
      saidAgain: () => Promise.resolve(again),
      replace(seq) {
        replaced.push(seq)
        return Promise.reject(new Error('not here'))
      }
    },
    store,
    locks,
    changes: createSharedChanges()(),
    report: (error) => nodes.reports.push(error),
    builtIn: [skill!],
    now: () => 0
  })
  await offers.renew().catch(() => undefined)
  expect(replaced).toEqual(said === 0 ? [] : [7])
  offers.close()
})

test('what was deleted just before the tab was closed is taken back by the next', async () => {
  const first = await open()
  await first.client.declare(own('mirror'))
  await nodes.close(first)
  await profile.store.commit([{ delete: 'skills', key: 'mirror' }])
  const { client } = await open()
  expect((await client.log()).at(-1)).toMatchObject({ kind: 'withdrawal' })
})

test('what was asked for on other terms is declined as they change, and what was agreed goes on', async () => {
  const asking = await nodes.open('asking', await createProfile())
  const doing = await nodes.open('doing', profile, { runner: endlessRunner() })
  const terms = { languages: [], region: null, price: 1, keeps: 'task', tier: 0 } as const
  await doing.client.declare({ ...own('mirror'), terms: { ...terms, languages: [] } })
  const { agent } = await doing.client.status()
  await agents(asking.client, 1)
  const ask = () => asking.client.submit({ goal: 'x', agent, skill: 'mirror' })
  const agreed = await ask()
  await doing.client.approve((await approval(doing.client)).id)
  expect((await reaches(asking.client, agreed, ({ state }) => state === 'working')).terms).toEqual(terms)
  const waiting = await ask()
  await approval(doing.client)
  await doing.client.declare({ id: 'mirror', name: 'mirror', terms: { ...terms, languages: [], price: 2 } })
  expect((await reaches(asking.client, waiting, ({ state }) => state === 'rejected')).problem).toMatch(/other terms/)
  expect((await asking.client.tasks()).find(({ id }) => id === agreed)).toMatchObject({ state: 'working', terms })
})

test.each(['changed', 'deleted'])('with what is %s, agreed work is done as it was agreed, and what waits is declined', async (how) => {
  const asking = await nodes.open('asking', await createProfile())
  const doing = await nodes.open('doing', profile, { runner: endlessRunner() })
  await doing.client.declare({ ...own('mirror'), source: source.replace('""', '"as agreed"') })
  const { agent } = await doing.client.status()
  await agents(asking.client, 1)
  const ask = () => asking.client.submit({ goal: 'x', agent, skill: 'mirror' })
  const agreed = await ask()
  await doing.client.approve((await approval(doing.client)).id)
  await reaches(asking.client, agreed, ({ state }) => state === 'working')
  const waiting = await ask()
  await approval(doing.client)

  if (how === 'changed') await doing.client.declare({ ...own('mirror'), source: source.replace('""', '"otherwise"') })
  else await doing.client.removeOffer('mirror')
  const { problem } = await reaches(asking.client, waiting, ({ state }) => state === 'rejected')
  expect(problem).toMatch(how === 'changed' ? /another version of that program: ask again/ : /does not offer .mirror. any more/)
  // after a reload, too
  await nodes.close(doing)
  await nodes.open('doing-again', profile)
  const { result } = await reaches(asking.client, agreed, ({ state }) => state === 'completed')
  expect(result?.summary).toBe('as agreed')
})
