/** For tests: an agent that gossips on a memory hub, and peers that do as a test says. */
import { agentKey, generateKeyPair, type AgentKey } from '../../crypto/keys.ts'
import { digest } from '../../crypto/hash.ts'
import type { Verifier } from '../../crypto/verifier.ts'
import { encodeHeader, signHeader, type HeaderFields } from '../../log/header.ts'
import { createLogs, type LeavesCheck, type Logs, type LogsInit } from '../../log/log.ts'
import type { MemoryHub } from '../../net/memory.ts'
import type { Network } from '../../net/network.ts'
import { encode } from '../../schema/codec.ts'
import { publicKinds, type Header, type Sketch } from '../../schema/header.ts'
import { createMemoryStore } from '../../store/memory.ts'
import type { Store } from '../../store/store.ts'
import { systemClock, type Clock } from '../../support/clock.ts'
import { createGossip, type Gossip, type GossipInit } from '../gossip.ts'
import type { Interests } from '../interests.ts'
import type { Codebook } from '../shards.ts'

export interface Offence {
  peer: string
  reason: string
  points: number
}

export interface Party {
  key: AgentKey
  store: Store
  network: Network
  logs: Logs
  gossip: Gossip
  /** what it holds against others by itself */
  offences: Offence[]
  /** peers that gave it news, once for each piece of news */
  useful: string[]
  /** topics of which it looked for somebody, once for each time */
  sought: string[]
  reports: unknown[]
  say(goal: string, sketch?: Sketch): Promise<Uint8Array>
}

/** Eight leaves. */
export const testCodebook: Codebook = { model: 1, leafBits: 3 }

/** A sketch is right when its nearest leaf is what the first byte of its bits says. */
export const testLeaves: LeavesCheck = {
  name: 'test',
  fits: ([model, bits, leaves]) => model !== testCodebook.model || leaves[0] === (bits[0] ?? 0) >> 5
}

/** A sketch of one leaf of the test codebook, or of some. */
export function sketchOf(...leaves: [number, ...number[]]): Sketch {
  const bits = new Uint8Array(32)
  bits[0] = leaves[0] << 5
  return [1, bits, leaves]
}

const trustingVerifier: Verifier = { verify: async (batch) => batch.map(() => true) }

export interface PartyInit extends Partial<GossipInit> {
  clock?: Clock
  logs?: LogsInit
  random?: () => number
  interests?: Partial<Interests>
  key?: AgentKey
  /** takes every signature for a right one, at once: whoever tests something else need not wait for them */
  trusting?: boolean
  /** looks away when leaves are lies, as a hostile peer does */
  credulous?: boolean
  isStranger?: (author: string) => boolean
}

export async function createParty(hub: MemoryHub, peer: string, init: PartyInit = {}): Promise<Party> {
  const { clock = systemClock, logs: limits = {}, random = Math.random, interests, key: given, trusting, credulous, isStranger, ...rest } = init
  const key = given ?? (await agentKey(await generateKeyPair()))
  const store = createMemoryStore()
  const offences: Offence[] = []
  const useful: string[] = []
  const sought: string[] = []
  const reports: unknown[] = []
  const inner = hub.network(peer)
  const network: Network = {
    ...inner,
    penalise(other, reason, points) {
      offences.push({ peer: other, reason, points })
      inner.penalise(other, reason, points)
    },
    useful(other) {
      useful.push(other)
      inner.useful(other)
    },
    seek(topic) {
      sought.push(topic)
      inner.seek(topic)
    }
  }
  const verifier = trusting === true ? { verifier: trustingVerifier } : {}
  const logs = createLogs(
    { store, clock, ...verifier, ...(credulous === true ? {} : { leaves: testLeaves }), ...(isStranger === undefined ? {} : { isStranger }) },
    limits
  )
  const gossip = createGossip(
    {
      network,
      logs,
      clock,
      random,
      report: (error) => reports.push(error),
      codebook: testCodebook,
      interests: {
        sketches: () => [],
        authors: () => [],
        wants: ({ kind }) => publicKinds.has(kind),
        refuses: () => false,
        lends: () => true,
        favours: () => false,
        watch: () => () => undefined,
        ...interests
      }
    },
    { self: key.publicKey, ...rest }
  )
  gossip.start()
  return {
    key,
    store,
    network,
    logs,
    gossip,
    offences,
    useful,
    sought,
    reports,
    async say(goal, sketch) {
      const body = { kind: 'intention', goal, tags: [] }
      const entry = await logs.append(key, 'intention', body, sketch === undefined ? {} : { sketch })
      await gossip.announce(entry.bytes)
      return entry.bytes
    }
  }
}

/** A header of a stranger, by default its first, and its body. */
export async function strangersHeader(
  fields: Partial<Omit<Header, 'author' | 'signature' | 'version'>> & { goal?: string; key?: AgentKey } = {}
): Promise<{ bytes: Uint8Array; body: Uint8Array; key: AgentKey; hash: Uint8Array }> {
  const { goal = 'anything', key: given, ...rest } = fields
  const key = given ?? (await agentKey(await generateKeyPair()))
  const kind = rest.kind ?? 'intention'
  const body = encode({ kind, goal, tags: [] })
  const hash = rest.bodyHash ?? (await digest(body))
  const header: HeaderFields = {
    seq: 1,
    previous: null,
    skip: null,
    kind,
    bodyHash: hash,
    bodySize: body.length,
    time: Date.now(),
    expiry: null,
    sketch: null,
    ...rest
  }
  return { bytes: encodeHeader(await signHeader(key, header)), body, key, hash }
}
