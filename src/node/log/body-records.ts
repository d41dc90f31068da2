/** Reading and writing bodies and who refers to them. What is written follows from what is read; `bodies.ts` decides. */
import * as z from 'zod/mini'
import { InvalidBytesError, decode } from '../schema/codec.ts'
import { MAX_BODY_BYTES, kindName, type Header } from '../schema/header.ts'
import type { Operation, Store } from '../store/store.ts'
import {
  bodyKey,
  parseReferenceKey,
  referenceKey,
  type BodyRecord,
  type ReferenceRecord,
  type StoredHeader
} from './records.ts'

export const someBody = z.looseObject({ kind: kindName })
export type SomeBody = z.infer<typeof someBody>

/** What refers to one body. */
export interface References {
  /** key of the body */
  body: string
  of: Array<{ author: string; seq: number } & ReferenceRecord>
}

const PAGE = 1024

/** The body in these bytes. @returns null, or why it is none */
export function readBody(bytes: Uint8Array): { body: SomeBody } | { reason: string } {
  try {
    return { body: decode(bytes, someBody, MAX_BODY_BYTES) }
  } catch (error) {
    if (error instanceof InvalidBytesError) return { reason: error.message }
    throw error
  }
}

/** A body that is held, ours or another's. */
export async function bodyRecord(store: Store, body: string): Promise<BodyRecord | undefined> {
  return (await store.get<BodyRecord>('bodies', body)) ?? store.get<BodyRecord>('ownBodies', body)
}

/** Bodies by the keys of references to them. Most are others'. */
export async function bodyRecords(store: Store, references: string[]): Promise<Map<string, BodyRecord>> {
  const found = new Map<string, BodyRecord>()
  let wanted = references
  for (const collection of ['bodies', 'ownBodies'] as const) {
    if (wanted.length === 0) break
    const records = await store.getMany<BodyRecord>(collection, wanted.map((key) => parseReferenceKey(key).body))
    wanted.forEach((key, i) => {
      const record = records[i]
      if (record !== undefined) found.set(key, record)
    })
    wanted = wanted.filter((key) => !found.has(key))
  }
  return found
}

/** The decoded body of a header, if these bytes are it: the header may lie about a body that is here for another entry. */
export function bodyFor({ kind, bodySize }: Header, record: BodyRecord | undefined): SomeBody | null {
  if (record === undefined || record.kind !== kind || record.bytes.length !== bodySize) return null
  return decode(record.bytes, someBody, MAX_BODY_BYTES)
}

export function putReference(
  { author, header }: Pick<StoredHeader, 'author' | 'header'>,
  at: number,
  own: boolean
): Operation {
  const value: ReferenceRecord = { kind: header.kind, size: header.bodySize, expiry: header.expiry, at, own }
  return { put: 'references', key: referenceKey(bodyKey(header.bodyHash), author, header.seq), value }
}

/** All bodies that are held, with what refers to them. */
export async function* allReferences(store: Store): AsyncGenerator<References, void, undefined> {
  let pending: References[] = []
  for (let after = ''; ; ) {
    const page = await store.list<ReferenceRecord>('references', { after, limit: PAGE })
    for (const [key, record] of page) {
      const { body, author, seq } = parseReferenceKey(key)
      const same = pending.at(-1)
      if (same?.body === body) same.of.push({ author, seq, ...record })
      else pending.push({ body, of: [{ author, seq, ...record }] })
    }
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) break
    after = last[0]
    // there may be more of the last one
    yield* pending.slice(0, -1)
    pending = pending.slice(-1)
  }
  yield* pending
}
