/** Appending to our own log: every tab of the profile may, and the store's conditions see to it that it never forks. */
import * as z from 'zod/mini'
import { digest } from '../crypto/hash.ts'
import type { AgentKey } from '../crypto/keys.ts'
import { encode } from '../schema/codec.ts'
import { MAX_BODY_BYTES, type EntryKind } from '../schema/header.ts'
import type { Condition, Operation, Store } from '../store/store.ts'
import type { Clock } from '../support/clock.ts'
import { putReference, someBody } from './body-records.ts'
import { BodyError, ForkedLogError, IncompleteLogError, LogBusyError } from './errors.ts'
import { encodeHeader, headerHash, signHeader } from './header.ts'
import type { Known } from './known.ts'
import { factsOf } from './parse-header.ts'
import type { AppendOptions, Entry } from './log.ts'
import {
  HEADER_USAGE,
  NO_HEAD,
  bodyKey,
  entryKey,
  headerRecord,
  revisionAfter,
  storedHeader,
  unchanged,
  type BodyRecord,
  type HeadRecord,
  type HeaderUsage
} from './records.ts'
import { skipTarget } from './skip-link.ts'

export interface AppenderComponents {
  store: Store
  clock: Clock
  known: Known
  /** writes, and makes room first when the device is full */
  write: (operations: Operation[], conditions: Condition[]) => Promise<boolean>
  onAppended: (entry: Entry) => void
}

const MAX_ATTEMPTS = 64

interface Claim {
  operations: Operation[]
  conditions: Condition[]
  /** as it will be; null: it stays */
  usage: HeaderUsage | null
}

function encodeBody(kind: EntryKind, body: unknown): Uint8Array {
  const { success, data } = z.safeParse(someBody, body)
  if (!success || data.kind !== kind) throw new BodyError(`expected a body whose kind is "${kind}"`)
  const bytes = encode(body)
  if (bytes.length > MAX_BODY_BYTES) {
    throw new BodyError(`expected a body of at most ${MAX_BODY_BYTES} bytes, got ${bytes.length}`)
  }
  return bytes
}

export function createAppender({ store, clock, known, write, onAppended }: AppenderComponents) {
  async function append(key: AgentKey, kind: EntryKind, body: unknown, options: AppendOptions): Promise<Entry> {
    const bodyBytes = encodeBody(kind, body)
    const bodyHash = await digest(bodyBytes)
    const bodyRecord: BodyRecord = { kind, bytes: bodyBytes }
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const head = await store.get<HeadRecord>('heads', key.agent)
      if (head?.forked === true) {
        throw new ForkedLogError(`the log of ${key.agent} has two branches, so nothing can be appended to it`)
      }
      const seq = (head?.seq ?? 0) + 1
      const header = await signHeader(key, {
        seq,
        previous: head?.hash ?? null,
        skip: await skipOf(key.agent, seq),
        kind,
        bodyHash,
        bodySize: bodyBytes.length,
        time: clock.now(),
        expiry: options.expiry ?? null,
        sketch: options.sketch ?? null
      })
      const bytes = encodeHeader(header)
      const hash = await headerHash(bytes)
      const entry: Entry = { author: key.agent, header, hash, bytes, body }
      const before = head ?? NO_HEAD
      const [also, claimed] = await Promise.all([options.also?.(entry), claim(before)])
      const revision = claimed.usage?.revision ?? before.revision + 1
      const since = head?.since ?? revision
      const after: HeadRecord = { ...before, revision, since, seq, hash, count: before.count + 1, own: true }
      const written = await write(
        [
          { put: 'headers', key: entryKey(key.agent, seq), value: headerRecord(entry) },
          { put: 'heads', key: key.agent, value: after },
          { put: 'ownBodies', key: bodyKey(bodyHash), value: bodyRecord },
          putReference(entry, clock.now(), true),
          ...claimed.operations,
          ...(also?.operations ?? [])
        ],
        [unchanged('heads', key.agent, head), ...claimed.conditions, ...(also?.conditions ?? [])]
      )
      if (!written) continue
      known.index.add(key.agent, factsOf(header), hash)
      if (claimed.usage !== null && (known.usage?.revision ?? 0) === claimed.usage.revision - 1) known.usage = claimed.usage
      // otherwise another tab has written what is not in the index yet: that will be noticed
      if ((known.head(key.agent)?.revision ?? 0) === before.revision) known.setHead(key.agent, after)
      onAppended(entry)
      return entry
    }
    throw new LogBusyError(`the log grew at each of ${MAX_ATTEMPTS} attempts to append to it; try again`)
  }

  async function skipOf(author: string, seq: number): Promise<Uint8Array | null> {
    const target = skipTarget(seq)
    if (target === seq - 1) return null
    const record = await store.get<Uint8Array>('headers', entryKey(author, target))
    if (record === undefined) {
      throw new IncompleteLogError(`entry ${seq} has to name entry ${target}, which is not held; it comes from other peers`)
    }
    return storedHeader(author, record).hash
  }

  /**
   * A log becomes ours with the first entry that is appended: what came of it from elsewhere is not claimed among
   * others' any more, and other tabs notice by the usage that it is not theirs to accept.
   */
  async function claim(head: HeadRecord): Promise<Claim> {
    if (head.own) return { operations: [], conditions: [], usage: null }
    const usage = await store.get<HeaderUsage>('settings', HEADER_USAGE)
    const value: HeaderUsage = {
      revision: revisionAfter(head, usage),
      headers: Math.max(0, (usage?.headers ?? 0) - head.count),
      forks: usage?.forks ?? 0
    }
    return {
      operations: [{ put: 'settings', key: HEADER_USAGE, value }],
      conditions: [unchanged('settings', HEADER_USAGE, usage)],
      usage: value
    }
  }

  return { append }
}
