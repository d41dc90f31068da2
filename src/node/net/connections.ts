/**
 * Which connections there are to each peer, and which of them counts. A relayed connection is shown only when no
 * direct one follows it soon: most are just the first step to a direct one. It goes once a direct one is there and
 * nothing of ours runs over it any more. Of two direct ones the older is dead: a peer dials again when it has none.
 */
import type { Connection } from '@libp2p/interface'
import type { Clock } from '../support/clock.ts'
import type { PeerConnection } from './network.ts'

/** How long a relayed connection waits for a direct one before it is shown. */
const GRACE_MS = 2_500
/** When to look whether a relayed connection that is not needed any more is idle, and when to end it anyway. */
const IDLE_CHECK_MS = 1_000
const MAX_IDLE_CHECKS = 30

export interface ConnectionsComponents {
  clock: Clock
  /** Whether streams of our protocols run over a connection. */
  inUse(connection: Connection): boolean
}

export interface ConnectionsInit {
  /** `inbound`: it connected to us. */
  onConnect(connection: PeerConnection, inbound: boolean): void
  onDisconnect(peer: string): void
  /** A connection is to be used from now on: a direct one at once, a relayed one when it is shown. */
  onUse(connection: Connection): void
}

export interface Connections {
  opened(connection: Connection): void
  closed(connection: Connection): void
  /** The connection to use now: direct before relayed, newer before older. */
  best(peer: string): Connection | null
  /** Whether the peer was shown as connected. */
  shown(peer: string): boolean
  /** Shows a peer now if there is any connection to it. */
  show(peer: string): void
  list(): PeerConnection[]
  /** How many peers are connected because they connected to us. */
  inbound(): number
  /** Ends all connections to a peer at once. */
  drop(peer: string, reason: Error): void
  peers(): string[]
  close(): void
}

export const isDirect = (connection: Connection): boolean => connection.direct && connection.limits === undefined

interface Entry {
  /** in the order in which they opened */
  open: Connection[]
  shown: PeerConnection | null
  /** relayed connections that were shown */
  used: WeakSet<Connection>
  grace: (() => void) | null
  checks: (() => void) | null
}

export function createConnections({ clock, inUse }: ConnectionsComponents, init: ConnectionsInit): Connections {
  const entries = new Map<string, Entry>()

  const bestOf = ({ open }: Entry): Connection | null => {
    const usable = open.filter(({ status }) => status === 'open')
    return usable.findLast(isDirect) ?? usable.at(-1) ?? null
  }
  const describe = (peer: string, connection: Connection): PeerConnection => ({
    peer,
    address: connection.remoteAddr.toString(),
    direct: isDirect(connection),
    rttMs: connection.rtt ?? null
  })

  function show(peer: string, entry: Entry): void {
    entry.grace?.()
    entry.grace = null
    const best = bestOf(entry)
    if (best === null) return
    const next = describe(peer, best)
    const before = entry.shown
    entry.shown = next
    if (!next.direct && !entry.used.has(best)) {
      entry.used.add(best)
      init.onUse(best)
    }
    const same = before?.direct === next.direct && before.address === next.address
    if (!same) init.onConnect(next, best.direction === 'inbound')
  }

  function update(peer: string, entry: Entry): void {
    const best = bestOf(entry)
    if (best === null) {
      entry.grace?.()
      entry.checks?.()
      entries.delete(peer)
      if (entry.shown !== null) init.onDisconnect(peer)
    } else if (isDirect(best) || entry.shown !== null) {
      show(peer, entry)
      if (isDirect(best)) dropOthers(entry, best)
    } else {
      entry.grace ??= clock.after(GRACE_MS, () => show(peer, entry))
    }
  }

  function dropOthers(entry: Entry, best: Connection): void {
    for (const other of entry.open) {
      if (other !== best && isDirect(other)) other.abort(new Error('a newer connection has taken its place'))
    }
    if (entry.checks === null && entry.open.some((other) => !isDirect(other))) check(entry, best, 1)
  }

  function check(entry: Entry, best: Connection, count: number): void {
    entry.checks = clock.after(IDLE_CHECK_MS, () => {
      entry.checks = null
      if (best.status !== 'open') return
      const relayed = entry.open.filter((other) => !isDirect(other))
      // whoever dialled it ends it; the other side only when that does not happen
      const [mine, theirs] = [count > MAX_IDLE_CHECKS / 3, count > MAX_IDLE_CHECKS]
      const idle = relayed.filter((other) => (other.direction === 'outbound' || mine) && (!inUse(other) || theirs))
      for (const other of idle) other.abort(new Error('a direct connection has taken its place'))
      if (idle.length < relayed.length) check(entry, best, count + 1)
    })
  }

  return {
    opened(connection) {
      const peer = connection.remotePeer.toString()
      const entry = entries.get(peer) ?? { open: [], shown: null, used: new WeakSet(), grace: null, checks: null }
      if (entry.open.includes(connection)) return
      entries.set(peer, entry)
      entry.open.push(connection)
      if (isDirect(connection)) init.onUse(connection)
      update(peer, entry)
    },
    closed(connection) {
      const peer = connection.remotePeer.toString()
      const entry = entries.get(peer)
      if (entry === undefined) return
      entry.open = entry.open.filter((other) => other !== connection)
      update(peer, entry)
    },
    best(peer) {
      const entry = entries.get(peer)
      return entry === undefined ? null : bestOf(entry)
    },
    shown: (peer) => (entries.get(peer)?.shown ?? null) !== null,
    show(peer) {
      const entry = entries.get(peer)
      if (entry !== undefined && entry.shown === null) show(peer, entry)
    },
    list: () =>
      [...entries].flatMap(([peer, entry]) => {
        const best = bestOf(entry)
        return best === null || entry.shown === null ? [] : [describe(peer, best)]
      }),
    inbound: () => [...entries.values()].filter((entry) => bestOf(entry)?.direction === 'inbound').length,
    drop(peer, reason) {
      const open = entries.get(peer)?.open.slice() ?? []
      // direct ones last, so that none seems to be relayed on its way out
      for (const connection of open.sort((a, b) => Number(isDirect(a)) - Number(isDirect(b)))) connection.abort(reason)
    },
    peers: () => [...entries.keys()],
    close() {
      for (const entry of entries.values()) {
        entry.grace?.()
        entry.checks?.()
      }
    }
  }
}
