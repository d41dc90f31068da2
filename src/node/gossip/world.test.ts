/** Many nodes in one process, on a clock that is told to go on: what holds for all of them together. */
import { afterEach, expect, test } from 'vitest'
import { agentKey, generateKeyPair, type AgentKey } from '../crypto/keys.ts'
import { createMemoryHub, type MemoryHub } from '../net/memory.ts'
import { RECONCILE_PROTOCOL } from './reconcile.ts'
import { createParty, sketchOf, type Party, type PartyInit } from './testing/party.ts'
import { createTestTime, seeded, type TestTime } from '../support/testing/time.ts'

const parties: Party[] = []

afterEach(async () => {
  for (const { gossip, network } of parties) {
    gossip.stop()
    await network.stop()
  }
  expect(parties.splice(0).flatMap(({ reports }) => reports)).toEqual([])
})

interface World {
  hub: MemoryHub
  time: TestTime
  names: string[]
}

async function createWorld(count: number, seed: number, init: (i: number) => PartyInit = () => ({})): Promise<World> {
  const time = createTestTime()
  const hub = createMemoryHub({ joined: false, now: time.now })
  const names = Array.from({ length: count }, (_, i) => `peer ${String(i).padStart(3, '0')}`)
  const random = seeded(seed)
  // a ring, so that all are connected, and some more
  names.forEach((name, i) => {
    hub.join(name, names[(i + 1) % count]!)
    for (let link = 0; link < 2; link++) hub.join(name, names[Math.floor(random() * count)]!)
  })
  for (const [i, name] of names.entries()) {
    parties.push(await createParty(hub, name, { clock: time, random: seeded(seed + i), trusting: true, ...init(i) }))
  }
  for (const { network } of parties) await network.start()
  await time.pass(1000)
  return { hub, time, names }
}

const bytesOf = (protocol: string) =>
  parties.reduce((sum, { network }) => sum + (network.bytesByProtocol()[protocol]?.received ?? 0), 0)

test('two halves that were cut apart have everything a minute after they meet, for less than twice of its size', async () => {
  const count = 20
  const { hub, time, names } = await createWorld(count, 1)
  const half = (i: number) => i % 2
  const cut = names.flatMap((one, i) => names.flatMap((other, j) => (i < j && half(i) !== half(j) ? [[one, other] as const] : [])))
  const linked = cut.filter(([one, other]) =>
    parties[names.indexOf(one)]!.network.status().connections.some(({ peer }) => peer === other)
  )
  for (const [one, other] of linked) hub.cut(one, other)
  // each half is a ring of its own meanwhile
  names.forEach((name, i) => hub.join(name, names[(i + 2) % count]!))
  for (let round = 0; round < 10; round++) {
    for (const one of parties) await one.say(`${round}`, sketchOf(round % 8))
    await time.pass(60_000)
  }
  const before = await Promise.all(parties.map(async ({ logs }) => (await logs.authors()).length))
  expect(before).toEqual(names.map(() => count / 2))
  const reconciled = bytesOf(RECONCILE_PROTOCOL)

  for (const [one, other] of linked) hub.join(one, other)
  await time.pass(60_000)
  let lacking = 0
  let moved = 0
  for (const { logs } of parties) {
    for (const { key } of parties) {
      const headers = await logs.headers(key.agent)
      lacking += 10 - headers.length
      const isOfOtherHalf = half(parties.findIndex(({ key: other }) => other === key)) !== half(parties.findIndex((one) => one.logs === logs))
      if (isOfOtherHalf) moved += headers.reduce((sum, { bytes }) => sum + bytes.length, 0)
      if ((await logs.body(key.agent, 10)) === null) lacking++
    }
  }
  expect(lacking).toBe(0)
  expect((bytesOf(RECONCILE_PROTOCOL) - reconciled) / moved).toBeLessThan(2)
}, 60_000)

test('peers that hold the same and hear the same have little to reconcile', async () => {
  const { time } = await createWorld(12, 2)
  for (const one of parties) await one.say('hello', sketchOf(1))
  await time.pass(120_000)
  const before = bytesOf(RECONCILE_PROTOCOL)
  await time.pass(10 * 60_000)
  // some ten exchanges each, of about 400 bytes
  expect((bytesOf(RECONCILE_PROTOCOL) - before) / parties.length).toBeLessThan(12_000)
})

