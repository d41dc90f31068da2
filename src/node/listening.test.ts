/** What is looked for until it is found. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StandingInterest, StarlingClient } from './client.ts'
import { createMemoryHub, type MemoryHub } from './net/memory.ts'
import { agents, createNodes, createProfile, type Nodes } from './testing/nodes.ts'

let hub: MemoryHub
let nodes: Nodes

beforeEach(() => {
  hub = createMemoryHub()
  nodes = createNodes(hub)
})
afterEach(async () => {
  await nodes.closeAll()
  expect(nodes.reports).toEqual([])
})

const source = 'function run() { return { summary: "", parts: [] } }'
const greek = {
  id: 'greek',
  name: 'Ancient Greek, read and explained',
  tags: ['ancient greek', 'homer', 'translation'],
  examples: ['What does this line of Homer mean?'],
  source
}

async function interestsWhen(client: StarlingClient, fits: (interests: StandingInterest[]) => boolean): Promise<StandingInterest[]> {
  for await (const { interests } of client.snapshots()) if (fits(interests)) return interests
  throw new Error('the node was closed')
}

test('an offer that comes later is told of once, stays seen, and outlives a restart', async () => {
  const ann = await createProfile()
  const a = await nodes.open('a', ann)
  const b = await nodes.open('b', await createProfile())
  const id = await a.client.listen('somebody who reads ancient Greek and Homer')
  expect(await interestsWhen(a.client, (all) => all.length === 1)).toMatchObject([{ id, found: [] }])
  await b.client.declare(greek)
  const [found] = await interestsWhen(a.client, ([one]) => one !== undefined && one.found.length > 0)
  expect(found?.found).toMatchObject([{ skill: 'greek', seen: false }])
  await a.client.seen(id)
  expect((await interestsWhen(a.client, ([one]) => one?.found[0]?.seen === true))[0]?.found).toHaveLength(1)
  await nodes.close(a)
  const again = await nodes.open('c', ann)
  expect((await interestsWhen(again.client, (all) => all.length === 1))[0]?.found).toMatchObject([{ skill: 'greek', seen: true }])
  await again.client.stopListening(id)
  expect(await interestsWhen(again.client, (all) => all.length === 0)).toEqual([])
})

test('what is there already is found at once, and is no news', async () => {
  const a = await nodes.open('a', await createProfile())
  const b = await nodes.open('b', await createProfile())
  await b.client.declare(greek)
  await interestsWhen(a.client, () => true)
  for (const known of await agents(a.client, 1)) expect(known.agent).not.toBe('')
  await expect.poll(async () => (await a.client.find('ancient Greek')).map(({ skill }) => skill)).toContain('greek')
  await a.client.listen('ancient Greek Homer')
  const [one] = await interestsWhen(a.client, (all) => all.length === 1)
  expect(one?.found).toMatchObject([{ skill: 'greek', seen: true }])
})

test('what breaks a constraint is not told of', async () => {
  const a = await nodes.open('a', await createProfile())
  const b = await nodes.open('b', await createProfile())
  await a.client.listen('ancient Greek Homer', { constraints: { maxPrice: 5 } })
  const terms = { languages: [], region: null, keeps: 'task' as const, tier: 0 }
  await b.client.declare({ ...greek, id: 'dear', terms: { ...terms, price: 50 } })
  await b.client.declare({ ...greek, id: 'silent' })
  await b.client.declare({ ...greek, id: 'cheap', terms: { ...terms, price: 5 } })
  const [one] = await interestsWhen(a.client, ([first]) => first !== undefined && first.found.length > 0)
  expect(one?.found.map(({ skill }) => skill)).toEqual(['cheap'])
})

test('nobody else learns of the words', async () => {
  const a = await nodes.open('a', await createProfile())
  await nodes.open('b', await createProfile())
  const before = (await a.client.log()).length
  await a.client.listen('a lawyer who keeps secrets')
  expect(await a.client.log()).toHaveLength(before)
})

test('only so many are looked for, and none without words', async () => {
  const a = await nodes.open('a', await createProfile())
  await expect(a.client.listen('  ')).rejects.toThrow('Say what')
  await expect(a.client.listen('x', { constraints: { maxPrice: -1 } })).rejects.toThrow()
  for (let i = 0; i < 16; i++) await a.client.listen(`thing ${i}`)
  await expect(a.client.listen('one more')).rejects.toThrow('16 things')
})

test('an offer can be looked at as others would find it, before it is made', async () => {
  const a = await nodes.open('a', await createProfile())
  const b = await nodes.open('b', await createProfile())
  await b.client.declare({ goal: 'Explain a passage of Homer to me' })
  await expect.poll(async () => (await a.client.preview(greek)).wanted.map(({ text }) => text), { timeout: 10_000 }).toEqual([
    'Explain a passage of Homer to me'
  ])
  const { requests } = await a.client.preview(greek, ['what does Homer mean here?', 'mend my bicycle'])
  expect(requests[0]?.likely).toBeGreaterThan(0.25)
  expect(requests[0]?.terms).toContain('homer')
  expect(requests[1]).toMatchObject({ likely: 0, terms: [] })
  // it was not declared
  expect(await b.client.find('Homer')).toEqual([])
  await expect(a.client.preview({ ...greek, tags: Array.from({ length: 50 }, () => 'x') })).rejects.toThrow()
})
