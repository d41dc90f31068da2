/**
 * Bodies: kept once for all entries that refer to them, ours apart from others', so that making room never touches what
 * is ours.
 */
import { digest, equalBytes } from '../crypto/hash.ts'
import { MAX_BODY_BYTES } from '../schema/header.ts'
import type { Operation, Store } from '../store/store.ts'
import { StoreFullError } from '../store/store.ts'
import type { Clock } from '../support/clock.ts'
import { allReferences, bodyFor, bodyRecord, putReference, readBody, type References, type SomeBody } from './body-records.ts'
import { LogBusyError } from './errors.ts'
import type { Known } from './known.ts'
import type { LogLimits } from './limits.ts'
import type { BodyVerdict, Entry } from './log.ts'
import {
  BODY_USAGE,
  bodyKey,
  entryKey,
  parseEntryKey,
  parseReferenceKey,
  referenceKey,
  referencePrefix,
  storedHeader,
  unchanged,
  type BodyRecord,
  type BodyUsage,
  type DroppedRecord,
  type HeadRecord,
  type ReferenceRecord,
  type StoredHeader
} from './records.ts'

export interface BodiesComponents {
  store: Store
  clock: Clock
  known: Known
  limits: LogLimits
  onBody: (entry: Entry) => void
  onDropped: (entry: { author: string; seq: number }) => void
}

export interface Bodies {
  put(bytes: Uint8Array, of: ReadonlyArray<{ author: string; seq: number }>): Promise<BodyVerdict>
  wanted(stored: StoredHeader): Promise<boolean>
  drop(author: string, seq: number): Promise<void>
  /** Lets others' bodies go, oldest first, until so many bytes are free. @returns how many bodies went */
  makeRoom(bytes: number): Promise<number>
  /** Lets go what is lapsed, withdrawn or of no header, and then what is over the limit. @returns how many bodies went */
  sweep(): Promise<number>
}

const MAX_ATTEMPTS = 64
/** The share of all bytes that makes room at once. */
const CHUNK = 1 / 16
/** Bodies that go in one commit. */
const DELETE_BATCH = 256

