/**
 * What is compared when two peers reconcile: the headers of the shards that both keep, by hash and time, and the fork
 * proofs, which everybody keeps.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { publicKeyOf } from '../crypto/did.ts'
import type { HeaderItem } from '../log/header-index.ts'
import type { Logs } from '../log/log.ts'
import type { StoredHeader } from '../log/records.ts'
import type { Changes } from '../store/changes.ts'
import { idKey, type ItemSet } from './negentropy.ts'
import { controlKinds, holds, type Shard } from './shards.ts'

export interface Holdings {
  /** Reads which authors are known to have forked. */
  load(): Promise<void>
  /** What is held of these shards; what has lapsed at a time is left out but of records. */
  select(shards: readonly Shard[], at: number): ItemSet
  /** Whether the header, or the fork proof, of this id is held. */
  has(id: Uint8Array): boolean
  /** The header or the encoded fork proof of this id. */
  read(id: Uint8Array): Promise<{ stored: StoredHeader } | { fork: Uint8Array } | null>
  isForked(author: string): boolean
  close(): void
}

const FORK = new TextEncoder().encode('starling/fork')
const ID_BYTES = 32
const PAGE = 1024

/** What names the proof that an author has forked, whichever proof it is. */
export function forkId(author: string): Uint8Array {
  const key = publicKeyOf(author)
  const named = new Uint8Array(FORK.length + key.length)
  named.set(FORK)
  named.set(key, FORK.length)
  return sha256(named)
}

export interface HoldingsComponents {
  logs: Pick<Logs, 'index' | 'header' | 'forked' | 'forks' | 'on'>
  /** what other tabs of the profile tell */
  changes: Pick<Changes, 'listen'>
  /** a failure of our own */
  report(error: unknown): void
}

/** @param forkProofs whether fork proofs are compared, too */
export function createHoldings(
  { logs, changes, report }: HoldingsComponents,
  { leafBits, forkProofs }: { leafBits: number; forkProofs: boolean }
): Holdings {
  /** authors who have forked, by the ids of their proofs */
  const forked = new Map<string, { id: Uint8Array; author: string }>()
  let sorted: Uint8Array | null = null

  function add(author: string): void {
    const id = forkId(author)
    forked.set(idKey(id), { id, author })
    sorted = null
  }

  function remove(author: string): void {
    if (forked.delete(idKey(forkId(author)))) sorted = null
  }

  /** Another tab says that it has kept a proof: the store knows. */
  async function look(author: string): Promise<void> {
    if ((await logs.forked(author)) !== null) add(author)
  }

  const stops = [
    logs.on('fork', ({ author }) => add(author)),
    logs.on('unforked', ({ author }) => remove(author)),
    changes.listen((told) => {
      if (told.what === 'fork') look(told.author).catch(report)
    })
  ]

  function forkIds(): Uint8Array {
    if (sorted !== null) return sorted
    sorted = new Uint8Array(forked.size * ID_BYTES)
    let at = 0
    // the keys sort as the ids do
    for (const [, { id }] of [...forked].sort(([a], [b]) => (a < b ? -1 : 1))) {
      sorted.set(id, at)
      at += ID_BYTES
    }
    return sorted
  }

  return {
    async load() {
      for (let after = ''; ; ) {
        const page = await logs.forks({ after, limit: PAGE })
        for (const [author] of page) add(author)
        const last = page.at(-1)
        if (last === undefined || page.length < PAGE) return
        after = last[0]
      }
    },

    select(shards, at) {
      const wants = (item: HeaderItem): boolean => {
        // of an author who forked everybody refuses more: there is nothing to compare but the proof
        if (item.forked) return false
        if (controlKinds.has(item.kind)) return true
        const live = item.expiry > at
        for (const shard of shards) if ((live || shard.of === 'record') && holds(shard, item, leafBits)) return true
        return false
      }
      const headers = logs.index.select(wants)
      return forkProofs && forked.size > 0 ? withForks(headers, forkIds()) : headers
    },

    has: (id) => forked.has(idKey(id)) || logs.index.find(id) !== null,

    async read(id) {
      const fork = forked.get(idKey(id))
      if (fork !== undefined) {
        const proof = await logs.forked(fork.author)
        if (proof !== null) return { fork: proof }
        // in another tab it has made room for others
        remove(fork.author)
        return null
      }
      const place = logs.index.find(id)
      const stored = place === null ? null : await logs.header(place.author, place.seq)
      return stored === null ? null : { stored }
    },

    isForked: (author) => forked.has(idKey(forkId(author))),
    close() {
      for (const stop of stops) stop()
    }
  }
}

/** Headers with the ids of fork proofs, which are at time 0. */
function withForks({ size, times, hashes }: ItemSet, forks: Uint8Array): ItemSet {
  const count = forks.length / ID_BYTES
  const merged = { size: size + count, times: new Float64Array(size + count), hashes: new Uint8Array((size + count) * ID_BYTES) }
  let [header, fork] = [0, 0]
  for (let at = 0; at < merged.size; at++) {
    const isFork = fork < count && (header >= size || (times[header] ?? 0) > 0 || isBefore(forks, fork, hashes, header))
    if (!isFork) merged.times[at] = times[header] ?? 0
    const from = (isFork ? fork++ : header++) * ID_BYTES
    merged.hashes.set((isFork ? forks : hashes).subarray(from, from + ID_BYTES), at * ID_BYTES)
  }
  return merged
}

function isBefore(one: Uint8Array, i: number, other: Uint8Array, j: number): boolean {
  for (let byte = 0; byte < ID_BYTES; byte++) {
    const difference = (one[i * ID_BYTES + byte] ?? 0) - (other[j * ID_BYTES + byte] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}
