/** Changes of what is a row of records, each after its length as a varint: CAR files, framed streams. */
import { below, type Random } from '../sim/random.ts'
import { joinBytes } from '../src/node/support/bytes.ts'
import { MAX_INPUT_BYTES, pick, spoilBytes } from './spoil-bytes.ts'

/** @throws RangeError when the bytes are not whole records */
export function readRecords(bytes: Uint8Array): Uint8Array[] {
  const records: Uint8Array[] = []
  let at = 0
  while (at < bytes.length) {
    let length = 0
    for (let i = 0, more = true; more; i++) {
      const byte = bytes[at++]
      if (byte === undefined || i > 7) throw new RangeError('expected a length')
      length += (byte & 127) * 128 ** i
      more = byte >= 128
    }
    if (at + length > bytes.length) throw new RangeError(`expected ${length} bytes`)
    records.push(bytes.subarray(at, at + length))
    at += length
  }
  return records
}

export const writeRecords = (records: readonly Uint8Array[]): Uint8Array =>
  joinBytes(records.flatMap((record) => [varint(record.length), record]))

export function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return Uint8Array.from([...bytes, rest])
}

/**
 * Records with one to four of them changed, left out, moved or repeated; now and then of their bytes too, lengths
 * included.
 *
 * @param spoilRecord changes what is in a record
 */
export function spoilRecords(
  bytes: Uint8Array,
  random: Random,
  others: readonly Uint8Array[],
  spoilRecord = (record: Uint8Array, random: Random) => spoilBytes(record, random, [record])
): Uint8Array {
  if (random() < 0.2) return spoilBytes(bytes, random, others)
  let records = readRecords(bytes)
  const elsewhere = readRecords(pick(random, others))
  for (let left = 1 + below(random, random() < 0.6 ? 1 : 4); left > 0 && records.length > 0; left--) {
    const at = below(random, records.length)
    const one = pick(random, records)
    const by = [
      () => [spoilRecord(one, random)],
      () => [],
      () => [one, one],
      () => [pick(random, elsewhere), one],
      () => Array.from({ length: Math.min(500, Math.floor(MAX_INPUT_BYTES / (one.length + 1))) }, () => one)
    ]
    records = [...records.slice(0, at), ...pick(random, by)(), ...records.slice(at + 1)]
  }
  return writeRecords(records).subarray(0, MAX_INPUT_BYTES)
}
