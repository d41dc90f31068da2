import type { Header, Sketch } from '../schema/header.ts'

/** What a header says of its body: whose it is (did:key), of which kind, and of how many bytes. */
export interface BodyFacts {
  author: string
  kind: string
  size: number
}

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
  /**
   * Whether no such body is to come here, whoever asks for it: we have nothing to do with its author, it is private, or too large for
   * its kind. What is refused is not wanted either.
   */
  refuses(body: BodyFacts): boolean
  /** Whether what is not wanted here is fetched for neighbours that ask for it: not while what comes costs us. */
  lends(): boolean
  /** Whether an agent is thought so well of that its bodies come before those of others. */
  favours(agent: string): boolean
  /** Called when any of these may answer otherwise than before. @returns what ends that */
  watch(listener: () => void): () => void
}
