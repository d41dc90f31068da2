/** The table, row by row: what is sent for it on the network below, to whom, and when that stops. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { agentKey, generateKeyPair } from '../crypto/keys.ts'
import { BODY_PROTOCOL } from '../gossip/body-stream.ts'
import { createGossip } from '../gossip/gossip.ts'
import type { Interests } from '../gossip/interests.ts'
import { issueCertificate, verifyCertificate } from '../identity/certificate.ts'
import { decodeHeader } from '../log/header.ts'
import { createLogs } from '../log/log.ts'
import { createMemoryHub, type MemoryHub } from '../net/memory.ts'
import type { FramedStream, Network } from '../net/network.ts'
import { createOffers } from '../offers.ts'
import { createPolicy } from '../policy.ts'
import { decode, encode } from '../schema/codec.ts'
import type { SignedOutcome } from '../schema/contract.ts'
import { state as stateSchema, type Capability, type Intention } from '../schema/declaration.ts'
import { MAX_HEADER_BYTES } from '../schema/header.ts'
import { MAX_DATA_REPLY_BYTES, dataReply, hello, leaderMessage } from '../schema/messages.ts'
import type { SignedRating } from '../schema/rating.ts'
import { createCodebook1 } from '../semantic/codebook.ts'
import { createHybridMatcher } from '../semantic/hybrid.ts'
import { createStandIn } from '../semantic/stand-in.ts'
import { loadTopics } from '../semantic/topics/topics.ts'
import type { Runner } from '../skill/runner.ts'
import { noChanges } from '../store/changes.ts'
import { createMemoryLocks } from '../store/locks.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Clock } from '../support/clock.ts'
import { once } from '../support/once.ts'
import { createTestTime, type TestTime } from '../support/testing/time.ts'
import { agents, approval, createNodes, createProfile, csv, reaches, sandboxRunner, type Nodes } from '../testing/nodes.ts'
import { createAdaptation } from './adaptation.ts'
import type { Stand } from './constraints.ts'
import { createInterests } from './interests.ts'
import { createMeaning } from './meaning.ts'
import type { LoggedRating } from './ratings.ts'
import { createStands } from './stands.ts'
import { READY } from './states.ts'
import { table } from './table.ts'

type Row = keyof typeof table

/** One stream of a peer, opened or served by it. */
interface SeenStream {
  peer: string
  protocol: string
  by: 'us' | 'them'
  /** what we have written, message by message */
  said: Uint8Array[]
  /** whether we are done with it */
  over: boolean
}

/** What a peer has done on the network, in order. */
interface Seen {
  published: Array<{ topic: string; bytes: Uint8Array }>
  streams: SeenStream[]
}

/** Writes down what goes through a network, and lets it through. */
function watched(inner: Network): { network: Network; seen: Seen } {
  const seen: Seen = { published: [], streams: [] }

  function watch(stream: FramedStream, protocol: string, by: SeenStream['by']): { stream: FramedStream; one: SeenStream } {
    const one: SeenStream = { peer: stream.peer, protocol, by, said: [], over: false }
    seen.streams.push(one)
    return {
      one,
      stream: {
        ...stream,
        write(message, options) {
          one.said.push(message.slice())
          return stream.write(message, options)
        },
        close() {
          one.over = true
          return stream.close()
        },
        abort(reason) {
          one.over = true
          stream.abort(reason)
        }
      }
    }
  }

  const network: Network = {
    ...inner,
    async open(peer, protocol, options) {
      return watch(await inner.open(peer, protocol, options), protocol, 'us').stream
    },
    handle(protocol, options, handler) {
      inner.handle(protocol, options, async (stream, signal) => {
        const served = watch(stream, protocol, 'them')
        try {
          await handler(served.stream, signal)
        } finally {
          served.one.over = true
        }
      })
    },
    publish(topic, message) {
      seen.published.push({ topic, bytes: message.slice() })
      return inner.publish(topic, message)
    }
  }
  return { network, seen }
}

/** The streams of one protocol, as `by to-or-from peer`, in order. */
const streamsOf = ({ streams }: Seen, protocol: string, by?: SeenStream['by']): SeenStream[] =>
  streams.filter((one) => one.protocol === protocol && (by === undefined || one.by === by))

