/**
 * Whom to ask for a body: those who should have it, then those who may. What was announced just now comes from whoever
 * announced it, and back along the way that it came. What nobody here knew of until we met somebody is held by those who
 * have come since.
 */
import type { Network } from '../net/network.ts'
import type { Reliability } from './reliability.ts'

/** Where a header came from. */
export interface Origin {
  /** the peer that announced it, if it was announced */
  publisher?: string | undefined
  /** the peer that gave it to us */
  from?: string | undefined
  /** the topic that it came on, whose other subscribers may have the body too */
  topic?: string | undefined
  /** the topic of the shard of meaning that it is said in first, as we know it now: who takes part there wants it, too */
  home?: (() => string) | undefined
}

/** Whom a body was asked of before, and how. */
export interface Asked {
  origin: Origin
  /** when the header was signed, milliseconds since 1970 */
  time: number
  /** how many rounds there were before this one */
  rounds: number
  /** peers that are being asked, and such as did not have it lately */
  asking: ReadonlySet<string>
  without: ReadonlySet<string>
}

export interface SourcesComponents {
  network: Pick<Network, 'subscribers'>
  random: () => number
  reliability: Reliability
}

export interface SourcesInit {
  /** the peers that can be asked, and since when */
  connected: ReadonlyMap<string, number>
  /** whether others than the publisher are asked */
  otherSources: boolean
}

/** Peers asked in a round. */
export const MAX_SOURCES = 8

export function createSources({ network, random, reliability }: SourcesComponents, { connected, otherSources }: SourcesInit) {
  function shuffled(peers: string[]): string[] {
    for (let i = peers.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1))
      const [a, b] = [peers[i] ?? '', peers[j] ?? '']
      peers[i] = b
      peers[j] = a
    }
    return peers
  }

  /** Who has given bodies before is interested in the like of it. */
  function byGiven(peers: string[]): string[] {
    return shuffled(peers).sort((a, b) => reliability.given(b) - reliability.given(a))
  }

  /** In this order, lower first. */
  function rank(peer: string, { origin, time, without }: Asked): number {
    if (reliability.doubtful(peer)) return 4
    if (without.has(peer)) return 3
    // who was here already when it was announced would have told us of it
    if (origin.publisher === undefined && (connected.get(peer) ?? 0) < time) return 2
    return peer === origin.publisher || peer === origin.from ? 0 : 1
  }

  /** The peers to ask in a round, the best first. */
  return (asked: Asked): string[] => {
    const { publisher, from, topic, home } = asked.origin
    const likely = otherSources ? [publisher, from] : [publisher ?? from]
    const near = [home?.(), topic].flatMap((one) => (one === undefined ? [] : network.subscribers(one)))
    const anybody = near.length === 0 || asked.rounds > 0 ? [...connected.keys()] : []
    const others = otherSources ? [...byGiven(near), ...byGiven(anybody)] : []
    return [...new Set([...likely, ...others])]
      .filter((peer): peer is string => peer !== undefined && connected.has(peer) && !asked.asking.has(peer))
      .map((peer) => ({ peer, rank: rank(peer, asked) }))
      .sort((a, b) => a.rank - b.rank)
      .slice(0, MAX_SOURCES)
      .map(({ peer }) => peer)
  }
}
