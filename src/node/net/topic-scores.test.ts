import { ScorePenalty } from '@libp2p/gossipsub/metrics'
import { PeerScore, createPeerScoreParams } from '@libp2p/gossipsub/score'
import type { ComponentLogger } from '@libp2p/interface'
import { describe, expect, it } from 'vitest'
import { PRESENCE_TOPIC } from '../schema/presence.ts'
import { peerScoreParams, scoreThresholds, topicScoreParams } from './topic-scores.ts'

const PEER = 'the peer'
const SHARD = 'starling/1/meaning/1/-'

const silent = { forComponent: () => () => {} } as unknown as ComponentLogger

interface Conduct {
  /** messages that nobody should have passed on */
  invalid?: number
  /** good ones that it brought first */
  first?: number
  /** how long it is in the mesh */
  seconds?: number
}

/** What gossipsub itself makes of a peer that has behaved so. */
function score(topics: Record<string, Conduct>, points = 0, brokenPromises = 0, esteem = 0): number {
  const params = createPeerScoreParams(peerScoreParams({ points: () => points, esteem: () => esteem }))
  const scores = new PeerScore(params, null, silent, { scoreCacheValidityMs: 0 })
  scores.addPeer(PEER)
  for (const [topic, { invalid = 0, first = 0, seconds = 0 }] of Object.entries(topics)) {
    // as when a topic is joined while it runs
    params.topics[topic] = topicScoreParams(topic)
    scores.graft(PEER, topic)
    for (let i = 0; i < invalid; i++) scores.markInvalidMessageDelivery(PEER, topic)
    for (let i = 0; i < first; i++) scores.markFirstMessageDelivery(PEER, topic)
    const stats = scores.peerStats.get(PEER)?.topics[topic]
    if (stats !== undefined) Object.assign(stats, { meshTime: 1000 * seconds, meshMessageDeliveriesActive: true })
  }
  for (let i = 0; i < brokenPromises; i++) scores.addPenalty(PEER, 1, ScorePenalty.BrokenPromise)
  return scores.score(PEER)
}

const { gossipThreshold, publishThreshold, graylistThreshold, opportunisticGraftThreshold, acceptPXThreshold } =
  scoreThresholds

describe('scores in gossip', () => {
  it('fall with rejected messages, and points have a peer refused before it would only be ignored', () => {
    const rejected = (n: number) => score({ [SHARD]: { invalid: n } }, 10 * n)
    expect(rejected(1)).toBeLessThan(0)
    expect(rejected(1)).toBeGreaterThan(gossipThreshold)
    expect(rejected(2)).toBeLessThan(gossipThreshold)
    expect(rejected(7)).toBeLessThan(publishThreshold)
    // at ten it is disconnected
    expect(rejected(9)).toBeGreaterThan(graylistThreshold)
  })

  it('fall with messages that are not rightly signed, which no handler sees', () => {
    const unsigned = (n: number) => score({ [SHARD]: { invalid: n } })
    expect(unsigned(6)).toBeLessThan(gossipThreshold)
    expect(unsigned(13)).toBeLessThan(publishThreshold)
    expect(unsigned(16)).toBeGreaterThan(graylistThreshold)
    expect(unsigned(17)).toBeLessThan(graylistThreshold)
  })

  it('can not be bought: the best conduct on all topics that a peer may have makes up for little', () => {
    const best = Object.fromEntries(
      Array.from({ length: 14 }, (_, i) => [`${SHARD}${i}`, { first: 1000, seconds: 1e6 }])
    )
    expect(score(best)).toBe(peerScoreParams({ points: () => 0, esteem: () => 0 }).topicScoreCap)
    expect(score({ ...best, [SHARD]: { invalid: 20 } })).toBeLessThan(graylistThreshold)
    expect(score(best)).toBeLessThan(acceptPXThreshold)
  })

  it('do not fall on a quiet topic, by a promise broken now and then, or by points that have all but faded', () => {
    expect(score({ [SHARD]: { seconds: 3600 }, [PRESENCE_TOPIC]: { seconds: 3600 } })).toBeGreaterThan(0)
    expect(score({}, 0, 6)).toBeCloseTo(0)
    expect(score({}, 0.9)).toBeCloseTo(0)
    expect(score({}, 0, 11)).toBeLessThan(graylistThreshold)
  })

  it('tell those who bring news from those who are just there', () => {
    const everywhere = (first: number) =>
      score(Object.fromEntries(Array.from({ length: 14 }, (_, i) => [`${SHARD}${i}`, { first, seconds: 3600 }])))
    expect(everywhere(0)).toBeLessThan(opportunisticGraftThreshold)
    expect(everywhere(1)).toBeGreaterThan(opportunisticGraftThreshold)
  })

  it('follow esteem: whom nobody should rely on is in no mesh, and a good name does not make up for bad conduct', () => {
    expect(score({}, 0, 0, -0.1)).toBeLessThan(0)
    expect(score({}, 0, 0, -1)).toBeLessThanOrEqual(gossipThreshold)
    expect(score({}, 0, 0, 1)).toBeGreaterThan(0)
    expect(score({ [SHARD]: { invalid: 9 } }, 90, 0, 1)).toBeLessThan(publishThreshold)
  })

  it('earn nothing by presence', () => {
    expect(score({ [PRESENCE_TOPIC]: { first: 1000, seconds: 3600 } })).toBe(0)
  })
})