const peersOf = (streams: readonly SeenStream[]): string[] => streams.map(({ peer }) => peer).sort()

/** The headers that were published, each once, however many topics it went to. */
function headersOf({ published }: Seen) {
  const once = new Map(published.map(({ bytes }) => [bytes.join(), bytes]))
  return [...once.values()].map((bytes) => ({ size: bytes.length, ...decodeHeader(bytes) }))
}

const kindsOf = (seen: Seen): string[] => headersOf(seen).map(({ kind }) => kind)

const topics = once(() => loadTopics())
const tested = new Set<Row>()

/** A test of one row of the table, named after it. */
function row(name: Row, what: string, body: () => Promise<void>): void {
  tested.add(name)
  test(`${name}: ${what}`, body)
}

/* What is declared or said at this moment: the adaptation layer over real logs and gossip, on a clock of the test. */
describe('said by an agent', () => {
  let hub: MemoryHub
  let time: TestTime
  /** how long all devices have slept so far, in milliseconds */
  let slept: number
  let stops: Array<() => Promise<void>>
  let clock: Clock

  beforeEach(() => {
    time = createTestTime()
    slept = 0
    // timers are set to fractions of a millisecond, and clocks don't show them
    clock = { now: () => Math.floor(time.now()) + slept, after: time.after }
    hub = createMemoryHub({ joined: false, now: clock.now })
    stops = []
  })
  afterEach(async () => {
    for (const stop of stops) await stop()
  })

  /** Lets time pass, a little at a time, until it holds: signatures are made on threads that no test clock drives. */
  const soon = (holds: () => unknown): Promise<void> =>
    vi.waitFor(
      async () => {
        await time.pass(100)
        await holds()
      },
      { timeout: 10_000, interval: 5 }
    )

  type Side = Awaited<ReturnType<typeof side>>

  /** An agent on a peer, not started. @param wants what it pulls, where that is not what its declarations say */
  async function side(peer: string, wants?: Interests['wants']) {
    const key = await agentKey(await generateKeyPair())
    const reports: unknown[] = []
    const report = (error: unknown) => void reports.push(error)
    const { network, seen } = watched(hub.network(peer))
    const store = createMemoryStore()
    const logs = createLogs({ store, clock })
    const stands = createStands(clock.now)
    const interests = createInterests(stands.clash)
    const gossip = createGossip(
      {
        network,
        logs,
        clock,
        random: () => 0.5,
        report,
        codebook: createCodebook1(),
        interests: wants === undefined ? interests : { ...interests, wants }
      },
      { self: key.publicKey }
    )
    const matcher = createHybridMatcher({ clock, embedder: null, report })
    const meaning = createMeaning({ standIn: createStandIn(), embedder: null, codebook: createCodebook1(), loadTopics: topics })
    const certifier = {
      issue: () => issueCertificate(key, peer, { now: clock.now(), validMs: 24 * 60 * 60_000 }),
      verify: (certificate: Uint8Array, other: string) => verifyCertificate(certificate, other, clock.now())
    }
    const adaptation = createAdaptation(
      { key, network, logs, gossip, matcher, meaning, interests, stands, certifier, loadTopics: topics, changes: noChanges, clock, random: () => 0.5, report },
      { standings: async () => [], history: () => ({ completed: 0, failed: 0 }), knownPrograms: new Set() }
    )
    const parts = { store, locks: createMemoryLocks(), changes: noChanges, now: clock.now, report, adaptation }
    stops.push(async () => {
      adaptation.stop()
      matcher.close()
      await network.stop()
      expect(reports).toEqual([])
    })
    return { peer, key, agent: key.agent, network, seen, logs, gossip, adaptation, parts }
  }

  /** Starts these, each linked to the next. */
  async function startInRow(...sides: Side[]): Promise<void> {
    for (const [i, { peer, adaptation, network }] of sides.entries()) {
      const next = sides[i + 1]
      if (next !== undefined) hub.join(peer, next.peer)
      await adaptation.start()
      await network.start()
    }
  }

  /** Whoever is linked has introduced itself. */
  const introduced = (...sides: Side[]) =>
    soon(() => {
      for (const { adaptation, network } of sides) {
        const { connections } = network.status()
        expect(connections.length).toBeGreaterThan(0)
        expect(connections.map(({ peer }) => adaptation.agentOf(peer))).not.toContain(undefined)
      }
    })

  const holdsBody = async ({ logs }: Side, of: Side, seq: number) => (await logs.body(of.agent, seq)) !== null
  const offered = ({ adaptation }: Side) => adaptation.capabilities().map(({ declaration }) => declaration.name)
  const wanted = ({ adaptation }: Side) => adaptation.intentions().map(({ declaration }) => declaration.goal)

  const tea: Capability = {
    kind: 'capability',
    id: 'tea',
    name: 'Tea',
    description: 'Brews green tea and black tea.',
    tags: ['tea'],
    examples: ['A pot of green tea'],
    inputModes: ['text/plain'],
    outputModes: ['text/plain'],
    program: '0'.repeat(64),
    limits: { ms: 1000, memoryBytes: 1000, inputBytes: 0, outputBytes: 1000 }
  }
  /** As it is shaped; who counts ratings would look at the signatures. */
  const ratingBy = (leader: string, follower: string, topic: string): SignedRating => ({
    kind: 'rating',
    rating: { version: 1, contract: '0'.repeat(64), subject: follower, topic, score: 80, weight: 50, time: 1 },
    outline: { version: 2, leader, follower, topic, skill: 'tea', program: '0'.repeat(64), created: 0, expiry: 1, details: '0'.repeat(64) },
    leaderSignature: new Uint8Array(64),
    followerSignature: new Uint8Array(64)
  })
  const wish = (goal: string): Intention => ({ kind: 'intention', goal, tags: [] })

  /** Says `declaration`; a newcomer that comes when it has lapsed catches up and is given nothing but what still holds. */
  async function lapses(declaration: Capability | Intention, shown: (side: Side) => string[], name: string): Promise<void> {
    const { lifeMs } = table[declaration.kind]
    const [a, b, c] = [await side('a'), await side('b'), await side('c', () => false)]
    await startInRow(b, a, c)
    await introduced(a, b, c)
    const { seq } = (await a.adaptation.declare(declaration)).header
    await soon(() => expect(shown(b)).toEqual([name]))
    await soon(async () => expect(await c.logs.header(a.agent, seq)).not.toBeNull())

    // one header, without a word of the body, to all; the body to who asked for it, and to nobody else
    const [header] = headersOf(a.seen)
    expect(kindsOf(a.seen)).toEqual([declaration.kind])
    expect(header?.size).toBeLessThanOrEqual(MAX_HEADER_BYTES)
    expect(header?.expiry).toBe((header?.time ?? 0) + lifeMs)
    expect(peersOf(streamsOf(b.seen, BODY_PROTOCOL, 'us'))).toEqual(['a'])
    expect(peersOf(streamsOf(a.seen, BODY_PROTOCOL))).toEqual(['b'])
    expect(shown(c)).toEqual([])

    slept += lifeMs - 1_000
    expect(shown(b)).toEqual([name])
    slept += 1_000
    expect(shown(b)).toEqual([])
    expect(await b.adaptation.find({ text: name })).toEqual([])
    await b.logs.sweep()
    expect(await holdsBody(b, a, seq)).toBe(false)

    const d = await side('d')
    hub.join('a', 'd')
    await startInRow(d)
    const last = (await a.adaptation.declare(wish('Something newer'))).header.seq
    await soon(async () => expect(await holdsBody(d, a, last)).toBe(true))
    await time.pass(30_000)
    expect(await holdsBody(d, a, seq)).toBe(false)
    expect(streamsOf(d.seen, BODY_PROTOCOL, 'us')).toHaveLength(1)
    expect([...shown(d), ...wanted(d)]).not.toContain(name)
  }

  row('capability', 'a header for everybody, the body for who wants it; after seven days neither found, held nor given', () =>
    lapses(tea, offered, 'Tea')
  )

  row('intention', 'a header for everybody, the body for who wants it; after a day neither shown, held nor given', () =>
    lapses(wish('Somebody who brews tea'), wanted, 'Somebody who brews tea')
  )

  row('capability', 'is said again when half of its life is over, by an agent that still offers it', async () => {
    const [a, b] = [await side('a'), await side('b')]
    await startInRow(a, b)
    const source = () => Promise.resolve('function run() {}')
    const offers = createOffers({ ...a.parts, agent: a.agent, builtIn: [{ author: 'built in', capability: tea, source }] })
    await offers.renew()
    await soon(() => expect(offered(b)).toEqual(['Tea']))
    slept += table.capability.lifeMs / 2 - 60_000
    await offers.renew()
    expect(kindsOf(a.seen)).toEqual(['capability'])
    slept += 60_000
    await offers.renew()
    expect(kindsOf(a.seen)).toEqual(['capability', 'capability'])
    await soon(() => expect(b.adaptation.capabilities().map(({ seq }) => seq)).toEqual([2]))
    slept += table.capability.lifeMs / 2
    expect(offered(b)).toEqual(['Tea'])
    offers.close()
  })

  row('rating', 'goes to those who care for its topic, and to nobody else; whose sketch lies about the topic is not believed', async () => {
    const [a, b, c] = [await side('a'), await side('b'), await side('c')]
    await startInRow(b, a, c)
    await introduced(a, b, c)
    // as on a device where the connection costs: only what is near to what it cares for
    for (const { adaptation } of [b, c]) adaptation.setState({ open: true, load: 'idle', power: 'mains', metered: true })
    await b.adaptation.careFor(['text/translation'])
    await c.adaptation.careFor(['data/statistics'])
    const heard: LoggedRating[] = []
    b.adaptation.onRating((rating) => heard.push(rating))

    const rated = ratingBy(a.agent, b.agent, 'text/translation')
    const { seq } = (await a.adaptation.rate(rated)).header
    await soon(() => expect(heard.map((one) => [one.author, one.seq, one.body])).toEqual([[a.agent, seq, rated]]))
    await soon(async () => expect(await c.logs.header(a.agent, seq)).not.toBeNull())
    const [header] = headersOf(a.seen)
    expect([header?.kind, header?.expiry]).toEqual(['rating', table.rating.lifeMs])
    expect(peersOf(streamsOf(a.seen, BODY_PROTOCOL, 'them'))).toEqual(['b'])
    expect(await holdsBody(c, a, seq)).toBe(false)

    // said to be in another topic than it is
    const { sketch } = (await a.logs.header(a.agent, seq))!.header
    const lie = await a.logs.append(a.key, 'rating', ratingBy(a.agent, b.agent, 'data/statistics'), { sketch: sketch! })
    await a.gossip.announce(lie.bytes)
    await soon(async () => expect(await b.logs.wanted(lie)).toBe(false))
    expect(await holdsBody(b, a, lie.header.seq)).toBe(false)
    expect(heard).toHaveLength(1)
  })

  row('judges', 'goes to those who look for its author’s list, before or after it is shared, and so does that it is taken back', async () => {
    const [a, b, c] = [await side('a'), await side('b'), await side('c')]
    await startInRow(b, a, c)
    await introduced(a, b, c)
    // as on a device where the connection costs: only what it looks for
    for (const { adaptation } of [b, c]) adaptation.setState({ open: true, load: 'idle', power: 'mains', metered: true })
    b.adaptation.lookForJudges([a.agent])
    const news: string[] = []
    for (const { adaptation } of [b, c]) adaptation.onJudges((agent) => news.push(agent))

    const list = { kind: 'judges' as const, version: 1 as const, name: 'Good judges', agents: [c.agent] }
    const { seq } = (await a.adaptation.shareJudges(list)).header
    const shared = { is: 'shared', name: list.name, agents: list.agents, seq }
    await soon(() => expect(b.adaptation.judgesOf(a.agent)).toMatchObject(shared))
    await soon(async () => expect(await c.logs.header(a.agent, seq)).not.toBeNull())
    const [header] = headersOf(a.seen)
    expect([header?.kind, header?.sketch, header?.expiry]).toEqual(['judges', null, (header?.time ?? 0) + table.judges.lifeMs])
    expect(peersOf(streamsOf(a.seen, BODY_PROTOCOL, 'them'))).toEqual(['b'])
    expect(c.adaptation.judgesOf(a.agent)).toEqual({ is: 'unheard' })

    c.adaptation.lookForJudges([a.agent])
    await soon(() => expect(c.adaptation.judgesOf(a.agent)).toMatchObject(shared))
    await a.adaptation.withdraw(seq)
    await soon(() => {
      for (const { adaptation } of [b, c]) expect(adaptation.judgesOf(a.agent)).toEqual({ is: 'withdrawn' })
    })
    expect(news).toHaveLength(4)
  })

  test('judges: are read from the logs again after a start, and stand no more when their author has forked its log', async () => {
    const [a, b] = [await side('a'), await side('b')]
    await startInRow(a, b)
    const list = { kind: 'judges' as const, version: 1 as const, name: 'Good judges', agents: [b.agent] }
    await a.adaptation.shareJudges(list)
    await soon(() => expect(b.adaptation.judgesOf(a.agent).is).toBe('shared'))
    const other = await side('b again')
    await other.logs.importLog(b.logs.exportLog(a.agent))
    await other.adaptation.start()
    expect(other.adaptation.judgesOf(a.agent).is).toBe('shared')

    const branch = createLogs({ store: createMemoryStore(), clock })
    const forked = await branch.append(a.key, 'judges', { ...list, name: 'Others' })
    expect((await other.logs.accept(forked.bytes)).status).toBe('fork')
    expect(other.adaptation.judgesOf(a.agent)).toEqual({ is: 'forked' })
  })

  row('withdrawal', 'goes where the declaration went, and takes it out of the index of all who have it, for good', async () => {
    const [a, b, c] = [await side('a'), await side('b'), await side('c')]
    await startInRow(a, b, c)
    const said = await a.adaptation.declare(tea)
    const asked = await a.adaptation.declare(wish('A tea pot'))
    // c is not connected to a: b passes it on
    await soon(() => expect([offered(c), wanted(c)]).toEqual([['Tea'], ['A tea pot']]))
    expect((await c.adaptation.find({ text: 'green tea' })).map(({ skill }) => skill)).toEqual(['tea'])

    await a.adaptation.withdraw(said.header.seq)
    await a.adaptation.withdraw(asked.header.seq)
    expect(kindsOf(a.seen)).toEqual(['capability', 'intention', 'withdrawal', 'withdrawal'])
    const topics = (kind: string) =>
      a.seen.published.filter(({ bytes }) => decodeHeader(bytes).kind === kind).map(({ topic }) => topic)
    expect(new Set(topics('withdrawal'))).toEqual(new Set([...topics('capability'), ...topics('intention')]))
    expect(headersOf(a.seen).slice(2).map(({ expiry }) => expiry)).toEqual([table.withdrawal.lifeMs, table.withdrawal.lifeMs])
    await soon(() => expect([offered(c), wanted(c)]).toEqual([[], []]))
    expect(await c.adaptation.find({ text: 'green tea' })).toEqual([])
    for (const one of [b, c]) await one.logs.sweep()
    expect([await holdsBody(b, a, said.header.seq), await holdsBody(c, a, asked.header.seq)]).toEqual([false, false])

    // whoever comes later is not given what was taken back
    const d = await side('d')
    hub.join('c', 'd')
    await startInRow(d)
    await soon(async () => expect([await holdsBody(d, a, 3), await holdsBody(d, a, 4)]).toEqual([true, true]))
    await time.pass(30_000)
    expect([await holdsBody(d, a, said.header.seq), await holdsBody(d, a, asked.header.seq)]).toEqual([false, false])
    expect([offered(d), wanted(d)]).toEqual([[], []])
  })

  const inGermany: Stand = { facts: { languages: [], region: 'DE', tier: 0 }, insists: { regions: ['DE'] } }
  const inFrance: Stand = { facts: { languages: [], region: 'FR', tier: 0 }, insists: {} }

  row('constraint', 'is heard by all near, and whoever does not meet it is neither connected nor asked', async () => {
    const [german, third, french] = [await side('german'), await side('third'), await side('french')]
    const policies = [createPolicy(german.parts), createPolicy(french.parts)]
    await policies[0]?.set(inGermany)
    await policies[1]?.set(inFrance)
    hub.join('german', 'french')
    await startInRow(german, third, french)
    await soon(() => {
      for (const one of [third, french]) expect(one.adaptation.standOf(german.agent)).toEqual(inGermany)
      for (const one of [third, german]) expect(one.adaptation.standOf(french.agent)).toEqual(inFrance)
    })
    expect(kindsOf(german.seen)).toEqual(['constraint'])
    const [header] = headersOf(german.seen)
    expect(header?.expiry).toBe((header?.time ?? 0) + table.constraint.lifeMs)
    // even who is kept out has the body, of the one between them
    await soon(async () => expect(await holdsBody(french, german, 1)).toBe(true))
    expect(peersOf(streamsOf(french.seen, BODY_PROTOCOL, 'us'))).toContain('third')

    // the link is there, and neither side uses it; what the other offers is not had from the third either
    await french.adaptation.declare(tea)
    await soon(() => expect(offered(third)).toEqual(['Tea']))
    await soon(async () => expect(await german.logs.header(french.agent, 2)).not.toBeNull())
    await time.pass(30_000)
    expect(german.network.status().connections.map(({ peer }) => peer)).toEqual(['third'])
    expect(new Set(german.seen.streams.map(({ peer }) => peer))).toEqual(new Set(['third']))
    expect(new Set(french.seen.streams.map(({ peer }) => peer))).toEqual(new Set(['third']))
    expect(await holdsBody(german, french, 2)).toBe(false)

    // who says nothing of where it is may be met, and is not offered anything
    expect(german.adaptation.reach(third.agent)).toBe('direct')
    expect(german.adaptation.against(third.agent).join()).toContain('you insist on that')
    expect(streamsOf(german.seen, table.control.protocol)).toEqual([])

    // said again at half of its life
    slept += table.constraint.lifeMs / 2 - 60_000
    await policies[0]?.renew()
    expect(kindsOf(german.seen)).toEqual(['constraint'])
    slept += 60_000
    await policies[0]?.renew()
    expect(kindsOf(german.seen)).toEqual(['constraint', 'constraint'])
    for (const policy of policies) policy.close()
  })

  test('constraint: is forgotten when it was not said again for thirty days', async () => {
    const [a, b, c] = [await side('a'), await side('b'), await side('c')]
    await startInRow(a, b, c)
    await a.adaptation.declare({ kind: 'constraint', ...inGermany })
    await soon(() => expect(c.adaptation.standOf(a.agent)).toEqual(inGermany))
    slept += table.constraint.lifeMs
    await c.logs.sweep()
    expect(await holdsBody(c, a, 1)).toBe(false)
    expect(c.adaptation.standOf(a.agent)).toBeNull()
  })

  row('state', 'is told to whoever has introduced itself, coarsely and seldom, and is in no log', async () => {
    const { protocol, maxMessageBytes, leastMs, everyMs, lifeMs } = table.state
    const [a, b, c] = [await side('a'), await side('b'), await side('c')]
    // it speaks of states and never says who it is
    const nobody = watched(hub.network('nobody'))
    nobody.network.handle(protocol, table.state, async (stream) => {
      await stream.read()
    })
    hub.join('a', 'nobody')
    await nobody.network.start()
    stops.push(() => nobody.network.stop())
    await startInRow(a, b, c)
    await introduced(b, c)
    await soon(() => expect(b.adaptation.stateOf(a.agent)).toMatchObject(READY))
    await soon(() => expect(c.adaptation.stateOf(b.agent)).not.toBeNull())
    const told = () => streamsOf(a.seen, protocol, 'us')
    expect(told()).toHaveLength(1)

    // however often it changes
    for (let i = 0; i < 60; i++) {
      a.adaptation.setState({ ...READY, load: i % 2 === 0 ? 'full' : 'busy' })
      await time.pass(1_000)
    }
    expect(told().length).toBeLessThanOrEqual(1 + 60_000 / leastMs)
    expect(told().length).toBeGreaterThanOrEqual(2)
    a.adaptation.setState({ ...READY, load: 'full', metered: true })
    await time.pass(2 * leastMs)
    await soon(() => expect(b.adaptation.stateOf(a.agent)).toMatchObject({ load: 'full', metered: true }))
    // and again before it is forgotten, though nothing has changed
    const before = told().length
    await time.pass(everyMs + 5_000)
    expect(told()).toHaveLength(before + 1)

    for (const { peer, said, over } of told()) {
      expect({ peer, over, messages: said.length }).toEqual({ peer: 'b', over: true, messages: 1 })
      expect(said[0]?.length).toBeLessThanOrEqual(maxMessageBytes)
      expect(Object.keys(decode(said[0]!, stateSchema, maxMessageBytes)).sort()).toEqual(['at', 'kind', 'load', 'metered', 'open', 'power'])
    }
    // not passed on, not in a log, not on a topic
    expect(c.adaptation.stateOf(a.agent)).toBeNull()
    expect(nobody.seen.streams).toEqual([])
    for (const one of [a, b]) expect([await one.logs.entries(a.agent), one.seen.published]).toEqual([[], []])

    hub.cut('a', 'b')
    await time.pass(lifeMs)
    expect(b.adaptation.stateOf(a.agent)).toBeNull()
  })

  row('introduction', 'is said once a connection, by either side to the other, and by it a peer is somebody', async () => {
    const { protocol, maxMessageBytes } = table.introduction
    // whoever has the higher name gives the other its turn, by the system's clock
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    stops.push(async () => void vi.useRealTimers())
    const [a, b] = [await side('a'), await side('b')]
    const greetings = () => [a, b].flatMap(({ peer, seen }) => streamsOf(seen, protocol, 'us').map((one) => `${peer} to ${one.peer}`))
    await startInRow(a, b)
    expect(a.adaptation.agentOf('b')).toBeUndefined()
    await introduced(a, b)
    expect([a.adaptation.agentOf('b'), b.adaptation.agentOf('a')]).toEqual([b.agent, a.agent])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(greetings()).toEqual(['a to b'])
    for (const one of [a, b]) {
      const [stream, ...more] = streamsOf(one.seen, protocol)
      expect(more).toEqual([])
      expect({ over: stream?.over, messages: stream?.said.length }).toEqual({ over: true, messages: 1 })
      expect(decode(stream!.said[0]!, hello, maxMessageBytes).stands).toBeUndefined()
    }

    // a better way to the same peer is no new connection
    hub.join('a', 'b', { relayed: true })
    expect(a.adaptation.reach(b.agent)).toBe('relayed')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(greetings()).toEqual(['a to b'])

    // with the connection it is over
    hub.cut('a', 'b')
    expect([a.adaptation.agentOf('b'), b.adaptation.agentOf('a')]).toEqual([undefined, undefined])
    hub.join('a', 'b')
    await introduced(a, b)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(greetings()).toEqual(['a to b', 'a to b'])
  })
})

