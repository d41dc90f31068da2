/** For tests: an agent that gossips on a memory hub, and peers that do as a test says. */
import { agentKey, generateKeyPair, type AgentKey } from '../../crypto/keys.ts'
import { digest } from '../../crypto/hash.ts'
import { encodeHeader, signHeader } from '../../log/header.ts'
import { createLogs, type Logs, type LogsInit } from '../../log/log.ts'
import type { MemoryHub } from '../../net/memory.ts'
import type { Network } from '../../net/network.ts'
import { encode } from '../../schema/codec.ts'
import { publicKinds, type EntryKind } from '../../schema/header.ts'
import { createMemoryStore } from '../../store/memory.ts'
import type { Store } from '../../store/store.ts'
import { createGossip, type Gossip } from '../gossip.ts'

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
  reports: unknown[]
  say(goal: string): Promise<Uint8Array>
}

export async function createParty(hub: MemoryHub, peer: string, init: LogsInit & { now?: () => number } = {}): Promise<Party> {
  const key = await agentKey(await generateKeyPair())
  const store = createMemoryStore()
  const offences: Offence[] = []
  const reports: unknown[] = []
  const inner = hub.network(peer)
  const network: Network = {
    ...inner,
    penalise(other, reason, points) {
      offences.push({ peer: other, reason, points })
      inner.penalise(other, reason, points)
    }
  }
  const now = init.now ?? Date.now
  const logs = createLogs({ store, clock: now }, init)
  const gossip = createGossip(
    { network, logs, now, report: (error) => reports.push(error) },
    { interested: ({ kind }) => publicKinds.has(kind) }
  )
  gossip.start()
  return {
    key,
    store,
    network,
    logs,
    gossip,
    offences,
    reports,
    async say(goal) {
      const entry = await logs.append(key, 'intention', { kind: 'intention', goal, tags: [] })
      await gossip.announce(entry.bytes)
      return entry.bytes
    }
  }
}

/** A first header of a new author, and its body. */
export async function strangersHeader(
  { kind = 'intention', goal = 'anything', ...fields }: { kind?: EntryKind; goal?: string; bodySize?: number; bodyHash?: Uint8Array; expiry?: number } = {}
): Promise<{ bytes: Uint8Array; body: Uint8Array; key: AgentKey; hash: Uint8Array }> {
  const key = await agentKey(await generateKeyPair())
  const body = encode({ kind, goal, tags: [] })
  const hash = fields.bodyHash ?? (await digest(body))
  const header = await signHeader(key, {
    seq: 1,
    previous: null,
    kind,
    bodyHash: hash,
    bodySize: fields.bodySize ?? body.length,
    time: Date.now(),
    expiry: fields.expiry ?? null,
    sketch: null
  })
  return { bytes: encodeHeader(header), body, key, hash }
}
