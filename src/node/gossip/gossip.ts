/**
 * Bodyless gossip: headers are announced on the topics of their shards, checked before they are passed on, and caught up
 * on when peers meet; bodies are pulled for those that interest us.
 *
 * ```js
 * const gossip = createGossip({ network, logs, clock, random, report, codebook, interests }, { self: key.publicKey })
 * gossip.start()
 * await gossip.announce(entry.bytes)
 * ```
 */
import type { Verdict as LogVerdict } from '../log/accept.ts'
import type { Logs } from '../log/log.ts'
import { parseHeader } from '../log/parse-header.ts'
import type { StoredHeader } from '../log/records.ts'
import type { Network } from '../net/network.ts'
import { publicKinds, type Header } from '../schema/header.ts'
import { StoreFullError, StoreUnavailableError } from '../store/store.ts'
import { noChanges, type Changes } from '../store/changes.ts'
import type { Clock } from '../support/clock.ts'
import { delay } from '../support/wait-for.ts'
import { createAnnouncer } from './announcer.ts'
import { serveBodies } from './body-stream.ts'
import { createExchanges } from './exchanges.ts'
import { serveHeaders } from './fetch-headers.ts'
import { createForks } from './forks.ts'
import { createGaps } from './gaps.ts'
import { createHoldings } from './holdings.ts'
import type { Interests } from './interests.ts'
import { createPuller } from './pull.ts'
import { reconcile, serveReconcile, type ServedEnd } from './reconcile.ts'
import { createRegions } from './regions.ts'
import { createRetelling } from './retelling.ts'
import { CONTROL_TOPIC, holds, placeOf, shardModel, topicOf, type Codebook, type Shard } from './shards.ts'
import type { Origin } from './sources.ts'
import { createTopicJudge } from './topic-judge.ts'
import { createTransfer, type Exchanged } from './transfer.ts'

/** How often we look whether shards should be followed otherwise, and what could not be announced is said again. */
const LOOK_MS = 30_000
/** What nobody was there for is said again after so long. */
const SAY_AGAIN_MS = 1_000
/** Peers that we want to know in each shard. */
const COMPANY = 3
/** Entries whose bodies are looked for at a time, after a start or when interests have changed, and the pause while many wait. */
const LOOK_PAGE = 64
const MAX_LOOKED_FOR = 1024
const LOOK_PAUSE_MS = 1_000

/** What protects gossip, by name, so that a simulation can show what each is good for. */
export interface Defences {
  /** peers that send what is wrong, or don't give what they promise, are held to account */
  penalties: boolean
  /** what is looked at of one peer, and passed on of one author, is limited */
  rateLimits: boolean
  /** fork proofs are told, passed on and reconciled */
  forkProofs: boolean
  /** bodies are asked for from others than who announced them */
  otherSources: boolean
  /** each node keeps the record of a slice of all authors */
  recordShards: boolean
  /** there is an exchange now and then, though nothing calls for it */
  periodicExchange: boolean
}

export interface GossipComponents {
  network: Network
  logs: Logs
  clock: Clock
  random: () => number
  /** a failure of our own that nobody waits for, such as of the store */
  report: (error: unknown) => void
  codebook: Codebook
  interests: Interests
  /** what other tabs of the profile tell; none, unless told */
  changes?: Pick<Changes, 'listen'>
}

export interface GossipInit {
  /** our agent's public key, 32 bytes */
  self: Uint8Array
  /** how deep shards are followed at first; default 0 */
  depth?: number
  /** the same for the record, when it is another */
  recordDepth?: number
  /** all on unless told */
  defences?: Partial<Defences>
}

export interface Gossip {
  /** Takes part from now on. Which bodies are missing is looked up meanwhile. */
  start(): void
  /** Announces one of our own headers. With nobody there it is said again when somebody comes. */
  announce(header: Uint8Array): Promise<void>
  /** The shards whose headers are held here as far as we can. */
  shards(): Shard[]
  stop(): void
}

