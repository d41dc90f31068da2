/** A database as it is after a long time in a large network: many headers, some bodies. */
import { deleteDB } from 'idb'
import { didOf } from '../../src/node/crypto/did.ts'
import { digest } from '../../src/node/crypto/hash.ts'
import { encodeHeader, headerHash } from '../../src/node/log/header.ts'
import { bodyKey, entryKey, headerRecord, NO_HEAD, type HeadRecord } from '../../src/node/log/records.ts'
import { putReference } from '../../src/node/log/body-records.ts'
import { skipTarget } from '../../src/node/log/skip-link.ts'
import { encode } from '../../src/node/schema/codec.ts'
import type { Header } from '../../src/node/schema/header.ts'
import { openIndexedDbStore } from '../../src/node/store/indexeddb.ts'
import type { Operation } from '../../src/node/store/store.ts'
import type { Answer, Question } from './questions.ts'

export const FILLED = 'bench-log-filled'
const BODY_CHARACTERS = 2000
const OPERATIONS = 4000

/** Headers with sketches, chained but not signed: when a log is opened nobody looks at signatures. */
export async function fill({ headers, authors, bodies }: Extract<Question, { what: 'fill' }>): Promise<Answer> {
  await deleteDB(FILLED)
  const store = await openIndexedDbStore(FILLED)
  const began = performance.now()
  const length = Math.ceil(headers / authors)
  const now = Date.now()
  let operations: Operation[] = []
  let made = 0
  let declared = 0
  for (let a = 0; a < authors && made < headers; a++) {
    const publicKey = crypto.getRandomValues(new Uint8Array(32))
    const author = didOf(publicKey)
    const hashes: Uint8Array[] = []
    for (let seq = 1; seq <= length && made < headers; seq++) {
      const body = encode({ kind: 'intention', goal: `${a}/${seq}`.padEnd(BODY_CHARACTERS), tags: [] })
      const target = skipTarget(seq)
      const header: Header = {
        version: 1,
        author: publicKey,
        seq,
        previous: hashes[seq - 2] ?? null,
        skip: target === seq - 1 ? null : (hashes[target - 1] ?? null),
        kind: 'intention',
        bodyHash: await digest(body),
        bodySize: body.length,
        time: now - (headers - made) * 1000,
        expiry: now + 86_400_000,
        sketch: [1, crypto.getRandomValues(new Uint8Array(32)), [made % 64, (made + 1) % 64]],
        signature: crypto.getRandomValues(new Uint8Array(64))
      }
      const bytes = encodeHeader(header)
      const hash = await headerHash(bytes)
      hashes.push(hash)
      operations.push({ put: 'headers', key: entryKey(author, seq), value: headerRecord({ hash, bytes }) })
      made++
      if (seq === length && declared < bodies) {
        declared++
        operations.push({ put: 'bodies', key: bodyKey(header.bodyHash), value: { kind: 'intention', bytes: body } })
        operations.push(putReference({ author, header }, now, false))
      }
    }
    const head: HeadRecord = { ...NO_HEAD, revision: 1, seq: hashes.length, count: hashes.length, hash: hashes.at(-1) ?? null }
    operations.push({ put: 'heads', key: author, value: head })
    if (operations.length < OPERATIONS) continue
    await store.commit(operations)
    operations = []
  }
  await store.commit(operations)
  await store.close()
  return { headers: made, fillMs: performance.now() - began }
}
