/** What an agent insists on, held to on both sides: before a dial, a pull and an offer, and when a neighbour asks for what it does not want. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Policy } from './client.ts'
import { BODY_PROTOCOL } from './gossip/body-stream.ts'
import { createMemoryHub, type MemoryHub } from './net/memory.ts'
import type { StarlingNode } from './node.ts'
import { agents, createNodes, createProfile, csv, reaches, type Nodes } from './testing/nodes.ts'

let hub: MemoryHub
let nodes: Nodes

beforeEach(() => {
  hub = createMemoryHub({ joined: false })
  nodes = createNodes(hub)
})
afterEach(async () => {
  await nodes.closeAll()
  expect(nodes.reports).toEqual([])
})

const policy = (region: string | null, regions?: string[]): Policy => ({
  facts: { languages: ['en'], region, tier: 0 },
  insists: regions === undefined ? {} : { regions }
})

/** A node with a policy; its profile has it from the beginning when it is opened again. */
async function node(peer: string, stand: Policy | null) {
  const profile = await createProfile()
  const one = await nodes.open(peer, profile)
  if (stand !== null) await one.client.setPolicy(stand)
  return { ...one, agent: profile.key.agent, peer, profile }
}

const LONG = { timeout: 10_000 }

const peersOf = async ({ client }: { client: { status(): Promise<{ connections: Array<{ peer: string }> }> } }) =>
  (await client.status()).connections.map(({ peer }) => peer).sort()

const entryOf = async ({ client }: StarlingNode, author: string, seq: number) =>
  (await client.log({ author })).find((entry) => entry.seq === seq)

const holdsBody = async (one: StarlingNode, author: string, seq: number) => ((await entryOf(one, author, seq))?.body ?? null) !== null

const comesToHold = (one: StarlingNode, author: string, seq: number) => expect.poll(() => holdsBody(one, author, seq), LONG).toBe(true)

/** A node hears of an entry, asks for its body more than once, and does not get it. */
async function asksInVain(one: StarlingNode, author: string, seq: number): Promise<void> {
  await expect.poll(() => entryOf(one, author, seq), LONG).toBeDefined()
  const asked = async () => (await one.client.traffic())[BODY_PROTOCOL]?.sent ?? 0
  const before = await asked()
  await expect.poll(asked, LONG).toBeGreaterThan(before)
  // a fetch for it takes no longer
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  expect(await holdsBody(one, author, seq)).toBe(false)
}

const piano = { id: 'late', name: 'Piano tuning', description: 'Tunes an old piano by ear', source: 'function run() {}' }