export function createGossip(components: GossipComponents, init: GossipInit): Gossip {
  const { network, logs, clock, random, codebook, interests, changes = noChanges } = components
  const defences: Defences = {
    penalties: true,
    rateLimits: true,
    forkProofs: true,
    otherSources: true,
    recordShards: true,
    periodicExchange: true,
    ...init.defences
  }
  const { penalties, rateLimits, forkProofs, otherSources } = defences
  const closing = new AbortController()
  const connected = new Map(network.status().connections.map(({ peer }) => [peer, clock.now()]))
  const topics = new Map<string, () => void>()
  const stops: Array<() => void> = []
  let ready = false
  let cancelLook: () => void = () => undefined
  let cancelSaying: () => void = () => undefined

  const report = (error: unknown) => {
    if (!closing.signal.aborted) components.report(error)
  }
  const penalise = (peer: string, reason: string, points: number) => {
    if (penalties) network.penalise(peer, reason, points)
  }

  const regions = createRegions(
    { logs, clock, codebook, interests },
    {
      self: init.self,
      depth: init.depth ?? 0,
      recordDepth: init.recordDepth ?? init.depth ?? 0,
      record: defences.recordShards
    }
  )
  const { refuses, lends, favours } = interests
  const puller = createPuller({ network, logs, clock, random, report }, { connected, penalties, otherSources, refuses, lends, favours })
  const holdings = createHoldings({ logs, changes, report }, { leafBits: codebook.leafBits, forkProofs })
  const forks = createForks({ logs, holdings, clock }, { rateLimits })
  const announcer = createAnnouncer({ network, codebook, regions, report })
  const retelling = createRetelling({ network, clock, report, topicsOf: ({ header }) => keptOf(header).map(topicOf) })
  const transfer = createTransfer({
    holdings,
    clock,
    topicsOf: (header) => keptOf(header).map(topicOf),
    taker: { header: (bytes, from) => take(bytes, { from }, false), fork: (proof, from) => forks.take(proof, from) }
  })
  const gaps = createGaps({
    network,
    clock,
    closing: closing.signal,
    logs,
    accept: (bytes, from) => take(bytes, { from }, false),
    penalise,
    report
  })
  const judge = createTopicJudge(
    { clock, codebook, forks, report, take: (bytes, origin) => take(bytes, origin, true) },
    { rateLimits, penalties, forkProofs }
  )
  const reconciling = { network, clock, holdings, transfer, closing: closing.signal }
  const exchangeInit = {
    kept: regions.kept,
    onShards: regions.hear,
    mayServe: (peer: string) => ready && exchanges.welcome(peer),
    onServed: (peer: string, result: Exchanged, end: ServedEnd) => exchanges.served(peer, result, end),
    rateLimits
  }
  const exchanges = createExchanges(
    {
      clock,
      random,
      exchange: (peer) => reconcile(reconciling, exchangeInit, peer),
      penalise,
      report,
      isOurs: (error) => error instanceof StoreFullError || error instanceof StoreUnavailableError
    },
    {
      self: network.peer,
      connected,
      kept: () => [CONTROL_TOPIC, ...regions.kept().map(topicOf)],
      keepers: (topic) => network.subscribers(topic),
      periodic: defences.periodicExchange
    }
  )

  /** Takes a header in. @param announced whether it came by gossip, and a gap before it may be worth a question */
  async function take(bytes: Uint8Array, origin: Origin, announced: boolean): Promise<LogVerdict> {
    const verdict = await logs.accept(bytes, origin.from)
    if (verdict.status === 'new') {
      const { stored, below } = verdict
      if (origin.from !== undefined) network.useful(origin.from)
      const wanted = await consider(stored, origin)
      if (announced && below !== null) closeGap(stored, below, wanted, origin)
    } else if (verdict.status === 'fork' && verdict.proof !== null && forkProofs) {
      void announcer.say(CONTROL_TOPIC, verdict.proof)
    }
    return verdict
  }

  /** Has the body fetched if it interests us. @returns whether it does */
  async function consider(stored: StoredHeader, origin: Origin): Promise<boolean> {
    const { header } = stored
    if (!interests.wants(header, depthOf(header))) {
      puller.note(stored, origin)
      return false
    }
    // what gossip brings has a publisher; this came otherwise
    if (origin.publisher === undefined) retelling.came(stored)
    if (await logs.wanted(stored)) puller.want(stored, { topic: topicNear(header), home: homeOf(header), ...origin })
    return true
  }

  function depthOf({ sketch }: Header): number {
    return sketch === null ? regions.recordDepth() : Math.min(...sketch[2].map((leaf) => regions.depthAt(leaf)))
  }

  /** The topic of a shard that we keep and that a header belongs to: others who take part may have its body. */
  function topicNear(header: Header): string | undefined {
    const [shard] = keptOf(header)
    return shard === undefined ? undefined : topicOf(shard)
  }

  function homeOf({ sketch }: Header): (() => string) | undefined {
    const leaf = sketch !== null && shardModel(sketch[0]) === codebook.model ? sketch[2][0] : undefined
    return leaf === undefined ? undefined : () => announcer.topicAt(leaf)
  }

  /** Those of the shards that we keep that a header belongs to. */
  function keptOf(header: Header): Shard[] {
    const place = placeOf(header)
    return regions.kept().filter((shard) => holds(shard, place, codebook.leafBits))
  }

  function closeGap(stored: StoredHeader, below: number, wanted: boolean, { from, publisher }: Origin): void {
    const place = placeOf(stored.header)
    const record = regions.kept().find((shard) => shard.of === 'record' && holds(shard, place, codebook.leafBits))
    const whole = record !== undefined
    // with nothing held before there is nothing to tie it to
    if (!whole && (below === 0 || !wanted)) return
    const peers = () => {
      const others = record === undefined ? [] : network.subscribers(topicOf(record))
      const likely = whole ? [from, ...others] : [publisher, from]
      return [...new Set(likely)].filter((peer): peer is string => peer !== undefined && connected.has(peer))
    }
    gaps.close({ stored, below, whole, from: from ?? '', peers })
  }

  /** Takes part in the topics of the shards that are followed now, and in no others. */
  function follow(): void {
    const wanted = new Map(regions.followed().map((shard) => [topicOf(shard), shard]))
    for (const [topic, leave] of topics) {
      if (wanted.has(topic)) continue
      leave()
      topics.delete(topic)
    }
    for (const [topic, shard] of wanted) {
      if (!topics.has(topic)) topics.set(topic, network.subscribe(topic, judge.headers(topic, shard)))
    }
  }

  function look(): void {
    if (regions.update()) follow()
    seekCompany()
    void announcer.sayAgain()
  }

  /**
   * In a shard in which we know nobody else we hear nothing, and are told nothing when we catch up; and a few who know nobody but one
   * another are no better off.
   */
  function seekCompany(): void {
    for (const topic of topics.keys()) if (network.subscribers(topic).length < COMPANY) network.seek(topic, COMPANY)
  }

  /** Where nobody was to hear us somebody may be a moment later. */
  function sayAgainSoon(): void {
    cancelSaying()
    cancelSaying = clock.after(SAY_AGAIN_MS, () => {
      void announcer.sayAgain().then((isMore) => {
        if (isMore && !closing.signal.aborted) sayAgainSoon()
      })
    })
  }

  function lookAgainLater(): void {
    cancelLook = clock.after(LOOK_MS * (0.75 + random() / 2), () => {
      look()
      lookAgainLater()
    })
  }

  /** Looks for bodies that interest us and are not here. */
  async function lookForMissing(): Promise<void> {
    const places: Array<{ author: string; seq: number }> = []
    logs.index.authorsUnder(({ author, seq, kind, forked }) => {
      if (!forked && publicKinds.has(kind)) places.push({ author, seq })
      // each header is looked at, and none counted
      return false
    }, clock.now())
    for (let at = 0; at < places.length; at += LOOK_PAGE) {
      while (puller.pending() >= MAX_LOOKED_FOR) await delay(LOOK_PAUSE_MS, closing.signal, clock)
      if (closing.signal.aborted) return
      await Promise.all(places.slice(at, at + LOOK_PAGE).map(lookFor))
    }
  }

  async function lookFor({ author, seq }: { author: string; seq: number }): Promise<void> {
    const stored = await logs.header(author, seq)
    if (stored === null || !interests.wants(stored.header, depthOf(stored.header))) return
    const { header } = stored
    if (await logs.wanted(stored)) puller.want(stored, { topic: topicNear(header), home: homeOf(header) })
  }

  async function begin(): Promise<void> {
    await Promise.all([logs.ready(), holdings.load()])
    if (closing.signal.aborted) return
    // what is held says how deep to go; each look goes one deeper
    for (let depth = 0; depth < codebook.leafBits && regions.update(); depth++);
    follow()
    ready = true
    exchanges.start()
    lookAgainLater()
    await lookForMissing()
  }

  function interestsChanged(): void {
    look()
    if (!ready) return
    // who keeps what we want now may have it, and would not say it again
    exchanges.widened()
    lookForMissing().catch(report)
  }

  stops.push(
    network.on('connect', ({ peer }) => {
      if (connected.has(peer)) return
      connected.set(peer, clock.now())
      exchanges.meet(peer)
      puller.tryPeer(peer)
    }),
    network.on('disconnect', ({ peer }) => {
      connected.delete(peer)
      exchanges.leave(peer)
      seekCompany()
    }),
    logs.on('body', ({ author, header: { seq } }) => retelling.held(author, seq)),
    interests.watch(interestsChanged)
  )

  return {
    start() {
      serveReconcile(reconciling, exchangeInit)
      serveHeaders({ network, logs, clock })
      serveBodies({ network, logs, clock }, { soon: puller.soon })
      stops.push(network.subscribe(CONTROL_TOPIC, judge.control))
      follow()
      begin().catch(report)
    },
    async announce(bytes) {
      await announcer.announce(bytes, parseHeader(bytes))
      if (!closing.signal.aborted) sayAgainSoon()
    },
    shards: regions.kept,
    stop() {
      closing.abort(new Error('the node stops'))
      for (const stop of stops) stop()
      for (const leave of topics.values()) leave()
      cancelLook()
      cancelSaying()
      exchanges.stop()
      gaps.stop()
      puller.close()
      holdings.close()
    }
  }
}
