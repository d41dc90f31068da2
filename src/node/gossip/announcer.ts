/** Saying our own news: on which topics, and again when nobody was there to hear it. */
import type { Network } from '../net/network.ts'
import type { Header } from '../schema/header.ts'
import type { Regions } from './regions.ts'
import { CONTROL_TOPIC, controlKinds, keyPrefix, meaningShard, recordShard, shardModel, topicOf, type Codebook } from './shards.ts'

export interface Announcer {
  /** Says a header on the topics of its shards. Never throws. */
  announce(bytes: Uint8Array, header: Header): Promise<void>
  /** Never throws. */
  say(topic: string, message: Uint8Array): Promise<void>
  /** The topic that says most of a leaf: of its shard at the depth that we would follow it at, or nearby where somebody is. */
  topicAt(leaf: number): string
  /** Says what nobody was there for, where somebody is now. Resolves to whether there is more to be said. Never rejects. */
  sayAgain(): Promise<boolean>
}

/** Messages that wait for somebody to hear them. */
const MAX_UNSAID = 64

export interface AnnouncerComponents {
  network: Network
  codebook: Codebook
  regions: Regions
  report: (error: unknown) => void
}

export function createAnnouncer({ network, codebook, regions, report }: AnnouncerComponents): Announcer {
  let unsaid: Array<{ topic: string; message: Uint8Array }> = []

  async function say(topic: string, message: Uint8Array): Promise<void> {
    try {
      const told = await network.publish(topic, message)
      // who is there and is not told has it: it went round a short while ago
      if (told > 0 || network.subscribers(topic).length > 0) return
    } catch (error) {
      // it is in the log, and whoever catches up gets it
      report(error)
    }
    keep(topic, message)
  }

  /** Until somebody hears it. What we say need not be what we listen to: there may be many who do, and none of them near us. */
  function keep(topic: string, message: Uint8Array): void {
    unsaid.push({ topic, message })
    if (unsaid.length > MAX_UNSAID) unsaid.shift()
    if (network.subscribers(topic).length === 0) network.seek(topic)
  }

  const topicOfLeaf = (leaf: number, depth: number): string => topicOf(meaningShard(codebook, leaf, depth))
  /** How deep we would follow a leaf. */
  const depthOf = (leaf: number): number => Math.min(regions.depthAt(leaf), codebook.leafBits)

  function topicAt(leaf: number): string {
    const depth = depthOf(leaf)
    for (let away = 0; away <= codebook.leafBits; away++) {
      for (const one of [depth - away, depth + away]) {
        const topic = one >= 0 && one <= codebook.leafBits ? topicOfLeaf(leaf, one) : null
        if (topic !== null && network.subscribers(topic).length > 0) return topic
      }
    }
    return topicOfLeaf(leaf, depth)
  }

  /**
   * Where to say what concerns a leaf: nearby, where somebody is. Whoever keeps the leaf's shard at our depth hears what is said there and
   * one above; what is said elsewhere they may never hear, so then it is to be said at our depth, too, when somebody is found.
   */
  function topicsOfLeaf(leaf: number): string[] {
    const near = topicAt(leaf)
    const depth = depthOf(leaf)
    const heard = [depth, depth - 1].flatMap((one) => (one >= 0 ? topicOfLeaf(leaf, one) : []))
    return heard.includes(near) ? [near] : [near, topicOfLeaf(leaf, depth)]
  }

  function topicsOf({ author, kind, sketch }: Header): Set<string> {
    const topics = new Set<string>()
    if (controlKinds.has(kind)) topics.add(CONTROL_TOPIC)
    const isPlaced = sketch !== null && shardModel(sketch[0]) === codebook.model
    if (isPlaced) for (const topic of sketch[2].flatMap(topicsOfLeaf)) topics.add(topic)
    // a young network's one shard of meaning is everybody's: the record needs no telling of its own
    const isEverywhere = isPlaced && sketch[2].every((leaf) => regions.depthAt(leaf) === 0)
    if (!isEverywhere) topics.add(topicOf(recordShard(keyPrefix(author), regions.recordDepth())))
    return topics
  }

  return {
    say,
    topicAt,
    async announce(bytes, header) {
      await Promise.all([...topicsOf(header)].map((topic) => say(topic, bytes)))
    },
    async sayAgain() {
      const again = unsaid
      unsaid = []
      await Promise.all(again.map(({ topic, message }) => say(topic, message)))
      return unsaid.length > 0
    }
  }
}
