/**
 * The shards as they would be if everybody knew all agents: what nodes arrive at by themselves when they hold what
 * falls into their shards. The reduced model uses it, and the real one starts with it.
 */
import { SPLIT_AUTHORS } from '../src/node/gossip/depth.ts'
import { RECORD_BITS, meaningShard, recordShard, shardsAround, topicOf, type Shard } from '../src/node/gossip/shards.ts'
import type { Sketch } from '../src/node/schema/header.ts'
import type { Population } from './population.ts'

export interface Shape {
  /** the depth of the shard in which a leaf lies */
  meaning(leaf: number): number
  /** the depth of the shard in which a key lies, by its first 16 bits */
  record(key: number): number
  /** the shards that an agent keeps */
  kept(agent: number): Shard[]
  /** how deep all of these are at least: what is held of so wide shards tells a node how deep to go */
  leastDepth(agent: number): number
  /** the topics of the shards in which an agent takes part */
  followed(agent: number): string[]
  /** the topics on which an agent announces something with such a sketch */
  announcedOn(agent: number, sketch: Sketch): string[]
}

/** @param keys the first 16 bits of each agent's key */
export function createShape({ agents, codebook }: Population, keys: readonly number[]): Shape {
  const leaves = agents.map(({ profile }) => profile.sketch[2])
  const meaning = countPrefixes(leaves, codebook.leafBits)
  const record = countPrefixes(keys.map((key) => [key]), RECORD_BITS)
  const meaningDepth = (leaf: number): number => depthOf(meaning, leaf, codebook.leafBits)
  const recordDepth = (key: number): number => depthOf(record, key, RECORD_BITS)
  const keyOf = (agent: number): number => keys[agent] ?? 0
  const names = (shards: Shard[]): string[] => [...new Set(shards.map(topicOf))]

  function leavesOf(index: number): Set<number> {
    const agent = agents[index]
    return new Set(agent === undefined ? [] : [...agent.wish.sketch[2], ...agent.profile.sketch[2]])
  }

  const kept = (agent: number): Shard[] => [
    ...[...leavesOf(agent)].map((leaf) => meaningShard(codebook, leaf, meaningDepth(leaf))),
    recordShard(keyOf(agent), recordDepth(keyOf(agent)))
  ]

  return {
    meaning: meaningDepth,
    record: recordDepth,
    kept,
    leastDepth: (agent) => Math.min(...kept(agent).map(({ depth }) => depth)),
    followed: (agent) =>
      names(kept(agent).flatMap((shard) => shardsAround(shard, shard.of === 'record' ? RECORD_BITS : codebook.leafBits))),
    announcedOn(agent, [, , leaves]) {
      const shards = leaves.map((leaf) => meaningShard(codebook, leaf, meaningDepth(leaf)))
      if (shards.some(({ depth }) => depth > 0)) shards.push(recordShard(keyOf(agent), recordDepth(keyOf(agent))))
      return names(shards)
    }
  }
}

/** The items under each prefix, by depth. */
function countPrefixes(items: ReadonlyArray<readonly number[]>, bits: number): Array<Map<number, number>> {
  return Array.from({ length: bits + 1 }, (_, depth) => {
    const counts = new Map<number, number>()
    for (const places of items) {
      for (const prefix of new Set(places.map((place) => place >> (bits - depth)))) {
        counts.set(prefix, (counts.get(prefix) ?? 0) + 1)
      }
    }
    return counts
  })
}

function depthOf(counts: Array<Map<number, number>>, place: number, bits: number): number {
  const at = (depth: number, prefix: number): number => counts[depth]?.get(prefix) ?? 0
  for (let depth = 0; depth < bits; depth++) {
    const half = place >> (bits - depth - 1)
    if (at(depth + 1, half) < SPLIT_AUTHORS || at(depth + 1, half ^ 1) < SPLIT_AUTHORS) return depth
  }
  return bits
}
