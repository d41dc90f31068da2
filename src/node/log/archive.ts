/**
 * A log as one file: a CAR of version 1 whose root is the newest header. The blocks are DAG-CBOR: the held headers in
 * order, then the held bodies, each once. Others' logs are written with the bodies that are for everybody, ours with all.
 */
import { didOf } from '../crypto/did.ts'
import { digest, equalBytes, toHex } from '../crypto/hash.ts'
import type { Verifier } from '../crypto/verifier.ts'
import { InvalidBytesError } from '../schema/codec.ts'
import { MAX_BODY_BYTES, publicKinds, type Header, type Sketch } from '../schema/header.ts'
import { readBody } from './body-records.ts'
import { decodeHeader, signatureOf } from './header.ts'
import type { Entry, ImportResult, Logs } from './log.ts'

export const MAX_ARCHIVE_BYTES = 256 * 1024 * 1024
/** Headers and bodies together; small ones take up more in memory than in a file. */
export const MAX_ARCHIVE_BLOCKS = 262_144

const PAGE = 256
/** Headers that are checked, and then offered to the log, at a time. */
const OFFER = 1024
const DAG_CBOR = 0x71
const SHA_256 = 0x12

type ArchiveLogs = Pick<Logs, 'head' | 'headers' | 'entries' | 'bodyBytes' | 'accept' | 'putBody'>

/** Loaded when it is wanted: logs are rarely written to files. */
async function loadCar() {
  const [car, { CID }, { create }] = await Promise.all([
    import('@ipld/car'),
    import('multiformats/cid'),
    import('multiformats/hashes/digest')
  ])
  return { ...car, cidOf: (hash: Uint8Array) => CID.createV1(DAG_CBOR, create(SHA_256, hash)) }
}

/**
 * The file, piece by piece.
 *
 * @param isOwn whether the log is ours, so that bodies that are not for everybody belong into it
 * @throws RangeError when nothing is held of this log
 */
export async function* exportLog(
  logs: ArchiveLogs,
  author: string,
  isOwn: boolean
): AsyncGenerator<Uint8Array, void, undefined> {
  const head = await logs.head(author)
  if (head === null) throw new RangeError(`expected the log of an author of whom entries are held, got ${author}`)
  const { CarWriter, cidOf } = await loadCar()
  const { writer, out } = CarWriter.create([cidOf(head.hash)])

  async function write(newest: number): Promise<void> {
    for await (const { hash, bytes } of entriesUpTo(logs, author, newest)) await writer.put({ cid: cidOf(hash), bytes })
    const written = new Set<string>()
    for await (const { header, body } of entriesUpTo(logs, author, newest)) {
      const name = toHex(header.bodyHash)
      if (body === null || written.has(name) || !(isOwn || publicKinds.has(header.kind))) continue
      const bytes = await logs.bodyBytes(header.bodyHash)
      if (bytes === null) continue
      written.add(name)
      await writer.put({ cid: cidOf(header.bodyHash), bytes })
    }
  }

  // whatever happens, the stream comes to its end; then a failure is told
  const writing = write(head.seq).finally(() => writer.close())
  writing.catch(() => undefined)
  yield* out
  await writing
}

/** Entries up to a number; what comes meanwhile is left for the next file. */
async function* entriesUpTo(logs: ArchiveLogs, author: string, newest: number): AsyncGenerator<Entry, void, undefined> {
  for (let after = 0; after < newest; ) {
    const page = await logs.entries(author, { after, limit: PAGE })
    for (const entry of page) if (entry.header.seq <= newest) yield entry
    const last = page.at(-1)
    if (last === undefined) return
    after = last.header.seq
  }
}

/** What is in a file, checked as far as it can be without the log. */
interface Archive {
  author: string
  headers: Array<{ header: Header; bytes: Uint8Array }>
  bodies: Array<{ hash: Uint8Array; bytes: Uint8Array }>
}

/**
 * Takes in such a file. Nothing of it is kept unless all of it is what it says.
 *
 * @throws InvalidBytesError when it is not such a file, its headers are not signed by their author, or their leaves or bodies are lies
 */
