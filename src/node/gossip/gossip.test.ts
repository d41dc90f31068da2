import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { agentKey, generateKeyPair } from '../crypto/keys.ts'
import { createMemoryHub, type MemoryHub } from '../net/memory.ts'
import { decode, encode } from '../schema/codec.ts'
import { bodyRequest, MAX_BODY_REQUEST_BYTES } from '../schema/messages.ts'
import { createMemoryStore } from '../store/memory.ts'
import { StoreFullError } from '../store/store.ts'
import { createLogs } from '../log/log.ts'
import { FRONTIER_PROTOCOL } from './catch-up.ts'
import { HEADERS_TOPIC, createGossip } from './gossip.ts'
import { BODY_PROTOCOL } from './pull.ts'
import { createParty, strangersHeader, type Party } from './testing/party.ts'

let hub: MemoryHub
const parties: Party[] = []

beforeEach(() => {
  hub = createMemoryHub()
})

afterEach(async () => {
  for (const { gossip, network } of parties) {
    gossip.stop()
    await network.stop()
  }
  expect(parties.splice(0).flatMap(({ reports }) => reports)).toEqual([])
})

async function party(peer: string): Promise<Party> {
  const one = await createParty(hub, peer)
  parties.push(one)
  return one
}

/** The body of an agent's entry, as soon as it is there. */
async function bodyAt({ logs }: Party, author: string, seq: number): Promise<unknown> {
  return vi.waitFor(async () => {
    const body = await logs.body(author, seq)
    expect(body).not.toBeNull()
    return body
  }, 5000)
}

const bodyOptions = { maxMessageBytes: 100_000, maxStreamsPerPeer: 8 }

describe('an announcement', () => {
  test('of a stranger reaches those who are not connected to it, header and body', async () => {
    hub = createMemoryHub({ joined: false })
    const [a, b, c] = [await party('a'), await party('b'), await party('c')]
    hub.join('a', 'b')
    hub.join('b', 'c')
    for (const { network } of parties) await network.start()
    await a.say('tea')
    expect(await bodyAt(c, a.key.agent, 1)).toMatchObject({ goal: 'tea' })
    expect(b.offences.concat(c.offences)).toEqual([])
  })

  test('made while nobody was there is caught up on when peers meet', async () => {
    const [a, b] = [await party('a'), await party('b')]
    await a.network.start()
    for (const goal of ['one', 'two', 'three']) await a.say(goal)
    await b.network.start()
    expect(await bodyAt(b, a.key.agent, 3)).toMatchObject({ goal: 'three' })
  })

  test('after a gap brings what came before it', async () => {
    const [a, b] = [await party('a'), await party('b')]
    hub.cut('a', 'b')
    await a.network.start()
    await b.network.start()
    hub.join('a', 'b')
    await a.say('one')
    await bodyAt(b, a.key.agent, 1)
    // kept, but announced to nobody
    await a.logs.append(a.key, 'intention', { kind: 'intention', goal: 'two', tags: [] })
    await a.say('three')
    expect(await bodyAt(b, a.key.agent, 2)).toMatchObject({ goal: 'two' })
    expect(await bodyAt(b, a.key.agent, 3)).toMatchObject({ goal: 'three' })
  })

  test('that can’t be published is kept all the same, and the failure is told', async () => {
    const one = await party('a')
    const reports: unknown[] = []
    const gossip = createGossip(
      {
        network: { ...one.network, publish: () => Promise.reject(new Error('no mesh')) },
        logs: one.logs,
        now: Date.now,
        report: (error) => reports.push(error)
      },
      { interested: () => false }
    )
    await gossip.announce(new Uint8Array(3))
    expect(reports).toHaveLength(1)
    gossip.stop()
  })
})

