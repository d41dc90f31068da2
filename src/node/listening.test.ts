/** What is looked for until it is found. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { StandingInterest, StarlingClient } from './client.ts'
import type { Declared } from './adapt/declarations.ts'
import { createListening, type Listening } from './listening.ts'
import { createMemoryHub, type MemoryHub } from './net/memory.ts'
import type { Capability } from './schema/declaration.ts'
import { noChanges } from './store/changes.ts'
import { createMemoryLocks } from './store/locks.ts'
import { createMemoryStore } from './store/memory.ts'
import { createTestTime } from './support/testing/time.ts'
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

test('an offer that is taken back is not told of any more, after a restart neither; when it is back it is no news', async () => {
  const ann = await createProfile()
  let a = await nodes.open('a', ann)
  const b = await nodes.open('b', await createProfile())
  const id = await a.client.listen('somebody who reads ancient Greek and Homer')
  const { seq } = await b.client.declare(greek)
  await interestsWhen(a.client, ([one]) => one?.found.length === 1)
  await a.client.seen(id)
  await b.client.withdraw(seq)
  await interestsWhen(a.client, ([one]) => one?.found.length === 0)
  await nodes.close(a)
  a = await nodes.open('c', ann)
  expect(await interestsWhen(a.client, (all) => all.length === 1)).toMatchObject([{ found: [] }])
  await b.client.declare(greek)
  expect(await interestsWhen(a.client, ([one]) => one?.found.length === 1)).toMatchObject([{ found: [{ skill: 'greek', seen: true }] }])
})

test('an offer that came to be on other terms while we were away is not told of any more', async () => {
  const ann = await createProfile()
  let a = await nodes.open('a', ann)
  const b = await nodes.open('b', await createProfile())
  const terms = { languages: [], region: null, keeps: 'task' as const, tier: 0 }
  await a.client.listen('ancient Greek Homer', { constraints: { maxPrice: 5 } })
  await b.client.declare({ ...greek, terms: { ...terms, price: 5 } })
  await interestsWhen(a.client, ([one]) => one?.found.length === 1)
  await nodes.close(a)
  await b.client.declare({ ...greek, terms: { ...terms, price: 50 } })
  a = await nodes.open('c', ann)
  await interestsWhen(a.client, ([one]) => one?.found.length === 0)
})

describe('what was found', () => {
  const offer = (part: Partial<Capability> = {}): Declared<Capability> => ({
    agent: 'ben',
    seq: 1,
    expiry: 1e15,
    declaration: {
      ...{ kind: 'capability', id: 'greek', name: 'Greek', description: '', tags: [], examples: [], inputModes: [], outputModes: [] },
      ...{ program: 'a'.repeat(64), limits: { ms: 1, memoryBytes: 1, inputBytes: 1, outputBytes: 1 } },
      ...part
    }
  })
  let time: ReturnType<typeof createTestTime>
  let offers: Array<Declared<Capability>>
  let score: number
  let avoided: boolean
  let judged: number
  let listening: Listening
  let say: { offered: () => void; changed: () => void }
  const found = () => listening.all()[0]?.found.map(({ name, seen }) => `${name}${seen ? '' : ', new'}`)

  beforeEach(async () => {
    time = createTestTime()
    offers = [offer()]
    score = 0.9
    avoided = false
    judged = 0
    say = { offered: () => {}, changed: () => {} }
    listening = createListening({
      adaptation: {
        capabilities: () => offers.filter(({ expiry }) => expiry > time.now()),
        meeting: async (_, some) => (avoided ? [] : [...some]),
        async judge(_text, _constraints, some = offers) {
          judged += some.length
          return avoided ? [] : some.map((one) => ({ offer: one, match: { id: 'x', score, alone: score, terms: [], meaning: null } }))
        },
        onOffered(listener) {
          say.offered = () => listener(offers)
          return () => {}
        },
        listensFor: async () => {},
        watch(listener) {
          say.changed = listener
          return () => {}
        }
      },
      store: createMemoryStore(),
      locks: createMemoryLocks(),
      changes: noChanges,
      clock: time,
      random: (length) => new Uint8Array(length),
      report: (error) => {
        throw error
      }
    })
    await listening.start()
    await listening.add('somebody who reads Greek')
  })
  afterEach(() => {
    listening.close()
    expect(time.waiting).toBe(0)
  })

  test('goes when its agent is not worked with any more, and comes back when it is, as no news', async () => {
    avoided = true
    say.changed()
    await time.pass(4_000)
    expect(found()).toEqual([])
    avoided = false
    say.changed()
    await time.pass(4_000)
    expect(found()).toEqual(['Greek'])
  })

  test('goes when it has lapsed, though nothing tells of that', async () => {
    offers = [{ ...offer(), expiry: time.now() + 10_000 }]
    await time.pass(130_000)
    expect(found()).toEqual([])
  })

  test('stays when it is said again as it was, however it would be judged now', async () => {
    score = 0
    judged = 0
    offers = [{ ...offer(), seq: 2 }]
    say.changed()
    await time.pass(4_000)
    expect(found()).toEqual(['Greek'])
    expect(judged).toBe(0)
  })

  test('goes when what it says now is about something else', async () => {
    score = 0
    offers = [offer({ description: 'Latin, to be honest' })]
    say.changed()
    await time.pass(4_000)
    expect(found()).toEqual([])
    // and is found anew where that fits
    score = 0.8
    say.offered()
    await time.pass(0)
    expect(found()).toEqual(['Greek, new'])
  })

  test('is looked at once, however much changes', async () => {
    let asked = 0
    const before = offers
    offers = new Proxy(before, { get: (target, key) => (key === 'filter' && asked++, Reflect.get(target, key) as unknown) })
    for (let i = 0; i < 20; i++) {
      say.changed()
      await time.pass(100)
    }
    await time.pass(2_000)
    expect(asked).toBe(1)
  })
})

test('what is there already is found at once, and is no news', async () => {
  const a = await nodes.open('a', await createProfile())
  const b = await nodes.open('b', await createProfile())
  await b.client.declare(greek)
  await interestsWhen(a.client, () => true)
  for (const known of await agents(a.client, 1)) expect(known.agent).not.toBe('')
  await expect.poll(async () => (await a.client.find('ancient Greek')).map(({ skill }) => skill)).toContain('greek')
  await a.client.listen('ancient Greek Homer')
  const [one] = await interestsWhen(a.client, ([first]) => first !== undefined && first.found.length > 0)
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
  // what is looked for already needs no place, on the same terms
  const long = 'thing 15'.padEnd(600, '!')
  const [ids] = [(await interestsWhen(a.client, (all) => all.length === 16)).map(({ id }) => id)]
  expect(ids).toContain(await a.client.listen('thing 3'))
  await expect(a.client.listen('thing 3', { constraints: { maxPrice: 5 } })).rejects.toThrow('16 things')
  await a.client.stopListening(ids[0] ?? '')
  expect(await a.client.listen(long)).toBe(await a.client.listen(long))
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
