/** Headers, fork proofs, whole logs as files, and what a log makes of a row of them. */
import { createHash } from 'node:crypto'
import { equalBytes } from '../../src/node/crypto/hash.ts'
import { verifyForkProof } from '../../src/node/log/fork-proof.ts'
import { decodeHeader, encodeHeader } from '../../src/node/log/header.ts'
import type { Logs } from '../../src/node/log/log.ts'
import { decode, encode } from '../../src/node/schema/codec.ts'
import { MAX_HEADER_BYTES, headerTuple } from '../../src/node/schema/header.ts'
import { joinBytes } from '../../src/node/support/bytes.ts'
import { below, type Random } from '../../sim/random.ts'
import type { Target } from '../fuzz.ts'
import { pick, spoilBytes } from '../spoil-bytes.ts'
import { spoilCbor } from '../spoil-cbor.ts'
import { readRecords, spoilRecords, writeRecords } from '../spoil-records.ts'
import { fork, headers, log, newLogs, other, proofs, trusting } from './example-logs.ts'
import { spoiltCbor } from './wire.ts'

const header: Target = {
  name: 'header',
  make: spoiltCbor(headers),
  read(bytes) {
    const decoded = decodeHeader(bytes)
    if (!equalBytes(encodeHeader(decoded), bytes)) throw new TypeError('a header has two encodings')
    // the parser and the schema are two descriptions of one thing
    decode(bytes, headerTuple, MAX_HEADER_BYTES)
    return true
  },
  refuses: ['InvalidBytesError']
}

const forkProof: Target = {
  name: 'forkProof',
  make: (random) => {
    if (random() < 0.3) return spoiltCbor(proofs)(random)
    // two headers that may or may not fit together
    const [one, two] = [pick(random, headers), pick(random, headers)]
    return encode(['fork', one, random() < 0.7 ? spoilCbor(two, random, headers) : two])
  },
  async read(bytes) {
    await verifyForkProof(bytes, trusting)
    return true
  },
  refuses: ['InvalidBytesError']
}

const files = [log.file, other.file]
/** CID version 1 of DAG-CBOR by SHA-256: what stands before the hash. */
const CID_PREFIX = Uint8Array.of(0x01, 0x71, 0x12, 0x20)

/** A block with other content, mostly under the CID that such content has. */
function spoilBlock(record: Uint8Array, random: Random): Uint8Array {
  if (!equalBytes(record.subarray(0, 4), CID_PREFIX)) return spoilBytes(record, random, headers)
  const content = spoilCbor(record.subarray(36), random, headers)
  const hash = random() < 0.8 ? createHash('sha256').update(content).digest() : record.subarray(4, 36)
  return joinBytes([CID_PREFIX, hash, content])
}

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.slice(at, at + 1000)
}

const archive: Target = {
  name: 'log as a file',
  make: (random) => spoilRecords(pick(random, files), random, files, spoilBlock),
  async read(bytes) {
    await newLogs().importLog(inPieces(bytes))
    return true
  },
  refuses: ['InvalidBytesError'],
  share: 0.1
}

const HEADER = 0
const PROOF = 1
const BODY = 2
export const tagged = (kind: number, bytes: Uint8Array) => joinBytes([Uint8Array.of(kind), bytes])
const sessions = [
  [...log.headers.map((bytes) => tagged(HEADER, bytes)), ...log.bodies.map((bytes) => tagged(BODY, bytes))],
  [...log.headers, ...fork.headers].map((bytes) => tagged(HEADER, bytes)),
  [...other.headers.map((bytes) => tagged(HEADER, bytes)).reverse(), ...proofs.map((bytes) => tagged(PROOF, bytes))]
].map(writeRecords)

const spoilWord = (record: Uint8Array, random: Random) =>
  tagged(below(random, 3), spoilCbor(record.subarray(1), random, headers))

/**
 * Looks at logs after anything: as many headers as the head says, each in its place.
 *
 * @throws TypeError when they are not as they should be
 */
export async function checkLogs(logs: Logs): Promise<void> {
  for (const [author, seq] of await logs.authors()) {
    const held = await logs.headers(author)
    const head = await logs.head(author)
    if (head?.seq !== seq || head.count !== held.length) throw new TypeError('the head does not say what is held')
    held.forEach(({ header, bytes }, i) => {
      if (header.seq <= (held[i - 1]?.header.seq ?? 0)) throw new TypeError('headers are not in order')
      if (!equalBytes(encodeHeader(decodeHeader(bytes)), bytes)) throw new TypeError('what is held is no header')
    })
  }
}

const session: Target = {
  name: 'headers, proofs and bodies for a log',
  make: (random) => spoilRecords(pick(random, sessions), random, sessions, spoilWord),
  async read(bytes) {
    let words: Uint8Array[]
    try {
      words = readRecords(bytes)
    } catch {
      return false
    }
    const logs = newLogs()
    const held: Array<{ author: string; seq: number }> = []
    let refused = 0
    // a burst of hundreds is for the rate limits above the log
    for (const word of words.slice(0, 40)) {
      const content = word.subarray(1)
      if (word[0] === HEADER) {
        const verdict = await logs.accept(content)
        if (verdict.status === 'new') held.push({ author: verdict.stored.author, seq: verdict.stored.header.seq })
        if (verdict.status === 'invalid') refused++
      } else if (word[0] === PROOF) {
        if ((await logs.acceptFork(content)).status === 'invalid') refused++
      } else if ((await logs.putBody(content, held)).status === 'invalid') refused++
    }
    await checkLogs(logs)
    return refused === 0
  },
  refuses: [],
  share: 0.1
}

export const logTargets: Target[] = [header, forkProof, archive, session]