describe('against those who mean ill', () => {
  test('a header with a wrong signature is not kept, not passed on, and held against whoever gave it', async () => {
    hub = createMemoryHub({ joined: false })
    const b = await party('b')
    const [evil, c] = [hub.network('evil'), hub.network('c')]
    hub.join('evil', 'b')
    hub.join('b', 'c')
    const heard: Uint8Array[] = []
    c.subscribe(HEADERS_TOPIC, async (message) => {
      heard.push(message)
      return 'accept'
    })
    for (const network of [b.network, evil, c]) await network.start()
    const { bytes, key } = await strangersHeader()
    bytes[bytes.length - 1]! ^= 1
    const good = await strangersHeader()
    await evil.publish(HEADERS_TOPIC, bytes)
    await evil.publish(HEADERS_TOPIC, good.bytes)
    await vi.waitFor(() => expect(heard).toHaveLength(1))
    expect(heard[0]).toEqual(good.bytes)
    expect(await b.logs.head(key.agent)).toBeNull()
    // ten of these and it is not listened to any more
    for (let i = 0; i < 10; i++) await evil.publish(HEADERS_TOPIC, crypto.getRandomValues(new Uint8Array(100)))
    await vi.waitFor(() => expect(b.network.status().connections.map(({ peer }) => peer)).toEqual(['c']))
    await c.stop()
    await evil.stop()
  })

  test('headers over a peer’s rate are not looked at; without the limit they would all be kept', async () => {
    // one clock that stands still: no tokens come back
    const at = Date.now()
    const flood = 450
    const headers = await Promise.all(Array.from({ length: flood }, () => strangersHeader()))
    const taken = async (limited: boolean) => {
      hub = createMemoryHub()
      let time = at
      const b = await createParty(hub, 'b', { now: () => (limited ? at : (time += 1000)) })
      parties.push(b)
      const evil = hub.network('evil')
      await b.network.start()
      await evil.start()
      for (const { bytes } of headers) await evil.publish(HEADERS_TOPIC, bytes)
      await vi.waitFor(async () => expect((await b.logs.frontier()).length).toBeGreaterThanOrEqual(400))
      const { length } = await b.logs.frontier()
      await evil.stop()
      return length
    }
    expect(await taken(true)).toBe(400)
    expect(await taken(false)).toBeGreaterThan(400)
  })

  test('what an author’s old headers, sent again and again, cost does not silence the author', async () => {
    const at = Date.now()
    const b = await createParty(hub, 'b', { now: () => at })
    parties.push(b)
    const [evil, c] = [hub.network('evil'), hub.network('c')]
    const heard: Uint8Array[] = []
    c.subscribe(HEADERS_TOPIC, async (message) => {
      heard.push(message)
      return 'accept'
    })
    hub.cut('evil', 'c')
    for (const network of [b.network, evil, c]) await network.start()
    const author = await createParty(createMemoryHub(), 'author')
    const first = await author.say('one')
    for (let i = 0; i < 200; i++) await evil.publish(HEADERS_TOPIC, first)
    await evil.publish(HEADERS_TOPIC, await author.say('two'))
    await vi.waitFor(() => expect(heard).toHaveLength(2))
    author.gossip.stop()
    await evil.stop()
    await c.stop()
  })

  test('a body that does not match its hash is held against its giver and had from another', async () => {
    const b = await party('b')
    const [liar, honest] = [hub.network('liar'), hub.network('honest')]
    const { bytes, body, key, hash } = await strangersHeader({ goal: 'truth' })
    liar.handle(BODY_PROTOCOL, bodyOptions, async (stream, signal) => {
      await stream.read({ signal })
      await stream.write(encode({ body: encode({ kind: 'intention', goal: 'a lie', tags: [] }) }))
    })
    const asked: Uint8Array[] = []
    honest.handle(BODY_PROTOCOL, bodyOptions, async (stream, signal) => {
      const request = decode((await stream.read({ signal }))!, bodyRequest, MAX_BODY_REQUEST_BYTES)
      asked.push(request.hash)
      await stream.write(encode({ body }))
    })
    for (const network of [b.network, liar, honest]) await network.start()
    await liar.publish(HEADERS_TOPIC, bytes)
    expect(await bodyAt(b, key.agent, 1)).toMatchObject({ goal: 'truth' })
    expect(asked).toEqual([hash])
    expect(new Set(b.offences.map(({ peer }) => peer))).toEqual(new Set(['liar']))
    await liar.stop()
    await honest.stop()
  })

  test('an honest giver does not pay for a header that lies about a body', async () => {
    const b = await party('b')
    const honest = hub.network('honest')
    const { bytes, body, key } = await strangersHeader({ goal: 'truth', bodySize: 5 })
    const gave = vi.fn()
    honest.handle(BODY_PROTOCOL, bodyOptions, async (stream, signal) => {
      await stream.read({ signal })
      gave()
      await stream.write(encode({ body }))
    })
    await b.network.start()
    await honest.start()
    await honest.publish(HEADERS_TOPIC, bytes)
    await vi.waitFor(() => expect(gave).toHaveBeenCalled())
    await vi.waitFor(async () => expect(await b.logs.head(key.agent)).not.toBeNull())
    expect(await b.logs.body(key.agent, 1)).toBeNull()
    expect(b.offences).toEqual([])
    await honest.stop()
  })

  test('nobody but the parties gets a contract’s body', async () => {
    const a = await party('a')
    const stranger = hub.network('stranger')
    await a.network.start()
    await stranger.start()
    const secret = await a.logs.append(a.key, 'contract', { kind: 'contract', secret: 'salary' })
    const open = await a.logs.append(a.key, 'intention', { kind: 'intention', goal: 'tea', tags: [] })
    const signal = AbortSignal.timeout(5000)
    const stream = await stranger.open('a', BODY_PROTOCOL, { ...bodyOptions, signal })
    const replies: unknown[] = []
    for (const { header } of [secret, open]) {
      await stream.write(encode({ hash: header.bodyHash }))
      replies.push((await stream.read({ signal }))!.length > 20)
    }
    expect(replies).toEqual([false, true])
    await stream.close()
    await stranger.stop()
  })

  test('a peer that answers a catch-up with garbage, or with forged headers, is penalised', async () => {
    const b = await party('b')
    const forged = (await strangersHeader()).bytes
    forged[forged.length - 1]! ^= 1
    const answers = [new Uint8Array([1, 2, 3]), encode({ headers: [forged, forged] }), encode({ headers: 'none' })]
    for (const [i, answer] of answers.entries()) {
      const evil = hub.network(`evil-${i}`)
      evil.handle(FRONTIER_PROTOCOL, bodyOptions, async (stream, signal) => {
        await stream.read({ signal })
        await stream.write(answer)
      })
      await evil.start()
    }
    await b.network.start()
    await vi.waitFor(() => expect(new Set(b.offences.map(({ peer }) => peer))).toEqual(new Set(['evil-0', 'evil-1', 'evil-2'])))
    expect(await b.logs.frontier()).toEqual([])
  })
})

