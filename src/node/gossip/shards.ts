/**
 * What is told where. Headers are partitioned over topics by two trees: by meaning, of which a shard is a prefix of the
 * numbers of the codebook's leaves; and by author, of which a shard is a prefix of public keys. A young network is one
 * shard of each. Control kinds and fork proofs go to everybody. No I/O.
 */
import type { HeaderItem } from '../log/header-index.ts'
import type { Header } from '../schema/header.ts'
import { depthsAround } from './depth.ts'

/** The prefix is a number of `depth` bits. */
export type Shard =
  | { of: 'meaning'; model: number; depth: number; prefix: number }
  | { of: 'record'; depth: number; prefix: number }

/** What gossip has to know of the codebook that sketches are made with. */
export interface Codebook {
  /** the one that shards are named after: see `shardModel` */
  model: number
  /** there are 2^leafBits leaves */
  leafBits: number
}

/** Where a header belongs, without the rest of it. */
export type Placed = Pick<HeaderItem, 'prefix' | 'model' | 'leaves'>

/** Models whose codebooks have the same leaves: their sketches are in the shards of the first of them. */
const SAME_LEAVES: ReadonlyMap<number, number> = new Map([[6, 1]])

/** The model that shards of meaning are named after in which sketches of a model belong. */
export const shardModel = (model: number): number => SAME_LEAVES.get(model) ?? model

/** Fork proofs, and headers of the kinds that everybody has to know. */
export const CONTROL_TOPIC = 'starling/1/control'
const MEANING = 'starling/1/meaning/'
const RECORD = 'starling/1/record/'

/** bits of an author's key that shards are made of */
export const RECORD_BITS = 16

export const controlKinds: ReadonlySet<string> = new Set(['identity', 'rotation', 'revocation'])

/** The topic of a shard. It names the shard as presence and reconciliation do, too. */
export function topicOf(shard: Shard): string {
  const bits = shard.depth === 0 ? '-' : shard.prefix.toString(2).padStart(shard.depth, '0')
  return shard.of === 'record' ? RECORD + bits : `${MEANING}${shard.model}/${bits}`
}

/** The shard that a topic is for; null when it is for none. */
export function shardOf(topic: string): Shard | null {
  const record = /^starling\/1\/record\/(-|[01]{1,16})$/.exec(topic)
  if (record !== null) return { of: 'record', ...prefixOf(record[1] ?? '-') }
  const meaning = /^starling\/1\/meaning\/([1-9]\d{0,4})\/(-|[01]{1,16})$/.exec(topic)
  if (meaning === null || Number(meaning[1]) > 0xffff) return null
  return { of: 'meaning', model: Number(meaning[1]), ...prefixOf(meaning[2] ?? '-') }
}

function prefixOf(bits: string): { depth: number; prefix: number } {
  return bits === '-' ? { depth: 0, prefix: 0 } : { depth: bits.length, prefix: Number.parseInt(bits, 2) }
}

/** A shard as peers that reconcile tell it: model (0: the record), depth and prefix. */
export type ToldShard = [model: number, depth: number, prefix: number]

export function tell(shard: Shard): ToldShard {
  return [shard.of === 'record' ? 0 : shard.model, shard.depth, shard.prefix]
}

/** The shard that is told of; null when there is none such. */
export function heard([model, depth, prefix]: ToldShard): Shard | null {
  if (depth > RECORD_BITS || prefix >= 2 ** depth) return null
  return model === 0 ? { of: 'record', depth, prefix } : { of: 'meaning', model, depth, prefix }
}

/** The shard of a leaf at a depth. */
export function meaningShard({ model, leafBits }: Pick<Codebook, 'model' | 'leafBits'>, leaf: number, depth: number): Shard {
  const at = Math.min(depth, leafBits)
  return { of: 'meaning', model, depth: at, prefix: leaf >>> (leafBits - at) }
}

/** The shard of an author at a depth; `key`: the first 16 bits of its public key. */
export function recordShard(key: number, depth: number): Shard {
  const at = Math.min(depth, RECORD_BITS)
  return { of: 'record', depth: at, prefix: key >>> (RECORD_BITS - at) }
}

/**
 * The shards in whose topics one takes part who keeps this one: itself, the one that it is half of, and both its halves.
 * Whoever judges the depth otherwise by one says things there that belong here.
 *
 * @param deepest the most depth there is
 */
export function shardsAround(shard: Shard, deepest: number): Shard[] {
  return depthsAround(shard.depth, deepest).flatMap((depth): Shard[] => {
    if (depth <= shard.depth) return [{ ...shard, depth, prefix: shard.prefix >>> (shard.depth - depth) }]
    return [0, 1].map((half) => ({ ...shard, depth, prefix: 2 * shard.prefix + half }))
  })
}

/** The first 16 bits of a public key. */
export function keyPrefix(publicKey: Uint8Array): number {
  return ((publicKey[0] ?? 0) << 8) | (publicKey[1] ?? 0)
}

const NO_LEAVES: readonly number[] = []

export function placeOf({ author, sketch }: Pick<Header, 'author' | 'sketch'>): Placed {
  return { prefix: keyPrefix(author), model: sketch?.[0] ?? 0, leaves: sketch?.[2] ?? NO_LEAVES }
}

/** Whether a header belongs to a shard. @param leafBits of the codebook that the shard's model has */
export function holds(shard: Shard, { prefix, model, leaves }: Placed, leafBits: number): boolean {
  if (shard.of === 'record') return prefix >>> (RECORD_BITS - shard.depth) === shard.prefix
  if (shardModel(model) !== shard.model) return false
  if (shard.depth === 0) return true
  for (const leaf of leaves) if (leaf >>> (leafBits - shard.depth) === shard.prefix) return true
  return false
}

/** The deeper of two shards when it is a part of the other; null when they have nothing in common. */
export function overlap(a: Shard, b: Shard): Shard | null {
  if (a.of !== b.of || (a.of === 'meaning' && b.of === 'meaning' && a.model !== b.model)) return null
  const [outer, inner] = a.depth <= b.depth ? [a, b] : [b, a]
  return inner.prefix >>> (inner.depth - outer.depth) === outer.prefix ? inner : null
}

/** What two peers that keep these shards have in common, nothing of it twice. It is the same whoever works it out. */
export function commonShards(mine: readonly Shard[], theirs: readonly Shard[]): Shard[] {
  const found = new Map<string, Shard>()
  for (const a of mine) {
    for (const b of theirs) {
      const both = overlap(a, b)
      if (both !== null) found.set(topicOf(both), both)
    }
  }
  const all = [...found.values()]
  // a part of another that both keep needs no mention
  return all.filter((shard) => !all.some((other) => other.depth < shard.depth && overlap(other, shard) === shard))
}
