/**
 * What a peer's conduct in gossip is worth to gossipsub, by which it chooses whom to pass messages on to. The values
 * are reckoned in docs/decisions/0020-scoring-in-gossip.md; the names P1 to P7 are those of gossipsub's specification.
 */
import type { PeerScoreParams, PeerScoreThresholds, TopicScoreParams } from '@libp2p/gossipsub/score'
import { PRESENCE_TOPIC } from '../schema/presence.ts'

/** All counters are looked at once a second. */
const SECOND = 1000
const halvedIn = (seconds: number): number => 0.5 ** (1 / seconds)
/** As for penalties, so that both are forgiven together. */
const FADES = halvedIn(5 * 60)

/**
 * P4 alone. Presence is the one topic that relays take part in, and any key can make as much of it as it likes, so it
 * earns nothing.
 */
const onPresence: TopicScoreParams = {
  topicWeight: 1,
  timeInMeshWeight: 0,
  timeInMeshQuantum: SECOND,
  timeInMeshCap: 0,
  firstMessageDeliveriesWeight: 0,
  firstMessageDeliveriesDecay: FADES,
  firstMessageDeliveriesCap: 0,
  // P3 and P3b are off: on a quiet topic nobody could bring as much as it asks for
  meshMessageDeliveriesWeight: 0,
  meshMessageDeliveriesDecay: FADES,
  meshMessageDeliveriesCap: 0,
  meshMessageDeliveriesThreshold: 0,
  meshMessageDeliveriesWindow: 0,
  meshMessageDeliveriesActivation: SECOND,
  meshFailurePenaltyWeight: 0,
  meshFailurePenaltyDecay: FADES,
  // times the square of their number: 17 that nobody should have passed on, and a peer is not listened to
  invalidMessageDeliveriesWeight: -0.3,
  invalidMessageDeliveriesDecay: FADES
}

/** On the others who brings news first is preferred, a little. */
const elsewhere: TopicScoreParams = {
  ...onPresence,
  // up to 0.05 for having stayed five minutes
  timeInMeshWeight: 0.05 / 300,
  timeInMeshCap: 300,
  // up to 2 for ten messages that were new and good
  firstMessageDeliveriesWeight: 0.2,
  firstMessageDeliveriesCap: 10
}

/** How peers are scored on a topic. */
export const topicScoreParams = (topic: string): TopicScoreParams =>
  topic === PRESENCE_TOPIC ? onPresence : elsewhere

/** Points lower a score by this much each: with 17 points a peer is told little, with 84 nothing. */
const SCORE_PER_POINT = 0.6
/** Fading points never quite come to nothing, and whoever is below zero is in no mesh. */
const FORGIVEN_POINTS = 1

/** Whom nobody should rely on is told as little as whoever has behaved badly here; who is well thought of is kept when there is a choice. */
const SCORE_OF_ESTEEM = 10

/** What is known of a peer beyond its part in topics. */
export interface PeerStanding {
  /** what is held against it, in points up to 100 */
  points(peer: string): number
  /** how well thought of it is, -1 to 1 */
  esteem(peer: string): number
}

export function peerScoreParams({ points, esteem }: PeerStanding): Partial<PeerScoreParams> {
  return {
    topicScoreCap: 10,
    appSpecificWeight: 1,
    appSpecificScore(peer) {
      const held = points(peer)
      return SCORE_OF_ESTEEM * esteem(peer) - (held < FORGIVEN_POINTS ? 0 : SCORE_PER_POINT * held)
    },
    // all peers behind one relay seem to have its address, as do all tabs of one machine, school or office
    IPColocationFactorWeight: 0,
    // P7: promises that a slow tab breaks now and then are nothing, one a second is too much
    behaviourPenaltyWeight: -5,
    behaviourPenaltyThreshold: 6,
    behaviourPenaltyDecay: halvedIn(10),
    decayInterval: SECOND,
    decayToZero: 0.1,
    // as long as a peer is refused
    retainScore: 10 * 60 * SECOND
  }
}

export const scoreThresholds: PeerScoreThresholds = {
  gossipThreshold: -10,
  publishThreshold: -50,
  graylistThreshold: -80,
  // whom to connect to is not for others to say, so no score is high enough
  acceptPXThreshold: 1000,
  opportunisticGraftThreshold: 1
}