test('a grown network keeps apart what has nothing in common, and loses nothing', async () => {
  const { time, hub, names } = await createWorld(32, 3, (i) => ({
    depth: 2,
    interests: { sketches: () => [sketchOf(i % 8)], wants: ({ sketch }) => sketch?.[2][0] === i % 8 }
  }))
  // presence introduces those who keep the same: here each knows the next of its quarter
  const quarter = (i: number) => (i % 8) >> 1
  names.forEach((name, i) => hub.join(name, names.find((_, j) => j > i && quarter(i) === quarter(j)) ?? names[(quarter(i) * 2)]!))
  await time.pass(30_000)
  // each is at home in its own field; the record goes to those whose keys are alike
  for (const [i, one] of parties.entries()) await one.say(`field ${i % 8}`, sketchOf(i % 8))
  await time.pass(120_000)
  let held = 0
  for (const [i, { logs }] of parties.entries()) {
    for (const [j, { key }] of parties.entries()) {
      const has = (await logs.head(key.agent)) !== null
      held += has ? 1 : 0
      if (quarter(i) === quarter(j)) expect(has, `${i} has ${j}`).toBe(true)
      if (i % 8 === j % 8) expect(await logs.body(key.agent, 1), `${i} has the body of ${j}`).not.toBeNull()
    }
  }
  // a quarter by meaning and a quarter by record; all would be 1,024
  expect(held).toBeLessThan(620)
}, 60_000)

test.each([true, false])('who follows an author hears of its list wherever its record is kept: %s', async (follows) => {
  const keys = await Promise.all(Array.from({ length: 64 }, async () => agentKey(await generateKeyPair())))
  // the author's record is in another eighth than that of who follows it, and two nodes keep it
  const eighth = ({ publicKey }: AgentKey) => (publicKey[0] ?? 0) >> 5
  const author = keys[0]!
  const reader = keys.find((key) => eighth(key) !== eighth(author))!
  const keepers = keys.filter((key) => key !== author && eighth(key) === eighth(author)).slice(0, 2)
  const others = keys.filter((key) => eighth(key) !== eighth(author) && key !== reader).slice(0, 8)
  const all = [author, reader, ...keepers, ...others]
  const { time, hub, names } = await createWorld(all.length, 5, (i) => ({
    key: all[i]!,
    depth: 3,
    interests: {
      sketches: () => [sketchOf(i % 8)],
      authors: () => (follows && i === 1 ? [author.publicKey] : []),
      wants: ({ kind }) => i === 1 && kind === 'judges'
    }
  }))
  // presence introduces those who keep the same
  if (follows) for (let i = 2; i < 2 + keepers.length; i++) hub.join(names[1]!, names[i]!)
  await time.pass(30_000)
  const { logs, gossip } = parties[0]!
  const entry = await logs.append(author, 'judges', { kind: 'judges', version: 1, name: 'Mine', agents: [reader.agent] })
  await gossip.announce(entry.bytes)
  // not so long that so small a network finds its shards deserted, and joins them
  await time.pass(60_000)
  const body = await parties[1]!.logs.body(author.agent, 1)
  expect(body).toEqual(follows ? entry.body : null)
  // whoever has no interest in the author, and keeps another record, hears nothing of it
  for (let i = 2 + keepers.length; i < all.length; i++) expect(await parties[i]!.logs.head(author.agent)).toBeNull()
})

test('the same seed makes the same run', async () => {
  const keys = await Promise.all(Array.from({ length: 8 }, async () => (await createParty(createMemoryHub(), 'x')).key))
  const run = async () => {
    const { time } = await createWorld(8, 4, (i) => ({ key: keys[i]! }))
    for (const one of parties.slice(0, 4)) {
      await one.say('one', sketchOf(2))
      await time.pass(700)
    }
    await time.pass(200_000)
    const trace = parties.map(({ network }) => network.bytesByProtocol())
    for (const { gossip, network } of parties.splice(0)) {
      gossip.stop()
      await network.stop()
    }
    return trace
  }
  expect(await run()).toEqual(await run())
})