/* What is said under a contract: whole nodes, one of which is no party. */
describe('said by the parties of a contract', () => {
  let nodes: Nodes
  let hub: MemoryHub

  beforeEach(() => {
    hub = createMemoryHub()
    nodes = createNodes(hub)
  })
  afterEach(async () => {
    await nodes.closeAll()
    expect(nodes.reports).toEqual([])
  })

  async function node(peer: string, runner?: Runner) {
    let seen: Seen | null = null
    let network: Network | null = null
    const { client } = await nodes.open(peer, await createProfile(), {
      ...(runner === undefined ? {} : { runner }),
      network(inner) {
        const made = watched(inner)
        seen = made.seen
        network = made.network
        return made.network
      }
    })
    return { client, seen: seen!, network: network!, peer }
  }

  /** Runs programs as soon as it is let. */
  function gated(): { runner: Runner; open: () => void } {
    let open: () => void = () => undefined
    const opened = new Promise<void>((resolve) => (open = resolve))
    return { open, runner: { run: (...args) => opened.then(() => sandboxRunner.run(...args)) } }
  }

  row('control', 'one stream a contract, from who asks to who does it, small messages, over with the contract', async () => {
    const { protocol, maxMessageBytes } = table.control
    const [a, b, third] = [await node('a'), await node('b'), await node('third')]
    const leads = () => streamsOf(a.seen, protocol)
    const ask = () => a.client.submit({ goal: 'The prices of Bern', files: [csv], agent: doer, skill: 'csv-statistics' })
    const doer = (await b.client.status()).agent
    await agents(a.client, 2)

    const first = await ask()
    const { id } = await approval(b.client)
    expect(leads().map(({ peer, by, over }) => ({ peer, by, over }))).toEqual([{ peer: 'b', by: 'us', over: false }])
    await b.client.approve(id)
    await reaches(a.client, first, ({ state }) => state === 'completed')
    await reaches(b.client, id, ({ entries }) => entries.outcome !== null)
    await vi.waitFor(() => expect([...leads(), ...streamsOf(b.seen, protocol)].map(({ over }) => over)).toEqual([true, true]), 10_000)

    const second = await ask()
    const again = await approval(b.client)
    await a.client.cancel(second)
    await reaches(a.client, second, ({ state }) => state === 'canceled')
    await reaches(b.client, again.id, ({ state }) => state === 'canceled')
    await vi.waitFor(() => expect(leads().map(({ by, over }) => [by, over])).toEqual([['us', true], ['us', true]]), 10_000)
    expect(streamsOf(b.seen, protocol).map(({ peer, by }) => [peer, by])).toEqual([['a', 'them'], ['a', 'them']])

    const words = leads().map(({ said }) => said.map((bytes) => decode(bytes, leaderMessage, maxMessageBytes).type))
    expect(words).toEqual([['offer', 'accepted'], ['offer', 'cancel']])
    for (const { said } of streamsOf(b.seen, protocol)) for (const bytes of said) expect(bytes.length).toBeLessThanOrEqual(maxMessageBytes)
    // nobody else hears of it but by the headers of what both have signed
    expect(streamsOf(third.seen, protocol)).toEqual([])
    for (const { bytes } of a.seen.published) expect(bytes.length).toBeLessThanOrEqual(MAX_HEADER_BYTES)
  })

  row('data', 'on a stream of its own to who is a party, while the contract needs it; a third is refused', async () => {
    const { protocol } = table.data
    const gate = gated()
    const [a, b, third] = [await node('a'), await node('b', gate.runner), await node('third')]
    const data = () => [a, b].flatMap(({ peer, seen }) => streamsOf(seen, protocol, 'us').map((one) => `${peer} asks ${one.peer}`))
    /** Whether a peer is given what it asks for. */
    async function given({ network }: { network: Network }, from: string, contract: string, hash: string): Promise<boolean> {
      const signal = AbortSignal.timeout(5_000)
      const stream = await network.open(from, protocol, { ...table.data, signal })
      await stream.write(encode({ contract, hash, offset: 0 }))
      const reply = await stream.read({ signal })
      await stream.close()
      return decode(reply!, dataReply, MAX_DATA_REPLY_BYTES).piece !== null
    }
    await agents(a.client, 2)
    await agents(third.client, 2)

    const doer = (await b.client.status()).agent
    const id = await a.client.submit({ goal: 'The prices of Bern', files: [csv], agent: doer, skill: 'csv-statistics' })
    const card = await approval(b.client)
    expect(data()).toEqual([])
    await b.client.approve(card.id)
    await reaches(b.client, card.id, ({ state, waiting }) => state === 'working' && waiting === '')
    expect(data()).toEqual(['b asks a'])
    const { contract, files } = await reaches(a.client, id, ({ state }) => state === 'working')
    const file = files[0]!.hash
    expect(await given(b, 'a', contract!, file)).toBe(true)
    expect(await given(b, 'a', contract!, '0'.repeat(64))).toBe(false)
    expect(await given(third, 'a', contract!, file)).toBe(false)
    expect(await given(third, 'b', contract!, file)).toBe(false)

    gate.open()
    await reaches(a.client, id, ({ state }) => state === 'completed')
    await reaches(b.client, card.id, ({ entries }) => entries.outcome !== null)
    const outcome = (await b.client.log()).find(({ kind }) => kind === 'outcome')?.body as SignedOutcome
    const result = outcome.outcome.result!
    expect(data().filter((one) => one === 'a asks b')).toHaveLength(1)
    expect(await given(a, 'b', contract!, result)).toBe(true)
    expect(await given(third, 'b', contract!, result)).toBe(false)
    // the file was lent for the work
    expect(await given(b, 'a', contract!, file)).toBe(false)

    // on no topic, and on no other stream
    const carries = (bytes: Uint8Array) => new TextDecoder().decode(bytes).includes('Basel,5')
    for (const { seen } of [a, b, third]) {
      expect(seen.published.filter(({ bytes }) => carries(bytes))).toEqual([])
      expect(seen.streams.filter(({ said }) => said.some(carries)).map((one) => one.protocol === protocol)).not.toContain(false)
    }
    expect(streamsOf(a.seen, protocol).some(({ said }) => said.some(carries))).toBe(true)
  })
})

test.each(Object.keys(table))('%s has a test here', (name) => {
  expect([...tested]).toContain(name)
})