export async function importLog(
  logs: ArchiveLogs,
  { verifier, fits }: { verifier: Verifier; fits: (sketch: Sketch) => boolean },
  chunks: AsyncIterable<Uint8Array>
): Promise<ImportResult> {
  const { author, headers, bodies } = await readArchive(chunks)
  for (let at = 0; at < headers.length; at += OFFER) {
    const signatures = headers.slice(at, at + OFFER).map(({ header, bytes }) => signatureOf(header, bytes))
    if (!(await verifier.verify(signatures)).every(Boolean)) {
      throw new InvalidBytesError('expected headers that their author has signed')
    }
  }
  if (!headers.every(({ header: { sketch } }) => sketch === null || fits(sketch))) {
    throw new InvalidBytesError('expected headers with the leaves that the bits of their sketches belong to')
  }
  const referring = new Map<string, Header[]>()
  for (const { header } of headers) {
    const name = toHex(header.bodyHash)
    const there = referring.get(name)
    if (there === undefined) referring.set(name, [header])
    else there.push(header)
  }
  for (const { hash, bytes } of bodies) {
    const read = readBody(bytes)
    if ('reason' in read) throw new InvalidBytesError(read.reason)
    const isNamed = referring.get(toHex(hash))?.some(({ kind, bodySize }) => kind === read.body.kind && bodySize === bytes.length)
    if (isNamed !== true) throw new InvalidBytesError('expected bodies of the kind and the size that their headers say')
  }
  const statuses: string[] = []
  for (let at = 0; at < headers.length; at += OFFER) {
    const verdicts = await Promise.all(headers.slice(at, at + OFFER).map(({ bytes }) => logs.accept(bytes)))
    statuses.push(...verdicts.map(({ status }) => status))
  }
  const forked = statuses.includes('fork')
  for (const { hash, bytes } of bodies) {
    const entries = (referring.get(toHex(hash)) ?? []).map(({ seq }) => ({ author, seq }))
    statuses.push((await logs.putBody(bytes, entries)).status)
  }
  const count = (...some: string[]): number => statuses.filter((status) => some.includes(status)).length
  const whole = headers.at(-1)?.header.seq === headers.length
  const [fresh, refused] = [count('new'), count('full', 'future', 'busy', 'unreferenced')]
  return { author, headers: headers.length, bodies: bodies.length, fresh, refused, whole, forked }
}

async function readArchive(chunks: AsyncIterable<Uint8Array>): Promise<Archive> {
  const { roots, blocks } = await readBlocks(chunks)
  const [root] = roots
  if (root === undefined || roots.length !== 1) throw new InvalidBytesError(`expected one root, got ${roots.length}`)
  const end = blocks.findIndex(({ hash }) => equalBytes(hash, root)) + 1
  if (end === 0) throw new InvalidBytesError('expected the newest header, which the root names')
  const headers = blocks.slice(0, end).map(({ bytes }) => ({ header: decodeHeader(bytes), bytes }))
  const newest = headers.at(-1)?.header
  if (newest === undefined) throw new InvalidBytesError('expected headers')
  const named = new Set(headers.map(({ header }) => toHex(header.bodyHash)))
  headers.forEach(({ header }, i) => {
    if (!equalBytes(header.author, newest.author)) throw new InvalidBytesError('expected headers of one author')
    if (header.seq <= (headers[i - 1]?.header.seq ?? 0)) throw new InvalidBytesError('expected headers in order')
  })
  const bodies = blocks.slice(end)
  for (const { hash } of bodies) {
    // each once
    if (!named.delete(toHex(hash))) throw new InvalidBytesError('expected bodies that the headers name, each once')
  }
  return { author: didOf(newest.author), headers, bodies }
}

/** The blocks, each with the hash that it was found to have. */
async function readBlocks(chunks: AsyncIterable<Uint8Array>) {
  const { CarBlockIterator } = await loadCar()
  const blocks: Array<{ hash: Uint8Array; bytes: Uint8Array }> = []
  const roots: Uint8Array[] = []
  try {
    const reader = await CarBlockIterator.fromIterable(limited(chunks))
    if (reader.version !== 1) throw new InvalidBytesError(`expected version 1, got ${reader.version}`)
    for (const root of await reader.getRoots()) roots.push(hashIn(root))
    for await (const { cid, bytes } of reader) {
      if (bytes.length > MAX_BODY_BYTES) throw new InvalidBytesError(`expected blocks of at most ${MAX_BODY_BYTES} bytes`)
      if (blocks.length >= MAX_ARCHIVE_BLOCKS) throw new InvalidBytesError(`expected at most ${MAX_ARCHIVE_BLOCKS} blocks`)
      const hash = await digest(bytes)
      if (!equalBytes(hash, hashIn(cid))) throw new InvalidBytesError('expected each block to be what its CID says')
      blocks.push({ hash, bytes: new Uint8Array(bytes) })
    }
  } catch (cause) {
    if (cause instanceof InvalidBytesError) throw cause
    throw new InvalidBytesError('expected a CAR file of version 1', { cause })
  }
  return { roots, blocks }
}

/** The SHA-256 in the CID of a DAG-CBOR block. */
function hashIn(cid: { version: number; code: number; multihash: { code: number; digest: Uint8Array } }): Uint8Array {
  if (cid.version !== 1 || cid.code !== DAG_CBOR || cid.multihash.code !== SHA_256) {
    throw new InvalidBytesError('expected DAG-CBOR blocks that are named by their SHA-256')
  }
  return cid.multihash.digest
}

async function* limited(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let read = 0
  for await (const chunk of chunks) {
    read += chunk.length
    if (read > MAX_ARCHIVE_BYTES) throw new InvalidBytesError(`expected at most ${MAX_ARCHIVE_BYTES} bytes`)
    yield chunk
  }
}
