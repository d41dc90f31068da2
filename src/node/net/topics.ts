/** Topics as the layers above take part in them, over gossipsub. */
import { keepNewest } from '../support/keep-newest.ts'
import { TopicValidatorResult, type GossipSub, type Message } from '@libp2p/gossipsub'
import type { Logger } from '@libp2p/interface'
import type { Clock } from '../support/clock.ts'
import { MAX_TOPIC_MESSAGE_BYTES, type Network, type TopicHandler, type Verdict } from './network.ts'
import { OFFENCES } from './offences.ts'

export interface TopicsComponents {
  pubsub: GossipSub
  clock: Clock
  log: Pick<Logger, 'error'>
  /** Whether messages reach a peer now. */
  hears(peer: string): boolean
  penalise(peer: string, reason: string, points: number): void
  /** We take part in other topics than before. */
  onChange(): void
}

/** How long somebody of a topic is sought, and of how many topics at a time. */
const SOUGHT_MS = 3 * 60_000
const MAX_SOUGHT = 16

export interface Topics extends Pick<Network, 'subscribe' | 'subscribers' | 'publish' | 'seek'> {
  /** Takes part from now on. Nothing is published before. */
  start(): void
  stop(): void
  /** The topics that we take part in. */
  names(): string[]
  /** The topics of which somebody is sought and nobody is there. */
  sought(): ReadonlySet<string>
}

export const RESULTS = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject
} as const satisfies Record<Verdict, TopicValidatorResult>

export function createTopics({ pubsub, clock, log, hears, penalise, onChange }: TopicsComponents): Topics {
  const handlers = new Map<string, TopicHandler>()
  /** until when, and how many are enough */
  const sought = new Map<string, { until: number; least: number }>()
  let running = false

  async function judge(topic: string, from: string, message: Message): Promise<Verdict> {
    const handler = handlers.get(topic)
    if (handler === undefined) return 'ignore'
    if (message.type !== 'signed' || message.data.length > MAX_TOPIC_MESSAGE_BYTES) return 'reject'
    try {
      return await handler(message.data, { from, publisher: message.from.toString() })
    } catch (error) {
      log.error('a handler of %s failed: %e', topic, error)
      return 'ignore'
    }
  }

  function join(topic: string): void {
    pubsub.topicValidators.set(topic, async (peer, message) => {
      const from = peer.toString()
      const verdict = await judge(topic, from, message)
      if (verdict === 'reject') penalise(from, `a message on ${topic}`, OFFENCES.rejected)
      return RESULTS[verdict]
    })
    pubsub.subscribe(topic)
  }

  const subscribers = (topic: string): string[] =>
    running
      ? pubsub
          .getSubscribers(topic)
          .map((peer) => peer.toString())
          .filter(hears)
      : []

  return {
    start() {
      running = true
      for (const topic of handlers.keys()) join(topic)
    },
    stop() {
      running = false
    },
    names: () => [...handlers.keys()],
    seek(topic, least = 1) {
      sought.delete(topic)
      sought.set(topic, { until: clock.now() + SOUGHT_MS, least })
      keepNewest(sought, MAX_SOUGHT)
    },
    sought() {
      for (const [topic, { until, least }] of sought) {
        if (until <= clock.now() || subscribers(topic).length >= least) sought.delete(topic)
      }
      return new Set(sought.keys())
    },
    subscribers,
    subscribe(topic, handler) {
      const before = handlers.has(topic)
      handlers.set(topic, handler)
      if (running && !before) join(topic)
      if (!before) onChange()
      return () => {
        if (handlers.get(topic) !== handler) return
        handlers.delete(topic)
        if (running) {
          pubsub.unsubscribe(topic)
          pubsub.topicValidators.delete(topic)
        }
        onChange()
      }
    },
    async publish(topic, message) {
      // with nobody there it would count as gone round, and not be said again when somebody comes
      if (subscribers(topic).length === 0) return 0
      return (await pubsub.publish(topic, message)).recipients.length
    }
  }
}
