/**
 * For tests: a peer made of published packages alone, by what PROTOCOL.md says and nothing else. It imports nothing of this
 * project, and shares no constant with it: what it takes to join is all here.
 */
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { generateKeyPair, publicKeyFromRaw } from '@libp2p/crypto/keys'
import { StrictSign, TopicValidatorResult, gossipsub, type GossipSub, type Message } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import type { Connection, Ed25519PrivateKey, Libp2p, PeerId, Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { peerIdFromString } from '@libp2p/peer-id'
import { ping } from '@libp2p/ping'
import { lpStream } from '@libp2p/utils'
import { webRTC } from '@libp2p/webrtc'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import * as dagCbor from '@ipld/dag-cbor'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { base58btc } from 'multiformats/bases/base58'

const PRESENCE = 'starling/1/presence'
/** The root shard of each tree, and both of its halves: a young network is told of on one of these. */
const TOPICS = ['meaning/1/-', 'meaning/1/0', 'meaning/1/1', 'record/-', 'record/0', 'record/1'].map((shard) => `starling/1/${shard}`)
const BODY = '/starling/body/1.0.0'
const HEADERS = '/starling/headers/1.0.0'
const CREDIT_BYTES = 196_608
const MESSAGE_COST = 128
const PIECE_BYTES = 32_768
const PRESENCE_MS = 10_000
const STEP_MS = 10_000
const MAX_HEADER_BYTES = 320
const MAX_REPLY_BYTES = 65_536

/** What is looked at of a header. */
export interface StockHeader {
  bytes: Uint8Array
  author: Uint8Array
  seq: number
  previous: Uint8Array | null
  kind: string
  bodyHash: Uint8Array
  bodySize: number
  /** whose gossip it came by; null when it was asked for */
  publisher: string | null
}

export interface StockNode {
  peer: string
  /** did:key of what its headers are signed with, another key than the peer's */
  agent: string
  /** All headers that came by gossip and are signed by their authors, in the order in which they came. */
  heard: readonly StockHeader[]
  /** What came on the topics and is no such header. */
  refused: readonly string[]
  connections(peer: string): string[]
  subscribers(topic: string): string[]
  /** Asks a peer for an author's headers from one number to another; their signatures and links are checked. */
  headers(peer: string, author: Uint8Array, from: number, to: number): Promise<StockHeader[]>
  /** Pulls the body of a header from a peer and checks it. */
  body(peer: string, header: StockHeader): Promise<unknown>
  /** Whether what is published on a topic gets to anybody now. */
  isHeard(topic: string): boolean
  /** Says the first entry of a log of its own, on the root of its record, and serves the body. Somebody has to hear it. */
  declare(body: { kind: string }): Promise<void>
  stop(): Promise<void>
}

/** @param origin of the relay, such as `http://127.0.0.1:8080`, @param key the peer's */
export async function startStockNode(origin: string, key: Ed25519PrivateKey): Promise<StockNode> {
  const relay = await findRelay(origin)
  const agentKey = await generateKeyPair('Ed25519')
  const agent = didOf(agentKey.publicKey.raw)
  const node: Libp2p<{ pubsub: GossipSub }> = await createLibp2p({
    privateKey: key,
    start: false,
    addresses: { listen: [`${relay}/p2p-circuit`, '/webrtc'] },
    transports: [webSockets(), circuitRelayTransport(), webRTC()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    services: {
      identify: identify(),
      ping: ping(),
      pubsub: gossipsub({
        globalSignaturePolicy: StrictSign,
        msgIdFn: ({ topic, data }) => messageId(topic, data),
        allowPublishToZeroTopicPeers: true,
        runOnLimitedConnection: true,
        // all peers behind one relay seem to have its address
        scoreParams: { IPColocationFactorWeight: 0 }
      })
    }
  })
  const { pubsub } = node.services
  const self = node.peerId.toString()
  const heard: StockHeader[] = []
  const refused: string[] = []
  const served = new Map<string, Uint8Array>()
  const known = new Set<string>()
  let saidAt = 0

  /** Says that it is there. */
  async function say(bye = false): Promise<void> {
    saidAt = Math.max(saidAt + 1, Date.now())
    const said = { version: 1, peer: self, relays: [relay], shards: TOPICS, asks: known.size < 16, bye, at: saidAt }
    await pubsub.publish(PRESENCE, dagCbor.encode(said))
  }

  /** The one with the lower id dials, and to a peer that asks and was not known one answers. */
  function meet(message: Message): TopicValidatorResult {
    const said = dagCbor.decode<{ peer: string; relays: string[]; asks?: boolean; bye: boolean }>(message.data)
    if (message.type !== 'signed' || message.from.toString() !== said.peer) return TopicValidatorResult.Ignore
    const isNew = !known.has(said.peer)
    if (said.bye) known.delete(said.peer)
    else known.add(said.peer)
    if (isNew && !said.bye) {
      if (said.asks === true) void say()
      if (self < said.peer) void dial(said.peer, said.relays[0] ?? relay)
    }
    return TopicValidatorResult.Accept
  }

  /** Directly, else by way of the relay. What fails is tried again when the peer is heard of again. */
  async function dial(peer: string, through: string): Promise<void> {
    try {
      await node.dial(multiaddr(`${through}/p2p-circuit/webrtc/p2p/${peer}`))
    } catch {
      known.delete(peer)
      await node.dial(multiaddr(`${through}/p2p-circuit/p2p/${peer}`)).catch(() => undefined)
    }
  }

  async function judge(message: Message): Promise<TopicValidatorResult> {
    try {
      if (message.type !== 'signed') throw new Error('expected a message that its publisher has signed')
      heard.push(await readHeader(message.data, message.from.toString()))
      return TopicValidatorResult.Accept
    } catch (error) {
      refused.push(`${message.topic}: ${String(error)}`)
      return TopicValidatorResult.Reject
    }
  }

  /** Whether there is a peer on a topic that gets what is published now. */
  const isHeard = (topic: string): boolean =>
    pubsub
      .getSubscribers(topic)
      .flatMap((peer) => node.getConnections(peer))
      .flatMap(({ streams }) => streams)
      .some(({ protocol, direction, status }) => protocol.startsWith('/meshsub/') && direction === 'outbound' && status === 'open')

  async function open(peer: string, protocol: string): Promise<Frames> {
    const connection = directFirst(node.getConnections(peerIdFromString(peer)))[0]
    if (connection === undefined) throw new Error(`expected a connection to ${peer}`)
    return frames(await connection.newStream(protocol, { runOnLimitedConnection: true, signal: AbortSignal.timeout(STEP_MS) }))
  }

  async function serveBodies(stream: Stream): Promise<void> {
    const framed = frames(stream)
    for (let asked = await framed.hear(); asked !== null; asked = await framed.hear()) {
      const { hash, offset, held } = asked as { hash?: Uint8Array; offset?: number; held?: Uint8Array }
      if (held !== undefined) await framed.say({ held: bitsOf(held, served) })
      // what it serves is less than a piece
      else await framed.say({ piece: served.get(hex(hash ?? new Uint8Array()))?.subarray(offset) ?? null, rest: 0 })
    }
    await framed.end()
  }

  await node.handle(BODY, (stream) => serveBodies(stream).catch((error: unknown) => stream.abort(error as Error)), {
    runOnLimitedConnection: true
  })
  pubsub.topicValidators.set(PRESENCE, (_: PeerId, message) => meet(message))
  for (const topic of TOPICS) pubsub.topicValidators.set(topic, (_: PeerId, message) => judge(message))
  pubsub.addEventListener('subscription-change', ({ detail }) => {
    // what was said before was said to nobody
    if (detail.subscriptions.some(({ topic, subscribe }) => subscribe && topic === PRESENCE)) void say()
  })
  // it listens on the relay: when this is done, it has its reservation
  await node.start()
  for (const topic of [PRESENCE, ...TOPICS]) pubsub.subscribe(topic)
  await say()
  const saying = setInterval(() => void say(), PRESENCE_MS)

  return {
    peer: self,
    agent,
    heard,
    refused,
    connections: (peer) => directFirst(node.getConnections(peerIdFromString(peer))).map(({ remoteAddr }) => remoteAddr.toString()),
    subscribers: (topic) => pubsub.getSubscribers(topic).map(String),
    isHeard,

    async headers(peer, author, from, to) {
      const framed = await open(peer, HEADERS)
      await framed.say({ author, ranges: [[from, to]] })
      const found: StockHeader[] = []
      for (;;) {
        const { headers } = (await framed.hear()) as { headers: Uint8Array[] }
        if (headers.length === 0) break
        for (const bytes of headers) found.push(await readHeader(bytes, null))
      }
      await framed.end()
      for (const [i, { seq, previous }] of found.entries()) {
        const before = found[i - 1]
        if (before?.seq === seq - 1 && !isSame(previous, await sha256(before.bytes))) throw new Error(`expected a chain, at ${seq}`)
      }
      return found
    },

    async body(peer, { bodyHash, bodySize, kind }) {
      const framed = await open(peer, BODY)
      await framed.say({ hash: bodyHash, offset: 0, fetch: true })
      const bytes = new Uint8Array(bodySize)
      for (let filled = 0; filled < bodySize; ) {
        const { piece, rest } = (await framed.hear()) as { piece: Uint8Array | null; rest: number }
        if (piece === null) throw new Error('expected a body, and it is not held')
        if (filled + piece.length + rest !== bodySize) throw new Error(`expected ${bodySize} bytes, got another size`)
        if (rest > 0 && piece.length !== PIECE_BYTES) throw new Error(`expected whole pieces, got ${piece.length} bytes`)
        bytes.set(piece, filled)
        filled += piece.length
      }
      await framed.end()
      if (!isSame(await sha256(bytes), bodyHash)) throw new Error('expected a body of the hash that the header says')
      const body = dagCbor.decode<{ kind: string }>(bytes)
      if (body.kind !== kind) throw new Error(`expected a body of kind ${kind}, got ${body.kind}`)
      return body
    },

    async declare(body) {
      const bytes = dagCbor.encode(body)
      const hash = await sha256(bytes)
      served.set(hex(hash), bytes)
      const now = Date.now()
      const unsigned = [1, agentKey.publicKey.raw, 1, null, null, body.kind, hash, bytes.length, now, now + 60 * 60_000, null]
      const header = dagCbor.encode([...unsigned, await agentKey.sign(signed('header', unsigned))])
      await pubsub.publish('starling/1/record/-', header)
    },

    async stop() {
      clearInterval(saying)
      await say(true).catch(() => undefined)
      await node.stop()
    }
  }
}

/** The relay's multiaddr: who it is says `relay.json` at its origin. */
async function findRelay(origin: string): Promise<string> {
  const { peer } = (await (await fetch(`${origin}/relay.json`)).json()) as { peer: string }
  const { hostname, port } = new URL(origin)
  return `/ip4/${hostname}/tcp/${port}/ws/p2p/${peer}`
}

/** The header in these bytes. @throws Error when it is none, or is not signed by its author */
async function readHeader(bytes: Uint8Array, publisher: string | null): Promise<StockHeader> {
  const items = dagCbor.decode<unknown[]>(bytes)
  if (bytes.length > MAX_HEADER_BYTES || !Array.isArray(items) || items.length !== 12 || items[0] !== 1) {
    throw new Error('expected a header of version 1')
  }
  if (!isSame(dagCbor.encode(items), bytes)) throw new Error('expected the one encoding of a header')
  const [, author, seq, previous, , kind, bodyHash, bodySize, , , , signature] = items as HeaderItems
  const holds = await publicKeyFromRaw(author).verify(signed('header', items.slice(0, 11)), signature)
  if (!holds) throw new Error('expected the signature of the author')
  return { bytes, author, seq, previous, kind, bodyHash, bodySize, publisher }
}

type HeaderItems = [
  version: 1, author: Uint8Array, seq: number, previous: Uint8Array | null, skip: Uint8Array | null, kind: string,
  bodyHash: Uint8Array, bodySize: number, time: number, expiry: number | null, sketch: unknown, signature: Uint8Array
]

interface Frames {
  say(value: unknown): Promise<void>
  /** @returns null at the end */
  hear(): Promise<unknown>
  end(): Promise<void>
}

/** A stream of frames. What is said here is less than the credit that one starts with. */
function frames(stream: Stream): Frames {
  const lengthPrefixed = lpStream(stream, { maxDataLength: MAX_REPLY_BYTES })
  const signal = () => AbortSignal.timeout(STEP_MS)
  let taken = 0
  let ended = false
  const send = (kind: number, rest: Uint8Array) =>
    lengthPrefixed.write(Uint8Array.of(kind, ...rest), { signal: signal() })

  async function giveCredit(bytes: number): Promise<void> {
    taken += bytes + MESSAGE_COST
    if (taken < CREDIT_BYTES / 2) return
    const rest = new Uint8Array(4)
    new DataView(rest.buffer).setUint32(0, taken)
    taken = 0
    await send(1, rest)
  }

  return {
    say: (value) => send(0, dagCbor.encode(value)),
    async hear() {
      while (!ended) {
        const frame = (await lengthPrefixed.read({ signal: signal() })).subarray()
        if (frame[0] === 0) {
          await giveCredit(frame.length - 1)
          return dagCbor.decode(frame.subarray(1))
        }
        ended = frame[0] === 2
      }
      return null
    },
    async end() {
      await send(2, new Uint8Array())
      while (!ended) await this.hear()
      await stream.close({ signal: signal() })
    }
  }
}

/** What is signed: the domain, and the items in DAG-CBOR. */
function signed(domain: string, items: unknown[]): Uint8Array {
  return Uint8Array.of(...new TextEncoder().encode(`starling/${domain}/1\0`), ...dagCbor.encode(items))
}

async function messageId(topic: string, data: Uint8Array): Promise<Uint8Array> {
  const name = new TextEncoder().encode(topic)
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, name.length)
  return (await sha256(Uint8Array.of(...length, ...name, ...data))).subarray(0, 20)
}

async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)))
}

const didOf = (publicKey: Uint8Array): string => `did:key:${base58btc.encode(Uint8Array.of(0xed, 0x01, ...publicKey))}`
const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
const isSame = (a: Uint8Array | null, b: Uint8Array): boolean => a !== null && hex(a) === hex(b)

/** A bit for each of these hashes, the first one highest: 1 where its body is served. */
function bitsOf(hashes: Uint8Array, served: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const bits = new Uint8Array(Math.ceil(hashes.length / 32 / 8))
  for (let i = 0; i < hashes.length / 32; i++) {
    if (served.has(hex(hashes.subarray(32 * i, 32 * i + 32)))) bits[i >> 3] = (bits[i >> 3] ?? 0) | (0x80 >> (i & 7))
  }
  return bits
}

/** Direct connections first. */
function directFirst(connections: Connection[]): Connection[] {
  return connections.filter(({ status }) => status === 'open').sort((a, b) => Number(b.direct) - Number(a.direct))
}
