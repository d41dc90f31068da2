import type { GossipSub } from '@libp2p/gossipsub'
import { expect, test } from 'vitest'
import { createTestTime } from '../support/testing/time.ts'
import { createTopics } from './topics.ts'

function setUp() {
  const clock = createTestTime()
  const subscribers = new Map<string, string[]>()
  const pubsub = {
    getSubscribers: (topic: string) => subscribers.get(topic) ?? [],
    topicValidators: new Map(),
    subscribe: () => undefined,
    unsubscribe: () => undefined
  } as unknown as GossipSub
  const topics = createTopics({
    pubsub,
    clock,
    log: { error: () => undefined },
    hears: () => true,
    penalise: () => undefined,
    onChange: () => undefined
  })
  topics.start()
  return { clock, topics, come: (topic: string, ...peers: string[]) => subscribers.set(topic, peers) }
}

test('somebody of a topic is sought until one is there, or for some minutes', async () => {
  const { clock, topics, come } = setUp()
  topics.seek('a')
  topics.seek('b')
  expect([...topics.sought()]).toEqual(['a', 'b'])
  come('a', 'somebody')
  expect([...topics.sought()]).toEqual(['b'])
  await clock.pass(4 * 60_000)
  expect([...topics.sought()]).toEqual([])
})

test('where one is too few, somebody is sought until there are enough', () => {
  const { topics, come } = setUp()
  topics.seek('a', 3)
  come('a', 'x', 'y')
  expect([...topics.sought()]).toEqual(['a'])
  come('a', 'x', 'y', 'z')
  expect([...topics.sought()]).toEqual([])
})

test('of so many topics only, those that were asked for last', () => {
  const { topics } = setUp()
  for (let i = 0; i < 100; i++) topics.seek(`${i}`)
  expect([...topics.sought()]).toEqual(Array.from({ length: 16 }, (_, i) => `${84 + i}`))
})
