/** What a crowd of entries, or a file full of them, may cost; and what two tabs may do to each other's bodies. */
import { CarWriter } from '@ipld/car'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { beforeAll, expect, test } from 'vitest'
import { digest } from '../crypto/hash.ts'
import type { AgentKey } from '../crypto/keys.ts'
import { InvalidBytesError, encode } from '../schema/codec.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Operation, Store } from '../store/store.ts'
import { MAX_ARCHIVE_BLOCKS } from './archive.ts'
import { BODY_USAGE, bodyKey, referenceKey } from './records.ts'
import { NOW, apart, at, forge, intention, newKey, newLogs } from './testing/logs.ts'

let key: AgentKey
let other: AgentKey
beforeAll(async () => {
  ;[key, other] = await Promise.all([newKey(), newKey()])
})

const goal = intention('what everybody wants')
const bytes = encode(goal)

/** A store that counts what it reads of references. */
function counting(store: Store): Store & { read: () => number } {
  let read = 0
  return {
    ...store,
    async list<T>(...args: Parameters<Store['list']>) {
      const found = await store.list<T>(...args)
      if (args[0] === 'references') read += found.length
      return found
    },
    read: () => read
  }
}

async function refer(store: Store, count: number): Promise<void> {
  const body = bodyKey(await digest(bytes))
  const value = { kind: 'intention', size: bytes.length, expiry: null, at: NOW, own: false }
  const operations: Operation[] = Array.from({ length: count }, (_, i) => ({
    put: 'references',
    key: referenceKey(body, `${other.agent.slice(0, -6)}${100_000 + i}`, 1),
    value
  }))
  await store.commit([
    ...operations,
    { put: 'bodies', key: body, value: { kind: 'intention', bytes } },
    { put: 'settings', key: BODY_USAGE, value: { revision: 1, bytes: bytes.length } }
  ])
}

test('one more entry of a body that a crowd of entries has costs as much as the first, and so does dropping it', async () => {
  const store = counting(createMemoryStore())
  await refer(store, 2000)
  const logs = newLogs({}, store)
  const bodyHash = await digest(bytes)
  await logs.accept(await forge(other, { bodyHash, bodySize: bytes.length }))
  const stored = at([await logs.header(other.agent, 1)], 0)
  if (stored === null) throw new Error('expected a header')
  expect(await logs.wanted(stored)).toBe(false)
  expect(await logs.body(other.agent, 1)).toEqual(goal)
  await logs.dropBody(other.agent, 1)
  expect(await logs.bodyBytes(bodyHash)).toEqual(bytes)
  expect(store.read()).toBeLessThan(5)
})

test('a body of more entries than a call may have arguments makes room like any other', async () => {
  const store = createMemoryStore({ maxBytes: 2 ** 30 })
  await refer(store, 130_000)
  const logs = newLogs({ maxBodyBytes: bytes.length }, store)
  const { bytes: header, body } = await newLogs().append(other, 'intention', intention('what nobody else wants'))
  await logs.accept(header)
  const small = newLogs({ maxBodyBytes: encode(body).length }, store)
  expect(await small.putBody(encode(body), [{ author: other.agent, seq: 1 }])).toEqual({ status: 'new' })
  expect(await store.list('references')).toHaveLength(1)
})

test('a tab that sweeps keeps the bodies, and the memory of what was dropped, of entries that came to another', async () => {
  const store = createMemoryStore()
  const tabs = [newLogs({}, store), newLogs({}, store)] as const
  await Promise.all(tabs.map((tab) => tab.ready()))
  const source = newLogs()
  for (const name of ['kept', 'dropped']) {
    const { header, bytes: encoded, body } = await source.append(other, 'intention', intention(name))
    await tabs[0].accept(encoded)
    await tabs[0].putBody(encode(body), [{ author: other.agent, seq: header.seq }])
  }
  await tabs[0].dropBody(other.agent, 2)
  expect(await tabs[1].sweep()).toEqual({ bodies: 0, headers: 0 })
  expect(await tabs[0].body(other.agent, 1)).toEqual(intention('kept'))
  const stored = await tabs[0].header(other.agent, 2)
  expect(stored !== null && (await tabs[0].wanted(stored))).toBe(false)
})

async function* archive(blocks: Uint8Array[], root: number): AsyncGenerator<Uint8Array, void, undefined> {
  const cids = await Promise.all(blocks.map(async (block) => CID.createV1(0x71, await sha256.digest(block))))
  const { writer, out } = CarWriter.create([at(cids, root)])
  const writing = (async () => {
    for (const [i, block] of blocks.entries()) await writer.put({ cid: at(cids, i), bytes: block })
    await writer.close()
  })()
  writing.catch(() => undefined)
  yield* out
}

test('a file whose headers all name one body is read', async () => {
  const seqs = apart(300)
  const bodyHash = await digest(bytes)
  const headers = await Promise.all(seqs.map((seq) => forge(other, { seq, bodyHash, bodySize: bytes.length })))
  const logs = newLogs()
  expect(await logs.importLog(archive([...headers, bytes], headers.length - 1))).toMatchObject({ headers: 300, fresh: 301 })
  expect((await logs.entries(other.agent)).every(({ body }) => body !== null)).toBe(true)
})

test('a file of too many blocks is refused before it has been read', async () => {
  const header = await forge(key)
  let read = 0
  async function* endless(): AsyncGenerator<Uint8Array, void, undefined> {
    const one: Uint8Array[] = []
    for await (const chunk of archive([header], 0)) one.push(chunk)
    const file = new Uint8Array(Buffer.concat(one))
    yield file
    // the length of a block, its CID, and nothing in it
    const empty = (await sha256.digest(new Uint8Array())).bytes
    const block = new Uint8Array([2 + empty.length, 1, 0x71, ...empty])
    const many = new Uint8Array(1000 * block.length)
    for (let i = 0; i < 1000; i++) many.set(block, i * block.length)
    for (;;) {
      read += 1000
      yield many
    }
  }
  await expect(newLogs().importLog(endless())).rejects.toThrow(InvalidBytesError)
  expect(read).toBeLessThan(MAX_ARCHIVE_BLOCKS + 3000)
})
