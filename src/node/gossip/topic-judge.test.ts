import { expect, test } from 'vitest'
import type { Verdict as LogVerdict } from '../log/accept.ts'
import { createTestTime } from '../support/testing/time.ts'
import { recordShard } from './shards.ts'
import { strangersHeader, testCodebook } from './testing/party.ts'
import { createTopicJudge } from './topic-judge.ts'
import type { Forks } from './forks.ts'

const FROM = { from: 'neighbour', publisher: 'author' }

/** A judge of a shard of everything, whose log answers so. */
function setUp(status: 'new' | 'known') {
  const clock = createTestTime()
  const judge = createTopicJudge(
    {
      clock,
      codebook: testCodebook,
      forks: {} as Forks,
      take: async () => ({ status, author: 'an author', stored: { author: 'an author' } }) as unknown as LogVerdict,
      report: (error) => {
        throw error
      }
    },
    { rateLimits: true, penalties: true, forkProofs: true }
  )
  return { clock, judge: judge.headers('topic', recordShard(0, 0)) }
}

test('news that came otherwise, as by an exchange with its author, is passed on all the same', async () => {
  const { clock, judge } = setUp('known')
  const { bytes } = await strangersHeader({ time: clock.now() - 2_000 })
  expect(await judge(bytes, FROM)).toBe('accept')
  // on another of its topics, too
  expect(await judge(bytes, FROM)).toBe('accept')
})

test('what is old and known is not passed on, however often it is said again', async () => {
  const { clock, judge } = setUp('known')
  const { bytes } = await strangersHeader({ time: clock.now() - 61_000 })
  expect(await judge(bytes, FROM)).toBe('ignore')
  expect(await judge(bytes, FROM)).toBe('ignore')
})

test('of one author no more is passed on than it may say, whether it is known or not', async () => {
  for (const status of ['new', 'known'] as const) {
    const { clock, judge } = setUp(status)
    const verdicts: unknown[] = []
    for (let i = 0; i < 120; i++) {
      const { bytes } = await strangersHeader({ goal: `${i}`, time: clock.now() })
      verdicts.push(await judge(bytes, { from: `${i}`, publisher: `${i}` }))
    }
    expect(verdicts.filter((verdict) => verdict === 'accept')).toHaveLength(100)
  }
})
