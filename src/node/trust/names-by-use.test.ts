/** What becomes of ratings in names of topics that become known, count as others, or are forgotten, after they were heard. */
import { beforeEach, describe, expect, test } from 'vitest'
import type { LearnedNames } from '../semantic/topics/names.ts'
import { loadTopics } from '../semantic/topics/topics.ts'
import type { HeardRating } from './book.ts'
import { createDesk, type Desk } from './desk.ts'
import { ASKING, MAX_BY_USE, createTopicNumbers } from './topic-numbers.ts'
import { pack } from './packed.ts'

const TRANSLATION = 'text/translation'
const SURTITLES = 'text/translation/opera-surtitles'
const CAPTIONS = 'text/translation/stage-captions'

let desk: Desk
let lastSeq: number

beforeEach(async () => {
  lastSeq = 0
  desk = createDesk({ loadTopics })
  await desk.open({ self: 'me', saved: null })
})

function rating(author: string, subject: string, score: number, topic: string): HeardRating {
  const seq = ++lastSeq
  const contract = seq.toString(16).padStart(8, '0').padEnd(64, '0')
  return {
    author,
    seq,
    subjectWas: 'follower',
    rating: { version: 1, contract, subject, topic, score, weight: 100, time: 1_767_225_600_000 }
  }
}
async function hear(...ratings: HeardRating[]): Promise<number> {
  const counted = await desk.hear(ratings)
  await desk.update()
  return counted
}
async function follow(learned: Partial<LearnedNames>): Promise<{ moved: boolean; fresh: string[] }> {
  const sorted = await desk.follow({ known: [], aliases: [], ...learned })
  await desk.update()
  return sorted
}
/** How Ann and Bob stand, to so many places: what was moved is added up in another order. */
async function figures(of: Desk): Promise<unknown> {
  const all = [...(await of.record('ann')), ...(await of.record('bob')), ...(await of.standings([{ agent: 'bob', topic: TRANSLATION }]))]
  return all.map(({ agent, topic, ratings, excluded, ...one }) => [
    agent,
    topic,
    ratings,
    excluded,
    ...[one.level, one.record, one.opinion.value, one.opinion.weight].map((figure) => figure.toFixed(5))
  ])
}
const standing = async (topic: string, agent = 'ann') => (await desk.standings([{ agent, topic }]))[0]

