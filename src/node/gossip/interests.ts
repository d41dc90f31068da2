import type { Header, Sketch } from '../schema/header.ts'

/** What a node wants to hear of. The adaptation layer says it, gossip acts on it. */
export interface Interests {
  /** What declarations should be near to: whose shards are followed, the most important first. */
  sketches(): readonly Sketch[]
  /** Public keys of authors whose records are kept, too, the most important first. */
  authors(): readonly Uint8Array[]
  /**
   * Whether the body of such an entry should be held here.
   *
   * @param depth how deep the shards of meaning are followed that it belongs to; 0: the network is so young that it is one shard
   */
  wants(header: Header, depth: number): boolean
  /** Whether an agent is thought so well of that its bodies come before those of others. */
  favours(agent: string): boolean
  /** Called when any of these may answer otherwise than before. @returns what ends that */
  watch(listener: () => void): () => void
}
