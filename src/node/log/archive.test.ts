import { CarReader } from '@ipld/car'
import { beforeAll, expect, test } from 'vitest'
import { digest } from '../crypto/hash.ts'
import type { AgentKey } from '../crypto/keys.ts'
import { InvalidBytesError } from '../schema/codec.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Logs } from './log.ts'
import { NOW, at, forge, held, intention, newKey, newLogs } from './testing/logs.ts'

let key: AgentKey
let source: Logs
let file: Uint8Array
beforeAll(async () => {
  key = await newKey()
  source = newLogs()
  for (let i = 1; i <= 6; i++) await source.append(key, 'intention', intention(`goal ${i}`), { expiry: NOW + 1000 })
  await source.append(key, 'intention', intention('goal 1'))
  await source.append(key, 'contract', { kind: 'contract', secret: 'of two' })
  await source.append(key, 'intention', intention('dropped'))
  await source.dropBody(key.agent, 9)
  file = await read(source.exportLog(key.agent))
})

async function read(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return new Uint8Array(Buffer.concat(parts))
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size)
}

const load = (logs: Logs, bytes: Uint8Array, size = 1000) => logs.importLog(pieces(bytes, size))

const sound = { refused: 0, whole: true, forked: false }

test('a log written to a file and read from it is the same log', async () => {
  for (const size of [1, 7, 100_000]) {
    const logs = newLogs()
    expect(await load(logs, file, size)).toEqual({ author: key.agent, headers: 9, bodies: 7, fresh: 16, ...sound })
    expect(await logs.entries(key.agent)).toEqual(await source.entries(key.agent))
    expect(await load(logs, file)).toEqual({ author: key.agent, headers: 9, bodies: 7, fresh: 0, ...sound })
    expect(await read(logs.exportLog(key.agent))).not.toEqual(file)
  }
})

test('others’ logs go without what is not for everybody', async () => {
  const logs = newLogs()
  await load(logs, file)
  const again = newLogs()
  expect(await load(again, await read(logs.exportLog(key.agent)))).toEqual({
    author: key.agent,
    headers: 9,
    bodies: 6,
    fresh: 15,
    ...sound
  })
  expect(await again.body(key.agent, 8)).toBeNull()
})

test('is a CAR of version 1: the newest header is the root, headers come first, in order', async () => {
  const car = await CarReader.fromBytes(file)
  const [root] = await car.getRoots()
  const blocks: Uint8Array[] = []
  const cids: string[] = []
  for await (const { cid, bytes } of car.blocks()) {
    blocks.push(bytes)
    cids.push(cid.toString())
  }
  expect(car.version).toBe(1)
  const headers = await source.headers(key.agent)
  expect(blocks.slice(0, 9)).toEqual(headers.map(({ bytes }) => bytes))
  expect(cids[8]).toBe(root?.toString())
  expect(cids.every((cid) => cid.startsWith('bafyrei'))).toBe(true)
})

test('a log with gaps too', async () => {
  const sparse = newLogs()
  const headers = await source.headers(key.agent)
  for (const i of [2, 5, 7]) await sparse.accept(at(headers, i).bytes)
  const logs = newLogs()
  expect(await load(logs, await read(sparse.exportLog(key.agent)))).toMatchObject({ headers: 3, bodies: 0, whole: false, forked: false })
  expect(await held(logs, key.agent)).toEqual([3, 6, 8])
})

test('a file with another branch of a log that is held shows the fork', async () => {
  const logs = newLogs()
  expect(await logs.accept(await forge(key, { seq: 1, bodySize: 77 }))).toMatchObject({ status: 'new' })
  expect(await load(logs, file)).toMatchObject({ forked: true })
  expect(await logs.forked(key.agent)).not.toBeNull()
})

test('what there is no room for is told', async () => {
  const logs = newLogs({ maxHeaders: 4, maxHeadersPerAuthor: 4, settledShare: 0 })
  const { fresh, refused, headers, bodies } = await load(logs, file)
  expect([headers, bodies]).toEqual([9, 7])
  expect(refused).toBeGreaterThan(0)
  expect(fresh).toBeLessThan(16)
})

test('of nobody there is none', async () => {
  await expect(read(source.exportLog((await newKey()).agent))).rejects.toThrow(RangeError)
})

test('a file that is changed anywhere is refused, and nothing of it is kept', async () => {
  const store = createMemoryStore()
  const logs = newLogs({}, store)
  for (let i = 0; i < file.length; i++) {
    for (const mask of i % 7 === 0 ? [1, 0x80, 0xff] : [1 << i % 8]) {
      const changed = file.slice()
      changed[i] = (changed[i] ?? 0) ^ mask
      await expect(load(logs, changed), `byte ${i} xor ${mask}`).rejects.toThrow(InvalidBytesError)
    }
  }
  for (let length = 0; length < file.length; length += 13) {
    // at the end of a block less is a file with fewer bodies
    await load(newLogs(), file.slice(0, length)).catch((error: unknown) => expect(error).toBeInstanceOf(InvalidBytesError))
  }
  expect(await store.list('headers')).toEqual([])
  expect(await store.list('bodies')).toEqual([])
})

test('neither is a file with a header that its author has not signed', async () => {
  const { CarWriter } = await import('@ipld/car')
  const { CID } = await import('multiformats/cid')
  const { sha256 } = await import('multiformats/hashes/sha2')
  const { decodeHeader, encodeHeader } = await import('./header.ts')
  const write = async (blocks: Uint8Array[], root: number) => {
    const cids = await Promise.all(blocks.map(async (bytes) => CID.createV1(0x71, await sha256.digest(bytes))))
    const { writer, out } = CarWriter.create([at(cids, root)])
    const reading = read(out)
    for (const [i, bytes] of blocks.entries()) await writer.put({ cid: at(cids, i), bytes })
    await writer.close()
    return reading
  }
  const headers = (await source.headers(key.agent)).map(({ bytes }) => bytes)
  const forged = encodeHeader({ ...decodeHeader(at(headers, 2)), time: 5 })
  const stranger = at(await newLogs().append(await newKey(), 'intention', intention('x')).then(({ bytes }) => [bytes]), 0)
  const body = (await source.bodyBytes((await source.headers(key.agent))[0]?.header.bodyHash ?? new Uint8Array())) ?? new Uint8Array()
  const lying = await forge(key, { bodyHash: await digest(body), bodySize: body.length + 1 })
  const mistaken = await forge(key, { bodyHash: await digest(body), bodySize: body.length, kind: 'profile' })
  const store = createMemoryStore()
  const logs = newLogs({}, store)
  const files: Array<[string, Uint8Array[], number]> = [
    ['not signed', [at(headers, 0), at(headers, 1), forged], 2],
    ['two authors', [at(headers, 0), stranger], 1],
    ['not in order', [at(headers, 1), at(headers, 0)], 1],
    ['the same twice', [at(headers, 0), at(headers, 0)], 1],
    ['no header at all', [body], 0],
    ['a body of no header', [at(headers, 1), body], 0],
    ['a body twice', [at(headers, 0), body, body], 0],
    ['a body of another size than its header says', [lying, body], 0],
    ['a body of another kind', [mistaken, body], 0]
  ]
  for (const [what, blocks, root] of files) {
    await expect(load(logs, await write(blocks, root)), what).rejects.toThrow(InvalidBytesError)
  }
  expect(await store.list('headers')).toEqual([])
  expect(await load(logs, await write([at(headers, 0), body], 0))).toMatchObject({ fresh: 2 })
})