describe('a rating in a name by use', () => {
  test('counts once the name is known, and is asked for anew when it was heard before', async () => {
    const early = rating('me', 'ann', 100, SURTITLES)
    expect(await hear(early)).toBe(0)
    expect(await desk.has([early])).toEqual([false])
    expect(await follow({ known: [SURTITLES] })).toEqual({ moved: false, fresh: [SURTITLES] })
    expect(await hear(early)).toBe(1)
    expect(await standing(SURTITLES)).toMatchObject({ topic: SURTITLES, ratings: { good: 1, bad: 0 } })
    expect((await standing(SURTITLES))?.record).toBeGreaterThan(0.1)
    // next door it is a hope, as it is anywhere in the tree
    expect(await standing(TRANSLATION)).toMatchObject({ record: 0 })
    expect((await standing(TRANSLATION))?.level).toBeGreaterThan(0)
    // nothing is new the second time
    expect(await follow({ known: [SURTITLES] })).toEqual({ moved: false, fresh: [] })
  })

  test('counts in that as which the name counts now, and by itself again when it does not any more', async () => {
    await follow({ known: [SURTITLES, CAPTIONS] })
    const said = [rating('me', 'ann', 100, SURTITLES), rating('me', 'ann', -10, CAPTIONS), rating('me', 'bob', 100, CAPTIONS)]
    await hear(...said)
    const apart = await figures(desk)

    const merged = { known: [SURTITLES], aliases: [[CAPTIONS, SURTITLES]] } as const
    expect(await follow(merged)).toMatchObject({ moved: true })
    for (const topic of [SURTITLES, CAPTIONS]) {
      expect(await standing(topic)).toMatchObject({ topic: SURTITLES, ratings: { good: 1, bad: 1 } })
    }
    expect((await desk.record('bob')).map(({ topic }) => topic)).toEqual([SURTITLES])
    // as if all had been said after it
    const fromTheStart = createDesk({ loadTopics })
    await fromTheStart.open({ self: 'me', saved: null })
    await fromTheStart.follow(merged)
    await fromTheStart.hear(said)
    await fromTheStart.update()
    expect(await figures(fromTheStart)).toEqual(await figures(desk))

    expect(await follow({ known: [SURTITLES, CAPTIONS] })).toMatchObject({ moved: true })
    expect(await figures(desk)).toEqual(apart)
  })

  test('that is taken back after its name came to count as another goes from where it counts', async () => {
    const said = rating('me', 'ann', 100, CAPTIONS)
    await follow({ known: [SURTITLES, CAPTIONS] })
    await hear(said)
    await follow({ known: [SURTITLES], aliases: [[CAPTIONS, SURTITLES]] })
    await desk.withdrawn('me', said.seq, said.seq + 1)
    await desk.update()
    expect(await standing(SURTITLES)).toMatchObject({ record: 0, ratings: { good: 0, bad: 0 } })
  })

  test('that was heard while its name counted as another is still one in that name', async () => {
    await follow({ known: [SURTITLES], aliases: [[CAPTIONS, SURTITLES]] })
    await hear(rating('me', 'ann', 100, CAPTIONS))
    expect(await standing(CAPTIONS)).toMatchObject({ topic: SURTITLES, ratings: { good: 1, bad: 0 } })
    await follow({ known: [SURTITLES, CAPTIONS] })
    expect(await standing(CAPTIONS)).toMatchObject({ topic: CAPTIONS, ratings: { good: 1, bad: 0 } })
    expect(await standing(SURTITLES)).toMatchObject({ ratings: { good: 0, bad: 0 } })
  })

  test('goes on counting when the name is forgotten: whoever made it known can’t undo what was said in it', async () => {
    await follow({ known: [SURTITLES, CAPTIONS] })
    await hear(rating('me', 'ann', -100, SURTITLES))
    await follow({ known: [SURTITLES], aliases: [[CAPTIONS, SURTITLES]] })
    await hear(rating('me', 'bob', 100, CAPTIONS))
    expect(await follow({})).toEqual({ moved: false, fresh: [] })
    expect(await standing(SURTITLES)).toMatchObject({ excluded: 'complaints' })
    expect(await standing(CAPTIONS, 'bob')).toMatchObject({ topic: SURTITLES, ratings: { good: 1, bad: 0 } })
    // in a name that never counted nothing counts
    expect(await hear(rating('me', 'ann', 100, 'text/translation/made-up'))).toBe(0)
  })

  test('counts where it did when the book was kept', async () => {
    await follow({ known: [SURTITLES, CAPTIONS] })
    await hear(rating('me', 'ann', 100, CAPTIONS))
    await follow({ known: [SURTITLES], aliases: [[CAPTIONS, SURTITLES]] })
    const before = await desk.record('ann')
    const again = createDesk({ loadTopics })
    await again.open({ self: 'me', saved: structuredClone(await desk.save()) })
    expect(await again.record('ann')).toEqual(before)
    // until it is told again what names count as, and then as it was told
    desk = again
    expect(await follow({ known: [SURTITLES, CAPTIONS] })).toEqual({ moved: true, fresh: [] })
    expect(await standing(CAPTIONS)).toMatchObject({ topic: CAPTIONS, ratings: { good: 1, bad: 0 } })
    expect(await standing(SURTITLES)).toMatchObject({ record: 0, ratings: { good: 0, bad: 0 } })
  })
})

test('a book from before names by use were told opens as it was', async () => {
  await hear(rating('me', 'ann', 100, TRANSLATION))
  const { counted, ...old } = (await desk.save()) as { counted: unknown }
  expect(counted).toEqual([])
  const again = createDesk({ loadTopics })
  await again.open({ self: 'me', saved: pack(structuredClone(old)) })
  expect(await again.record('ann')).toEqual(await desk.record('ann'))
})

test('names by use are so many at most, and leave those of the seed their place', async () => {
  const topics = await loadTopics()
  const numbers = createTopicNumbers({ topics, add: () => undefined })
  const made = Array.from({ length: 2 * MAX_BY_USE }, (_, i) => `text/translation/x${i}`)
  for (let i = 0; i < made.length; i += 128) {
    const known = made.slice(i, i + 128)
    topics.follow({ known, aliases: [] })
    numbers.sortAnew(known)
  }
  expect(numbers.find(made.at(-1) ?? '')).toBeNull()
  expect(numbers.find(made[0] ?? '')).not.toBeNull()
  expect(numbers.save().names).toHaveLength([ASKING].length + MAX_BY_USE)
  expect(numbers.find(TRANSLATION)).not.toBeNull()
  expect(numbers.find('other/unsorted')).not.toBeNull()
})