export function createBodies({ store, clock, known, limits, onBody, onDropped }: BodiesComponents): Bodies {
  let last: Promise<unknown> = Promise.resolve()

  /** One after the other: they count the same bytes. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(work)
    last = result.catch(() => undefined)
    return result
  }

  async function put(bytes: Uint8Array, of: ReadonlyArray<{ author: string; seq: number }>): Promise<BodyVerdict> {
    if (bytes.length > MAX_BODY_BYTES) return invalid(`expected at most ${MAX_BODY_BYTES} bytes, got ${bytes.length}`)
    const hash = await digest(bytes)
    const headers = (await Promise.all(of.map(wanting))).filter((stored) => stored !== null)
    if (headers.length === 0) return { status: 'unreferenced' }
    const named = headers.filter(({ header }) => equalBytes(header.bodyHash, hash))
    if (named.length === 0) return invalid('expected a body with the hash that the header says')
    const read = readBody(bytes)
    if ('reason' in read) return invalid(read.reason)
    const { body } = read
    const fitting = named.filter(({ header }) => header.kind === body.kind && header.bodySize === bytes.length)
    if (fitting.length === 0) return invalid('expected the kind and the size that the header says')
    const record: BodyRecord = { kind: body.kind, bytes: new Uint8Array(bytes) }
    return inTurn(() => keep(record, body, fitting))
  }

  /** The header of an entry whose body may be kept: it is held, and the body was not dropped or withdrawn. */
  async function wanting({ author, seq }: { author: string; seq: number }): Promise<StoredHeader | null> {
    const key = entryKey(author, seq)
    const [record, dropped] = await Promise.all([
      store.get<Uint8Array>('headers', key),
      store.get<DroppedRecord>('dropped', key)
    ])
    return record === undefined || dropped !== undefined ? null : storedHeader(author, record)
  }

  async function keep(record: BodyRecord, body: SomeBody, entries: StoredHeader[]): Promise<BodyVerdict> {
    const key = bodyKey(entries[0]?.header.bodyHash ?? new Uint8Array())
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const [held, usage, references] = await Promise.all([
        bodyRecord(store, key),
        store.get<BodyUsage>('settings', BODY_USAGE),
        store.getMany('references', entries.map(({ author, header }) => referenceKey(key, author, header.seq)))
      ])
      const fresh = entries.filter((_, i) => references[i] === undefined)
      if (held !== undefined && fresh.length === 0) return { status: 'known' }
      const bytes = (usage?.bytes ?? 0) + (held === undefined ? record.bytes.length : 0)
      if (bytes > limits.maxBodyBytes) {
        if ((await evict(bytes - limits.maxBodyBytes)) > 0) continue
        return { status: 'full' }
      }
      const heads = await store.getMany<HeadRecord>('heads', fresh.map(({ author }) => author))
      const operations: Operation[] = fresh.map((stored, i) => putReference(stored, clock.now(), heads[i]?.own ?? false))
      for (const stored of fresh) operations.push(...(await withdrawalOf(stored, body)))
      if (held === undefined) operations.push({ put: 'bodies', key, value: record })
      operations.push({ put: 'settings', key: BODY_USAGE, value: nextUsage(usage, bytes) })
      try {
        if (!(await store.commit(operations, [unchanged('settings', BODY_USAGE, usage)]))) continue
      } catch (error) {
        // once more, if that helps
        if (!(error instanceof StoreFullError)) throw error
        if (attempt > 0 || (await evict(record.bytes.length)) === 0) return { status: 'full' }
        continue
      }
      for (const stored of fresh) onBody({ ...stored, body })
      return { status: 'new' }
    }
    throw new LogBusyError(`the store changed at each of ${MAX_ATTEMPTS} attempts to keep a body; try again`)
  }

  /** A withdrawal says of an earlier entry of its log that its body is not wanted any more. */
  async function withdrawalOf({ author, header }: StoredHeader, body: SomeBody): Promise<Operation[]> {
    const { seq } = body
    if (header.kind !== 'withdrawal' || typeof seq !== 'number' || !Number.isSafeInteger(seq)) return []
    // only what was said before can be taken back
    if (seq < 1 || seq >= header.seq) return []
    const key = entryKey(author, seq)
    if ((await store.get('dropped', key)) !== undefined) return []
    const value: DroppedRecord = { by: header.seq }
    return [{ put: 'dropped', key, value }]
  }

  async function wanted(stored: StoredHeader): Promise<boolean> {
    const { author, header } = stored
    const { expiry, seq } = header
    if (expiry !== null && expiry <= clock.now()) return false
    const key = bodyKey(header.bodyHash)
    const [head, dropped, held] = await Promise.all([
      store.get<HeadRecord>('heads', author),
      store.get('dropped', entryKey(author, seq)),
      bodyRecord(store, key)
    ])
    if (head?.forked === true || dropped !== undefined) return false
    const body = bodyFor(header, held)
    if (held === undefined || body === null) return held === undefined
    if ((await store.get('references', referenceKey(key, author, seq))) === undefined) {
      await inTurn(() => keep(held, body, [stored]))
    }
    return false
  }

  async function drop(author: string, seq: number): Promise<void> {
    const key = entryKey(author, seq)
    const value: DroppedRecord = { by: 0 }
    const record = await store.get<Uint8Array>('headers', key)
    if (record === undefined) return
    const body = bodyKey(storedHeader(author, record).header.bodyHash)
    await inTurn(() => remove([{ body, of: [{ author, seq }] }], [{ put: 'dropped', key, value }]))
  }

  /** Takes away references, and bodies that nothing refers to any more. @returns how many bodies went */
  async function remove(
    bodies: Array<{ body: string; of: Array<{ author: string; seq: number }> }>,
    also: Operation[] = []
  ): Promise<number> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const usage = await store.get<BodyUsage>('settings', BODY_USAGE)
      const operations: Operation[] = [...also]
      const gone: Array<{ author: string; seq: number }> = []
      let bytes = usage?.bytes ?? 0
      let count = 0
      for (const { body, of } of bodies) {
        const going = of.map(({ author, seq }) => referenceKey(body, author, seq))
        // one more than those that go, to see whether there are others
        const [held, some] = await Promise.all([
          store.getMany<ReferenceRecord>('references', going),
          store.list<ReferenceRecord>('references', { prefix: referencePrefix(body), limit: going.length + 1 })
        ])
        let staying = some.length
        going.forEach((key, i) => {
          if (held[i] === undefined) return
          operations.push({ delete: 'references', key })
          gone.push(parseReferenceKey(key))
          staying--
        })
        if (staying > 0) continue
        operations.push({ delete: 'ownBodies', key: body })
        const record = await store.get<BodyRecord>('bodies', body)
        if (record !== undefined) {
          operations.push({ delete: 'bodies', key: body })
          bytes -= record.bytes.length
        }
        count++
      }
      operations.push({ put: 'settings', key: BODY_USAGE, value: nextUsage(usage, bytes) })
      if (await store.commit(operations, [unchanged('settings', BODY_USAGE, usage)])) {
        for (const { author, seq } of gone) onDropped({ author, seq })
        return count
      }
    }
    throw new LogBusyError(`the store changed at each of ${MAX_ATTEMPTS} attempts to drop a body; try again`)
  }

  async function removeAll(bodies: References[]): Promise<number> {
    let count = 0
    for (let at = 0; at < bodies.length; at += DELETE_BATCH) count += await remove(bodies.slice(at, at + DELETE_BATCH))
    return count
  }

  /** Others' bodies, oldest first, until so many bytes are free, and some more, so that it need not be done each time. */
  async function evict(bytes: number): Promise<number> {
    const evictable: Array<{ references: References; at: number; size: number }> = []
    for await (const references of allReferences(store)) {
      if (references.of.some(({ own }) => own)) continue
      const at = references.of.reduce((latest, one) => Math.max(latest, one.at), 0)
      evictable.push({ references, at, size: references.of[0]?.size ?? 0 })
    }
    evictable.sort((a, b) => a.at - b.at)
    const goal = Math.max(bytes, Math.min(limits.maxBodyBytes, await heldBytes()) * CHUNK)
    const going: References[] = []
    let freed = 0
    for (const { references, size } of evictable) {
      if (freed >= goal) break
      going.push(references)
      freed += size
    }
    return removeAll(going)
  }

  async function heldBytes(): Promise<number> {
    return (await store.get<BodyUsage>('settings', BODY_USAGE))?.bytes ?? 0
  }

  async function sweep(): Promise<number> {
    await known.ready()
    const now = clock.now()
    const stale: References[] = []
    for await (const { body, of } of allReferences(store)) {
      const going: References['of'] = []
      for (const one of of) if (!one.own && (await isStale(one, now))) going.push(one)
      if (going.length > 0) stale.push({ body, of: going })
    }
    await forgetDropped()
    const count = await removeAll(stale)
    const excess = (await heldBytes()) - limits.maxBodyBytes
    return excess > 0 ? count + (await evict(excess)) : count
  }

  async function isStale({ author, seq, expiry }: References['of'][number], now: number): Promise<boolean> {
    if (expiry !== null && expiry <= now) return true
    return !(await isHeld(author, seq)) || (await store.get('dropped', entryKey(author, seq))) !== undefined
  }

  /** The store is asked too: another tab may have accepted it. */
  async function isHeld(author: string, seq: number): Promise<boolean> {
    if (known.index.hashAt(author, seq) !== null) return true
    return (await store.get('headers', entryKey(author, seq))) !== undefined
  }

  /** A withdrawal is remembered as long as it, or what it withdraws, is held. */
  async function forgetDropped(): Promise<void> {
    const operations: Operation[] = []
    for (const [key, { by }] of await store.list<DroppedRecord>('dropped')) {
      const { author, seq } = parseEntryKey(key)
      const matters = (await isHeld(author, seq)) || (by > 0 && (await isHeld(author, by)))
      if (!matters) operations.push({ delete: 'dropped', key })
    }
    await store.commit(operations)
  }

  return {
    put,
    wanted,
    drop,
    makeRoom: (bytes) => inTurn(() => evict(bytes)),
    sweep: () => inTurn(sweep)
  }
}

function nextUsage(usage: BodyUsage | undefined, bytes: number): BodyUsage {
  return { revision: (usage?.revision ?? 0) + 1, bytes: Math.max(0, bytes) }
}

function invalid(reason: string): BodyVerdict {
  return { status: 'invalid', reason }
}
