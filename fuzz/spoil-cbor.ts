/** Changes of CBOR that know its structure: most results are still CBOR, so that what reads the values is reached. */
import { below, type Random } from '../sim/random.ts'
import { joinBytes } from '../src/node/support/bytes.ts'
import { integer, raw, readCbor, text, writeCbor, type Fault, type Item } from './cbor.ts'
import { MAX_INPUT_BYTES, pick, randomBytes, spoilBytes } from './spoil-bytes.ts'

const numbers = [
  0,
  1,
  2,
  3,
  23,
  24,
  255,
  256,
  65_535,
  65_536,
  2 ** 31,
  2 ** 32,
  2 ** 48,
  2 ** 53 - 1,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
  -1,
  -25,
  -(2 ** 53),
  -(2n ** 64n)
]
const lengths = [0, 1, 2, 16, 31, 32, 33, 63, 64, 65, 200, 512, 4001, 70_000]
const counts = [0, 1, 2, 4, 5, 9, 65, 129, 1025, 6000]
const claims = [0n, 1n, 23n, 255n, 65_535n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, 2n ** 64n - 1n]
const depths = [1, 2, 10, 100, 1000, 20_000]
const texts = ['', '__proto__', 'constructor', 'version', 'kind', 'type', '\0', 'é', '🙂', 'did:key:z', '1e999', 'NaN']
const raws = [
  raw(0xf4),
  raw(0xf5),
  raw(0xf6),
  raw(0xf7),
  raw(0xf8, 0xff),
  raw(0xe0),
  raw(0xff),
  raw(0x1c),
  raw(),
  raw(0xf9, 0x7e, 0x00),
  raw(0xf9, 0x3c, 0x00),
  raw(0xfa, 0x3f, 0x80, 0, 0),
  raw(0xfb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0),
  raw(0xfb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0),
  raw(0xfb, 0x80, 0, 0, 0, 0, 0, 0, 0),
  raw(0xfb, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0),
  raw(0xfb, 0x40, 0, 0, 0, 0, 0, 0, 0)
]

/** Where an item stands, and how to put another there. */
interface Place {
  item: Item
  put(item: Item): void
}

function placesIn(holder: { item: Item }): Place[] {
  const places: Place[] = []
  const visit = (item: Item, put: (item: Item) => void) => {
    places.push({ item, put })
    // the first hundred of a long list are as good as any
    if (places.length > 300) return
    if (item.is === 'array')
      item.items.slice(0, 100).forEach((inner, i) => visit(inner, (other) => (item.items[i] = other)))
    if (item.is === 'tag') visit(item.item, (other) => (item.item = other))
    if (item.is === 'map') {
      for (const entry of item.entries) {
        visit(entry[0], (other) => (entry[0] = other))
        visit(entry[1], (other) => (entry[1] = other))
      }
    }
  }
  visit(holder.item, (other) => (holder.item = other))
  return places
}

function anyItem(random: Random): Item {
  switch (below(random, 7)) {
    case 0:
      return integer(pick(random, numbers))
    case 1:
      return { is: 'string', major: 2, bytes: randomBytes(random, pick(random, lengths) % 5000) }
    case 2:
      return text(pick(random, texts))
    case 3:
      return text('x'.repeat(pick(random, lengths)))
    case 4:
      return { is: 'array', items: random() < 0.5 ? [] : [integer(pick(random, numbers))] }
    case 5:
      return { is: 'map', entries: random() < 0.5 ? [] : [[text(pick(random, texts)), integer(1)]] }
    default:
      return pick(random, raws)
  }
}

function anyFault(random: Random): Fault {
  return pick(random, [
    { width: pick(random, [1, 2, 4, 8]) },
    { claims: pick(random, claims) },
    { indefinite: true },
    { unsorted: true }
  ])
}

type Change = (item: Item, random: Random, others: readonly Item[]) => Item

const changes: Change[] = [
  function another(_, random) {
    return anyItem(random)
  },
  function fromElsewhere(_, random, others) {
    // a copy: it may be what the item itself is in
    return structuredClone(pick(random, placesIn({ item: pick(random, others) })).item)
  },
  function faulty(item, random) {
    return item.is === 'raw' || item.is === 'tag' ? pick(random, raws) : { ...item, fault: anyFault(random) }
  },
  function nested(item, random) {
    const depth = pick(random, depths)
    const opening = pick(random, ['81', 'a16161', '9f', 'c6', 'd82a'])
    return { is: 'raw', bytes: joinBytes([Buffer.from(opening.repeat(depth), 'hex'), writeCbor(item)]) }
  },
  function tagged(item, random) {
    return { is: 'tag', tag: pick(random, [0n, 2n, 24n, 42n, 2n ** 32n]), item }
  },
  function inside(item, random) {
    switch (item.is) {
      case 'integer':
        return { ...item, value: BigInt.asUintN(64, item.value + pick(random, [1n, -1n, 1000n, -1000n, 2n ** 32n])) }
      case 'string': {
        const bytes = random() < 0.5 ? resized(item.bytes, random) : spoilBytes(item.bytes, random, [item.bytes])
        return { ...item, bytes }
      }
      case 'array':
        return { ...item, items: rearranged(item.items, random) }
      case 'map':
        return random() < 0.3
          ? { ...item, entries: [...item.entries, ...duplicateKey(item.entries, random)] }
          : { ...item, entries: rearranged(item.entries, random) }
      default:
        return anyItem(random)
    }
  }
]

function resized(bytes: Uint8Array, random: Random): Uint8Array {
  const length = random() < 0.5 ? Math.max(0, bytes.length + pick(random, [-1, 1])) : pick(random, lengths)
  return Uint8Array.from({ length }, (_, i) => bytes[i % Math.max(1, bytes.length)] ?? 0x61)
}

/** With one less, one moved, or one many times. */
function rearranged<T>(items: readonly T[], random: Random): T[] {
  if (items.length === 0) return []
  const at = below(random, items.length)
  const one = pick(random, items)
  switch (below(random, 3)) {
    case 0:
      return items.filter((_, i) => i !== at)
    case 1:
      return [...items.slice(0, at), one, ...items.slice(at).filter((item) => item !== one)]
    default:
      return [...items.slice(0, at), ...Array.from({ length: pick(random, counts) }, () => one), ...items.slice(at)]
  }
}

function duplicateKey(entries: ReadonlyArray<[Item, Item]>, random: Random): Array<[Item, Item]> {
  return entries.length === 0 ? [] : [[pick(random, entries)[0], anyItem(random)]]
}

function readIfCbor(bytes: Uint8Array): Item | null {
  try {
    return readCbor(bytes)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return null
  }
}

/**
 * CBOR with one to three changes, now and then of its bytes too. What was spoilt before, and is no CBOR any more, has
 * its bytes changed.
 *
 * @param others CBOR that parts are taken from
 */
export function spoilCbor(bytes: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  if (random() < 0.2) return spoilBytes(bytes, random, others)
  const item = readIfCbor(bytes)
  if (item === null) return spoilBytes(bytes, random, others)
  const holder = { item }
  const otherItems = [holder.item, readCbor(pick(random, others))]
  for (let left = 1 + below(random, random() < 0.7 ? 1 : 3); left > 0; left--) {
    const { item, put } = pick(random, placesIn(holder))
    put(pick(random, changes)(item, random, otherItems))
  }
  const written = writeCbor(holder.item).subarray(0, MAX_INPUT_BYTES)
  return random() < 0.05 ? spoilBytes(written, random, others) : written
}
