/** Runs one question of the log's bench where the peer runs too: in a worker. */
import { deleteDB } from 'idb'
import { didOf } from '../../src/node/crypto/did.ts'
import { agentKey, generateKeyPair } from '../../src/node/crypto/keys.ts'
import { createVerifier, type Verifier } from '../../src/node/crypto/verifier.ts'
import { decodeHeader, headerHash, signatureOf } from '../../src/node/log/header.ts'
import { createLogs, type Logs } from '../../src/node/log/log.ts'
import { entryKey, headerRecord } from '../../src/node/log/records.ts'
import { openIndexedDbStore } from '../../src/node/store/indexeddb.ts'
import { createMemoryStore } from '../../src/node/store/memory.ts'
import { systemClock } from '../../src/node/support/clock.ts'
import { createWorkerVerifier } from '../../src/workers/worker-verifier.ts'
import { FILLED, fill } from './fill.ts'
import type { Answer, Question } from './questions.ts'

/** As many as `accept` puts into one commit. */
const BATCH = 512
const SLICE = 4 * BATCH
const SCRATCH = 'bench-log-'

const intention = (i: number) => ({ kind: 'intention', goal: `Somebody who knows about thing number ${i}`, tags: [] })

addEventListener('message', ({ data }: MessageEvent<Question>) => {
  answer(data).then(postMessage, (error: unknown) => postMessage({ error: String(error) }))
})

async function answer(question: Question): Promise<Answer> {
  switch (question.what) {
    case 'rates':
      return rates(question)
    case 'fill':
      return fill(question)
    case 'open':
      return open()
  }
}

/** Headers of some authors, each log in order, in turn. */
async function makeHeaders(headers: number, authors: number): Promise<Uint8Array[]> {
  const logs = createLogs({ store: createMemoryStore(), clock: systemClock })
  const keys = await Promise.all(Array.from({ length: authors }, async () => agentKey(await generateKeyPair())))
  const made: Uint8Array[] = []
  for (let i = 0; made.length < headers; i++) {
    const round = await Promise.all(keys.map((key) => logs.append(key, 'intention', intention(i))))
    made.push(...round.map(({ bytes }) => bytes))
  }
  return made.slice(0, headers)
}

/** One way to deal with some headers, with what it has open. */
interface Way {
  /** @returns how long it took, in milliseconds */
  take(headers: Uint8Array[]): Promise<number>
  close(): Promise<void>
}

/**
 * Slice after slice in every way, one after the other: on a machine that others use too, a rate and the one that it is
 * compared with are then of the same moment.
 */
