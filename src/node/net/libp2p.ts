/**
 * The real network: libp2p in a browser's worker or in Node, over WebRTC where two peers can meet and through a relay
 * where they can't.
 *
 * ```js
 * const network = await createLibp2pNetwork({ relays: [relayAtOrigin('https://starling.example')] })
 * network.handle('/my/echo/1.0.0', { maxMessageBytes: 1024, maxStreamsPerPeer: 4 }, echo)
 * await network.start()
 * ```
 *
 * In a browser's worker the stand-ins for WebRTC have to be in place before this module is loaded.
 */
import './polyfill.ts'
import type { Message, TopicValidatorResult } from '@libp2p/gossipsub'
import type { Connection, PeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { PRESENCE_TOPIC, isShardTopic } from '../schema/presence.ts'
import { systemClock } from '../support/clock.ts'
import { createConnections } from './connections.ts'
import { MAX_DIALLED_PEERS, MAX_INBOUND_PEERS, createDialLoop } from './dial-loop.ts'
import { createAdmission } from './admission.ts'
import { createDiscovery, type Heard } from './discovery.ts'
import { createEmitter } from '../support/emitter.ts'
import { NetworkStoppedError, PeerUnreachableError } from './errors.ts'
import { createFarewell } from './farewell.ts'
import { createNode, type IceServer } from './libp2p-node.ts'
import type { Network, NetworkEvents, NetworkState } from './network.ts'
import { createPenalties } from './penalties.ts'
import { createRelayKeeper, relayPeer, type RelayKeeper } from './relay-keeper.ts'
import type { RelaySource } from './relay-source.ts'
import { createStreams, plainStream } from './streams.ts'
import { createTopicStreams } from './topic-streams.ts'
import { RESULTS, createTopics } from './topics.ts'
import { createTraffic } from './traffic.ts'

export interface Libp2pNetworkInit {
  /** relays that introduce us; all are used */
  relays: RelaySource[]
  /** 32 bytes that give the peer's Ed25519 key; default: a new key, as each tab is a peer of its own */
  privateKeySeed?: Uint8Array
  /** servers that help two peers through their routers; default none */
  iceServers?: IceServer[]
}

/** While two peers get from a relayed to a direct connection they have both. */
const MAX_CONNECTIONS = 3 * (MAX_DIALLED_PEERS + MAX_INBOUND_PEERS)
/** Peers of a shard that we look for: as many as gossipsub likes to have in a mesh. */
const PEERS_PER_SHARD = 6
/** To these what we are is said as each of them comes; then there are enough who pass it on. */
const FIRST_SUBSCRIBERS = 8
const DIAL_DIRECT_MS = 15_000
const DIAL_RELAYED_MS = 8_000
/** how often round trips are looked at */
const ROUND_TRIP_MS = 5_000

/** A peer that is there by WebRTC or through a relay. What is there otherwise is a relay. */
const isPeerConnection = ({ remoteAddr }: Connection): boolean =>
  remoteAddr.getComponents().some(({ name }) => name === 'webrtc' || name === 'p2p-circuit')

/** Makes a peer. It does nothing until it is started. */
export async function createLibp2pNetwork(init: Libp2pNetworkInit): Promise<Network> {
  const clock = systemClock
  const random = Math.random
  const emitter = createEmitter<NetworkEvents>()
  const traffic = createTraffic()
  const penalties = createPenalties(clock.now)
  const admission = createAdmission()
  let phase: 'new' | 'running' | 'stopped' = 'new'
  let stopping: Promise<void> | null = null
  let roundTrips = ''
  let cancelLook: (() => void) | null = null

  const changed = (): void => emitter.emit('status', undefined)

  const connections = createConnections(
    { clock, inUse: (connection) => streams.inUse(connection) },
    {
      onUse(connection) {
        farewell.watch(connection)
        identify(connection)
      },
      onConnect(connection, inbound) {
        if (phase !== 'running') return
        dials.reached(connection.peer, connection.direct ? 'direct' : 'relayed', inbound)
        topicStreams.poke(connection.peer)
        emitter.emit('connect', connection)
        changed()
      },
      onDisconnect(peer) {
        dials.reached(peer, 'none')
        emitter.emit('disconnect', { peer })
        changed()
      }
    }
  )

  const topicStreams = createTopicStreams({
    clock,
    log: { error: (...args) => node.logger.forComponent('starling:topics').error(...args) },
    connection(peer) {
      if (connections.shown(peer)) return connections.best(peer)
      return relayConnection(peer)
    }
  })

  const { node, reservations } = await createNode(
    {
      traffic,
      topicStreams,
      refuses: (peer) => penalties.refused(peer) || admission.refused(peer),
      isFull: (peer) =>
        connections.best(peer) === null &&
        relayConnection(peer) === null &&
        connections.inbound() >= MAX_INBOUND_PEERS,
      points: penalties.points,
      esteem: admission.esteem
    },
    {
      iceServers: init.iceServers ?? [],
      maxConnections: MAX_CONNECTIONS,
      ...(init.privateKeySeed === undefined ? {} : { privateKeySeed: init.privateKeySeed })
    }
  )
  const log = node.logger.forComponent('starling:network')
  const self = node.peerId.toString()
  const { pubsub } = node.services

  function relayConnection(peer: string): Connection | null {
    return (
      node.getConnections(peerIdFromString(peer)).find((connection) => {
        return connection.status === 'open' && !isPeerConnection(connection)
      }) ?? null
    )
  }

  const relayAddresses = (): string[] =>
    keepers.map((keeper) => keeper.state().address).filter((address) => address !== null)

  function penalise(peer: string, reason: string, points: number): void {
    log('%d points against %s: %s', points, peer, reason)
    if (!penalties.add(peer, points)) return
    connections.drop(peer, new Error(reason))
    dials.gone(peer)
  }

  const streams = createStreams({ node, log, penalise })

  const topics = createTopics({
    pubsub,
    clock,
    log,
    hears: (peer) => connections.shown(peer) && topicStreams.isOpen(peer),
    penalise,
    onChange: () => discovery.announce()
  })
  /** Our shards and how many of our peers are in each, those with the fewest first. */
  const shards = (): Array<{ topic: string; peers: number }> =>
    topics
      .names()
      .filter(isShardTopic)
      .map((topic) => ({ topic, peers: topics.subscribers(topic).length }))
      .sort((a, b) => a.peers - b.peers)

  const farewell = createFarewell(
    { streams, clock, log, penalise },
    {
      onGoodbye: leave
    }
  )

  function leave(peer: string): void {
    dials.gone(peer)
    connections.drop(peer, new Error('it said goodbye'))
  }

  const dials = createDialLoop(
    {
      clock,
      random,
      mayDial: (peer) =>
        phase === 'running' && relayAddresses().length > 0 && !penalties.refused(peer) && !admission.refused(peer),
      async dial(peer, how, theirs) {
        const signal = AbortSignal.timeout(how === 'direct' ? DIAL_DIRECT_MS : DIAL_RELAYED_MS)
        const last = how === 'direct' ? `/p2p-circuit/webrtc/p2p/${peer}` : `/p2p-circuit/p2p/${peer}`
        const addresses = commonRelays(relayAddresses(), theirs).map((relay) => multiaddr(`${relay}${last}`))
        await node.dial(addresses, { signal })
      },
      sought: topics.sought,
      lacking: () => new Set(shards().flatMap(({ topic, peers }) => (peers < PEERS_PER_SHARD ? [topic] : []))),
      busy(peer) {
        const connection = connections.best(peer)
        return connection !== null && streams.inUse(connection)
      },
      letGo: (peer) => connections.drop(peer, new Error('another peer takes its place'))
    },
    { self }
  )

  const discovery = createDiscovery(
    {
      clock,
      random,
      penalise,
      publish: async (bytes) => {
        if (node.status !== 'started') return 0
        return (await pubsub.publish(PRESENCE_TOPIC, bytes)).recipients.length
      }
    },
    {
      self,
      relays: relayAddresses,
      shards: () => shards().map(({ topic }) => topic),
      known: () => dials.known().length,
      card: admission.card,
      onHeard: heard,
      onBye: leave
    }
  )

  /** A peer is there. Nobody is dialled before it is known whether we meet them. @returns whether it is a stranger */
  function heard(peer: string, said: Heard): boolean {
    if (penalties.refused(peer)) return false
    const admitted = admission.known(peer, said.card)
    if (admitted !== null) return admitted && dials.heard(peer, said)
    void admission.ask(peer, said.card).then((met) => {
      if (!met) part(peer)
      else if (phase === 'running') dials.heard(peer, said)
    })
    return !dials.known().some((known) => known.peer === peer)
  }

  function part(peer: string): void {
    dials.gone(peer)
    connections.drop(peer, new Error('it is not admitted'))
  }

  const keepers: RelayKeeper[] = init.relays.map((source) =>
    createRelayKeeper({
      source,
      clock,
      random,
      log,
      async connect(address, signal) {
        await node.dial(multiaddr(address), { signal })
      },
      reserve: (peer, signal) => reserve(peer, signal),
      lost: (peer, signal) => relayLost(peer, signal),
      disconnect(peer) {
        relayConnection(peer)?.abort(new Error('the relay gave no reservation'))
      },
      onChange() {
        if (relayAddresses().length > 0) {
          discovery.announce()
          dials.wake()
        }
        changed()
      }
    })
  )

  async function reserve(peer: string, signal: AbortSignal): Promise<void> {
    const relay = peerIdFromString(peer)
    try {
      await reservations.addRelay(relay, 'configured')
    } catch (error) {
      // once it has failed at a bad moment, a relay is never asked again until more relays are wanted (#2833)
      if (error instanceof Error && error.name === 'ListenError') reservations.reserveRelay()
      throw error
    }
    signal.throwIfAborted()
  }

  function relayLost(peer: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const relay = peerIdFromString(peer)
      const look = () => {
        if (signal.aborted) finish(() => reject(signal.reason as Error))
        else if (!reservations.hasReservation(relay) || relayConnection(peer) === null) finish(resolve)
      }
      const finish = (settle: () => void) => {
        reservations.removeEventListener('relay:removed', look)
        node.removeEventListener('connection:close', look)
        signal.removeEventListener('abort', look)
        settle()
      }
      reservations.addEventListener('relay:removed', look)
      node.addEventListener('connection:close', look)
      signal.addEventListener('abort', look)
      look()
    })
  }

  /** What the other side speaks. Most relayed connections are but a step to a direct one, and are not asked. */
  function identify(connection: Connection): void {
    node.services.identify
      .identify(connection)
      .catch((error: unknown) => log('%a did not say what it is: %e', connection.remoteAddr, error))
  }

  const onOpen = ({ detail }: CustomEvent<Connection>): void => {
    if (isPeerConnection(detail)) connections.opened(detail)
    else identify(detail)
  }
  const onClose = ({ detail }: CustomEvent<Connection>): void => connections.closed(detail)

  function lookAtRoundTrips(): void {
    const now = connections.list().map(({ peer, rttMs }) => `${peer} ${rttMs}`).join()
    if (now !== roundTrips) changed()
    roundTrips = now
    cancelLook = clock.after(ROUND_TRIP_MS, lookAtRoundTrips)
  }

  async function stop(): Promise<void> {
    const wasRunning = phase === 'running'
    phase = 'stopped'
    cancelLook?.()
    if (wasRunning) await Promise.allSettled([farewell.part(), discovery.bye()])
    discovery.close()
    dials.close()
    topics.stop()
    topicStreams.close()
    await Promise.all(keepers.map((keeper) => keeper.stop()))
    for (const peer of connections.peers()) connections.drop(peer, new Error('the network stops'))
    await node.stop()
    connections.close()
    node.removeEventListener('connection:open', onOpen)
    node.removeEventListener('connection:close', onClose)
    changed()
  }

  return {
    peer: self,
    async start() {
      if (phase !== 'new') throw new NetworkStoppedError(`expected a new network, got one that is ${phase}`)
      phase = 'running'
      node.addEventListener('connection:open', onOpen)
      node.addEventListener('connection:close', onClose)
      await node.start()
      pubsub.addEventListener('subscription-change', ({ detail }) => {
        // what was said before was perhaps said to nobody
        const isFirst = pubsub.getSubscribers(PRESENCE_TOPIC).length <= FIRST_SUBSCRIBERS
        const hasJoined = detail.subscriptions.some(({ topic, subscribe }) => subscribe && topic === PRESENCE_TOPIC)
        if (isFirst && hasJoined) discovery.announce()
      })
      pubsub.topicValidators.set(PRESENCE_TOPIC, judgePresence)
      pubsub.subscribe(PRESENCE_TOPIC)
      topics.start()
      for (const keeper of keepers) keeper.start()
      lookAtRoundTrips()
    },
    stop: () => (stopping ??= stop()),
    status() {
      const list = connections.list()
      const state = stateOf(list)
      return { state, reason: reasonOf(state), peer: self, relay: relayAddresses().length > 0, connections: list }
    },
    handle(protocol, options, handler) {
      streams.handle(protocol, options, (stream, signal) => {
        // it takes us for connected
        connections.show(stream.peer)
        return handler(plainStream(stream), signal)
      })
    },
    async open(peer, protocol, options) {
      if (phase !== 'running') throw new NetworkStoppedError('expected a started network')
      const connection = connections.best(peer)
      if (connection === null) throw new PeerUnreachableError(`no connection to ${peer}`)
      return plainStream(await streams.open(connection, protocol, options))
    },
    subscribe: topics.subscribe,
    subscribers: topics.subscribers,
    publish: topics.publish,
    seek(topic, least) {
      topics.seek(topic, least)
      dials.look()
    },
    guard: admission.guard,
    shown(peer, card) {
      if (admission.known(peer, card) !== null) return
      void admission.ask(peer, card).then((met) => {
        if (!met) part(peer)
      })
    },
    reconsider() {
      discovery.announce()
      void admission.reconsider().then((gone) => gone.forEach(part))
    },
    useful: dials.useful,
    penalise,
    bytesByProtocol: () => traffic.byProtocol(),
    on: emitter.on
  }

  function judgePresence(peer: PeerId, message: Message): TopicValidatorResult {
    if (message.type !== 'signed') return RESULTS.reject
    const verdict = discovery.judge(message.data, message.from.toString())
    // a relay passes on what it does not read: only whoever made it answers for it
    return RESULTS[verdict === 'reject' && !message.from.equals(peer) ? 'ignore' : verdict]
  }

  function stateOf(list: ReadonlyArray<{ direct: boolean }>): NetworkState {
    if (phase !== 'running') return phase === 'new' ? 'starting' : 'offline'
    if (list.some(({ direct }) => direct)) return 'direct'
    if (list.length > 0) return 'relayed'
    const states = keepers.map((keeper) => keeper.state().state)
    if (states.includes('reserved')) return 'looking'
    return states.includes('starting') ? 'starting' : 'offline'
  }

  function reasonOf(state: NetworkState): string {
    if (phase === 'stopped') return 'The network is stopped.'
    if (keepers.length === 0) return 'No relay is known.'
    const away = keepers.map((keeper) => keeper.state()).filter(({ state }) => state === 'away')
    if (away.length === keepers.length) return away.map(({ reason }) => reason).join(' ')
    if (state === 'relayed') return 'No direct way to the others was found; a relay passes everything on.'
    return ''
  }
}

/**
 * The relays through which a peer is dialled: those of its relays that are also ours, by our address of them; else
 * its own; and ours when it names none.
 */
function commonRelays(ours: readonly string[], theirs: readonly string[]): string[] {
  const named = new Set(theirs.map(relayPeer))
  const common = ours.filter((address) => named.has(relayPeer(address)))
  if (common.length > 0) return common
  return theirs.length > 0 ? [...theirs] : [...ours]
}