test('a store without room is told of, and nothing breaks', async () => {
  const store = createMemoryStore()
  const network = hub.network('full')
  const reports: unknown[] = []
  const logs = createLogs({
    store: { ...store, commit: () => Promise.reject(new StoreFullError('full')) },
    clock: Date.now
  })
  const gossip = createGossip({ network, logs, now: Date.now, report: (error) => reports.push(error) }, { interested: () => true })
  gossip.start()
  const other = hub.network('other')
  await network.start()
  await other.start()
  await other.publish(HEADERS_TOPIC, (await strangersHeader()).bytes)
  await vi.waitFor(() => expect(reports.some((error) => error instanceof StoreFullError)).toBe(true))
  expect(network.status().connections).toHaveLength(1)
  gossip.stop()
  await network.stop()
  await other.stop()
})

test('bodies that were missing are had after a restart', async () => {
  const key = await agentKey(await generateKeyPair())
  const writer = createLogs({ store: createMemoryStore(), clock: Date.now })
  const entry = await writer.append(key, 'intention', { kind: 'intention', goal: 'late', tags: [] })
  const b = await party('b')
  await b.logs.accept(entry.bytes)
  b.gossip.start()
  const holder = hub.network('holder')
  holder.handle(BODY_PROTOCOL, bodyOptions, async (stream, signal) => {
    const { hash } = decode((await stream.read({ signal }))!, bodyRequest, MAX_BODY_REQUEST_BYTES)
    await stream.write(encode({ body: await writer.publicBodyBytes(hash) }))
  })
  await holder.start()
  await b.network.start()
  expect(await bodyAt(b, key.agent, 1)).toMatchObject({ goal: 'late' })
  await holder.stop()
})