async function rates({ headers: count, authors, appends }: Extract<Question, { what: 'rates' }>): Promise<Answer> {
  const headers = await makeHeaders(count, authors)
  const worker = createWorkerVerifier()
  const believer: Verifier = { verify: async (batch) => batch.map(() => true) }
  const ways: Record<string, Way> = {
    rawVerify: await rawVerify(headers),
    verify: verify(createVerifier()),
    verifyInWorker: verify(worker),
    rawWrite: await rawWrite('raw'),
    write: await catchUp('write', believer, count),
    catchUp: await catchUp('catch-up', createVerifier(), count),
    catchUpInWorker: await catchUp('catch-up-worker', worker, count)
  }
  const took: Record<string, number> = {}
  for (let at = 0; at < count; at += SLICE) {
    const slice = headers.slice(at, at + SLICE)
    for (const [name, way] of Object.entries(ways)) {
      const ms = await way.take(slice)
      // the first slice is to make everything warm
      if (at > 0) took[name] = (took[name] ?? 0) + ms
    }
  }
  for (const way of Object.values(ways)) await way.close()
  worker.close()
  const result: Answer = {}
  for (const [name, ms] of Object.entries(took)) result[name] = ((count - SLICE) / ms) * 1000
  const appending = await append()
  const putting = await rawWrite('raw-put')
  for (let i = 0; i < appends; i++) {
    result['rawPutMs'] = (result['rawPutMs'] ?? 0) + (await putting.take(headers.slice(i, i + 1))) / appends
    result['appendMs'] = (result['appendMs'] ?? 0) + (await appending.take([])) / appends
  }
  await putting.close()
  await appending.close()
  return result
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/** The same signatures over the same bytes with keys that are imported already: WebCrypto and nothing else. */
async function rawVerify(headers: Uint8Array[]): Promise<Way> {
  const separator = new TextEncoder().encode('starling/header/1\0')
  const keys = new Map<string, CryptoKey>()
  const prepared = new Map<Uint8Array, { key: CryptoKey; signature: BufferSource; message: BufferSource }>()
  for (const bytes of headers) {
    const header = decodeHeader(bytes)
    const signed = signatureOf(header, bytes)
    const name = header.author.join()
    const raw = new Uint8Array(header.author)
    const key = keys.get(name) ?? (await crypto.subtle.importKey('raw', raw, 'Ed25519', false, ['verify']))
    keys.set(name, key)
    const message = new Uint8Array([...separator, ...signed.bytes])
    prepared.set(bytes, { key, signature: new Uint8Array(signed.signature), message })
  }
  return {
    take(slice) {
      const ready = slice.flatMap((bytes) => prepared.get(bytes) ?? [])
      return timed(async () => {
        for (let at = 0; at < ready.length; at += BATCH) {
          const valid = await Promise.all(
            ready
              .slice(at, at + BATCH)
              .map(({ key, signature, message }) => crypto.subtle.verify('Ed25519', key, signature, message))
          )
          if (!valid.every(Boolean)) throw new Error('expected valid signatures')
        }
      })
    },
    close: async () => undefined
  }
}

/** From bytes to a header that is known to be its author's. */
function verify(verifier: Verifier): Way {
  return {
    take: (slice) =>
      timed(async () => {
        for (let at = 0; at < slice.length; at += BATCH) {
          const batch = slice.slice(at, at + BATCH).map((bytes) => signatureOf(decodeHeader(bytes), bytes))
          const valid = await verifier.verify(batch)
          if (!valid.every(Boolean)) throw new Error('expected valid signatures')
        }
      }),
    close: async () => undefined
  }
}

/** One put a header, durable, batch after batch: the same bytes under the same keys as in the log. */
async function rawWrite(name: string): Promise<Way> {
  await deleteDB(SCRATCH + name)
  const db = await openScratch(SCRATCH + name)
  return {
    async take(slice) {
      const records: Array<[string, Uint8Array]> = []
      for (const bytes of slice) {
        const { author, seq } = decodeHeader(bytes)
        records.push([entryKey(didOf(author), seq), headerRecord({ hash: await headerHash(bytes), bytes })])
      }
      return timed(async () => {
        for (let at = 0; at < records.length; at += BATCH) await putAll(db, records.slice(at, at + BATCH))
      })
    },
    async close() {
      db.close()
      await deleteDB(SCRATCH + name)
    }
  }
}

function openScratch(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1)
    request.onupgradeneeded = () => request.result.createObjectStore('headers')
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(new Error('could not open the database', { cause: request.error }))
  })
}

function putAll(db: IDBDatabase, records: Array<[string, Uint8Array]>): Promise<void> {
  const tx = db.transaction('headers', 'readwrite', { durability: 'strict' })
  const store = tx.objectStore('headers')
  for (const [key, record] of records) store.put(record, key)
  return new Promise((resolve, reject) => {
    tx.oncomplete = () => resolve()
    tx.onabort = () => reject(new Error('could not write', { cause: tx.error }))
  })
}

async function logsIn(name: string, verifier: Verifier, maxWaiting: number): Promise<{ logs: Logs; close: Way['close'] }> {
  await deleteDB(SCRATCH + name)
  const store = await openIndexedDbStore(SCRATCH + name)
  const logs = createLogs({ store, clock: systemClock, verifier }, { maxWaiting })
  await logs.ready()
  return {
    logs,
    async close() {
      await store.close()
      await deleteDB(SCRATCH + name)
    }
  }
}

async function catchUp(name: string, verifier: Verifier, most: number): Promise<Way> {
  const { logs, close } = await logsIn(name, verifier, most)
  return {
    take: (slice) =>
      timed(async () => {
        const verdicts = await Promise.all(slice.map((bytes) => logs.accept(bytes)))
        if (verdicts.some(({ status }) => status !== 'new')) throw new Error('expected new headers')
      }),
    close
  }
}

async function append(): Promise<Way> {
  const { logs, close } = await logsIn('append', createVerifier(), 1)
  const key = await agentKey(await generateKeyPair())
  let count = 0
  return { take: () => timed(() => logs.append(key, 'intention', intention(count++))), close }
}

async function open(): Promise<Answer> {
  const began = performance.now()
  const store = await openIndexedDbStore(FILLED)
  const logs = createLogs({ store, clock: systemClock })
  // what a node needs before it can be used: its own head, and what everybody declares
  const [[author] = ['']] = await logs.authors({ limit: 1 })
  await logs.head(author)
  let declared = 0
  for await (const { body } of logs.declared()) if (body !== null) declared++
  const openMs = performance.now() - began
  await logs.ready()
  const indexMs = performance.now() - began
  const selecting = performance.now()
  const { size } = logs.index.select(() => true)
  const selectMs = performance.now() - selecting
  const again = performance.now()
  logs.index.select(() => true)
  Object.assign(globalThis, { kept: logs })
  return { headers: size, declared, openMs, indexMs, selectMs, selectAgainMs: performance.now() - again }
}