describe('an agent that insists on a country', () => {
  test('is not connected to one that says it is elsewhere, whoever dials, and to one that is there', async () => {
    const german = await node('german', policy('DE', ['DE', 'AT']))
    const french = await node('french', policy('FR'))
    await node('austrian', policy('AT'))
    hub.join('german', 'french')
    hub.join('german', 'austrian')
    hub.join('french', 'austrian')
    await expect.poll(() => peersOf(german)).toEqual(['austrian'])
    await expect.poll(() => peersOf(french)).toEqual(['austrian'])
    expect(Object.keys(await french.client.traffic()).length).toBeGreaterThan(0)
  })

  test('hears nothing of what the other offers, though a third passes it on; the third does', async () => {
    const french = await node('french', policy('FR'))
    const german = await node('german', policy('DE', ['DE']))
    const third = await node('third', policy('DE'))
    hub.join('french', 'third')
    await agents(third.client, 1)
    hub.join('german', 'third')
    // what the other insists on is heard of: it may be another tomorrow
    await expect
      .poll(async () => (await german.client.log({ author: french.agent })).map(({ kind, body }) => [kind, body !== null]), LONG)
      .toContainEqual(['constraint', true])
    const { seq } = await french.client.declare({ id: 'late', name: 'Something said later', source: 'function run() {}' })
    await expect
      .poll(async () => (await third.client.log({ author: french.agent })).filter(({ body }) => body !== null).length, LONG)
      .toBeGreaterThan(4)
    const newest = async () => (await german.client.log({ author: french.agent })).at(-1)
    await expect.poll(async () => (await newest())?.seq, LONG).toBe(seq)
    expect(await newest()).toMatchObject({ kind: 'capability', body: null })
    const found = await german.client.find('statistics', { files: [csv] })
    expect(new Set(found.map(({ agent }) => agent))).toEqual(new Set([third.agent]))
  })

  test('fetches nothing of the other for a neighbour that asks for it, and takes none of it in; the neighbour has it from another at once', async () => {
    const french = await node('french', policy('FR'))
    const third = await node('third', policy('DE'))
    const german = await node('german', policy('DE', ['DE']))
    const asker = await node('asker', policy('DE'))
    hub.join('french', 'third')
    hub.join('third', 'german')
    hub.join('german', 'asker')
    await expect
      .poll(async () => (await german.client.log({ author: french.agent })).map(({ kind, body }) => [kind, body !== null]), LONG)
      .toContainEqual(['constraint', true])
    const { seq } = await french.client.declare(piano)
    await comesToHold(third, french.agent, seq)
    await asksInVain(asker, french.agent, seq)
    hub.join('asker', 'third')
    await comesToHold(asker, french.agent, seq)
    expect(await entryOf(german, french.agent, seq)).toMatchObject({ kind: 'capability', body: null })
    const offered = (await german.client.agent(french.agent))?.capabilities ?? []
    expect(offered.map(({ capability }) => capability.name)).not.toContain(piano.name)
    // and nobody has parted from anybody over it
    expect(await peersOf(asker)).toEqual(['german', 'third'])
  })

  test('does not find who does not say where it is, and declines its offers with a reason', async () => {
    const german = await node('german', policy('DE', ['DE']))
    const silent = await node('silent', null)
    hub.join('german', 'silent')
    await agents(silent.client, 1)
    await agents(german.client, 1)
    expect(await german.client.find('statistics', { files: [csv] })).toEqual([])
    // it has said what it insists on, so whoever asks knows before that it is of no use
    expect(await silent.client.find('statistics', { files: [csv] })).toEqual([])
    const task = await silent.client.submit({ goal: 'Statistics', files: [csv], agent: german.agent, skill: 'csv-statistics' })
    const view = await reaches(silent.client, task, ({ state }) => state === 'failed')
    expect(view.problem).toContain('where it is done')
    expect(view.problem).toContain('Nothing was sent')
    expect(await german.client.approvals()).toEqual([])
  })

  test('parts from one when it begins to insist, and meets it again when it does not any more', async () => {
    const german = await node('german', null)
    const french = await node('french', policy('FR'))
    hub.join('german', 'french')
    await expect.poll(() => peersOf(german)).toEqual(['french'])
    await german.client.setPolicy(policy('DE', ['DE']))
    await expect.poll(() => peersOf(german)).toEqual([])
    expect(await peersOf(french)).toEqual([])
    await german.client.setPolicy(policy('DE'))
    await expect.poll(() => peersOf(french)).toEqual(['german'])
  })

  test('insists after a restart, before it meets anybody', async () => {
    const german = await node('german', policy('DE', ['DE']))
    await nodes.close(german)
    const french = await node('french', policy('FR'))
    hub.join('again', 'french')
    const again = await nodes.open('again', german.profile)
    await expect.poll(async () => (await again.client.status()).network).toBe('looking')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await peersOf(again)).toEqual([])
    expect(await peersOf(french)).toEqual([])
  })

  test('refuses a policy that is none', async () => {
    const { client } = await node('one', null)
    await expect(client.setPolicy(policy('Germany'))).rejects.toThrow('country')
  })
})

test('an agent whose connection costs fetches nothing for a neighbour that it does not want itself; the neighbour has it from another at once', async () => {
  const author = await node('author', null)
  const metered = await node('metered', null)
  const asker = await node('asker', null)
  await metered.client.setDevice({ power: 'mains', metered: true })
  hub.join('author', 'metered')
  hub.join('metered', 'asker')
  await expect.poll(() => peersOf(metered)).toEqual(['asker', 'author'])
  const { seq } = await author.client.declare(piano)
  await asksInVain(asker, author.agent, seq)
  hub.join('author', 'asker')
  await comesToHold(asker, author.agent, seq)
  expect(await entryOf(metered, author.agent, seq)).toMatchObject({ kind: 'capability', body: null })
  expect(await peersOf(asker)).toEqual(['author', 'metered'])
})
