import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { AVOIDED } from '../adapt/stands.ts'
import { toHex } from '../crypto/hash.ts'
import { UNSORTED_TOPIC } from '../schema/contract.ts'
import { loadTopics, type Topics } from '../semantic/topics/topics.ts'
import { createBook, type Book, type HeardRating } from './book.ts'
import { createDesk } from './desk.ts'
import { pack, unpack } from './packed.ts'
import { weightsOf } from './whose-word.ts'

const TRANSLATION = 'text/translation'
const STATISTICS = 'data/statistics'

let topics: Topics
beforeAll(async () => {
  topics = await loadTopics()
})

/** each rating of a contract of its own */
let contracts = 0

function rating(author: string, subject: string, score: number, more: { topic?: string; seq?: number; subjectWas?: 'leader' | 'follower' } = {}): HeardRating {
  const { topic = TRANSLATION, seq = ++contracts, subjectWas = 'follower' } = more
  const contract = toHex(new Uint8Array(32).map((_, i) => (contracts >> (8 * (i % 4))) & 0xff))
  return { author, seq, subjectWas, rating: { version: 1, contract, subject, topic, score, weight: 50, time: 1_767_225_600_000 + seq } }
}

function bookWith(...ratings: HeardRating[]): Book {
  const book = createBook({ self: 'me', topics })
  book.hear(ratings)
  book.update()
  return book
}

describe('how somebody stands', () => {
  test('follows from our own word, and from the word of those whom we rate well', () => {
    const book = bookWith(rating('me', 'ann', 100), rating('ann', 'bob', 100), rating('stranger', 'eve', 100))
    const [ann, bob, eve] = ['ann', 'bob', 'eve'].map((agent) => book.standing(agent, TRANSLATION))
    expect(ann?.level).toBeGreaterThan(0.1)
    expect(bob?.level).toBeGreaterThan(0)
    expect(eve?.level).toBe(0)
    expect(ann).toMatchObject({ topic: TRANSLATION, ratings: { good: 1, bad: 0 }, excluded: null })
    expect(book.esteem('ann')).toBeGreaterThan(0.1)
    expect(book.esteem('nobody')).toBe(0)
  })

  test('is by topic, and brings some hope next door but no word', () => {
    const book = bookWith(rating('me', 'ann', 100))
    const nextDoor = [...topics.children('text')].find((topic) => topic !== TRANSLATION && topics.similarity(topic, TRANSLATION) > 0.3)!
    expect(book.standing('ann', nextDoor)).toMatchObject({ record: 0 })
    const far = topics.children('data').find((topic) => topics.similarity(topic, TRANSLATION) === 0)!
    expect(book.standing('ann', far)).toMatchObject({ level: 0, record: 0 })
  })

  test('falls by complaints of those whose word counts, and not by those of strangers', () => {
    const book = bookWith(rating('me', 'ann', 100), rating('stranger', 'ann', -100), rating('me', 'eve', -100))
    expect(book.standing('ann', TRANSLATION)).toMatchObject({ excluded: null, ratings: { good: 1, bad: 1 } })
    expect(book.standing('eve', TRANSLATION)).toMatchObject({ level: 0, excluded: 'complaints' })
    expect(book.esteem('eve')).toBeLessThan(0)
  })

  test('those of whom is complained can be listed, but for who is good at something else or has forked its log', () => {
    const book = bookWith(
      ...[rating('me', 'ann', 100), rating('me', 'eve', -100), rating('me', 'bob', -100), rating('me', 'cid', -100), rating('stranger', 'dan', -100)],
      ...[rating('me', 'bob', 100, { topic: STATISTICS }), rating('me', 'fay', -100, { subjectWas: 'leader' }), rating('me', 'gus', -100)]
    )
    expect(book.doubtful(9)).toEqual(['eve', 'cid', 'gus'])
    expect(book.doubtful(2)).toEqual(['eve', 'cid'])
    book.forked('cid')
    book.update()
    expect(book.doubtful(9)).toEqual(['eve', 'gus'])
    for (const agent of book.doubtful(9)) expect(book.esteem(agent)).toBeLessThanOrEqual(AVOIDED)
  })

  test('as one who asks says nothing of its work', () => {
    const book = bookWith(rating('me', 'ann', 100, { subjectWas: 'leader' }))
    expect(book.standing('ann', TRANSLATION)).toMatchObject({ level: 0, ratings: { good: 0, bad: 0 } })
    expect(book.record('ann')).toEqual([])
    expect(book.asking('ann').level).toBeGreaterThan(0)
  })

  test('is the better the more one trusts those who speak for it', () => {
    const book = bookWith(rating('judge', 'bob', 100))
    expect(book.standing('bob', TRANSLATION).level).toBe(0)
    book.trust(new Map([['judge', 1]]))
    expect(book.update()).toBe(true)
    expect(book.standing('bob', TRANSLATION).level).toBeGreaterThan(0)
    book.trust(new Map())
    book.update()
    expect(book.standing('bob', TRANSLATION).level).toBe(0)
  })

  test('says what kind of work it may be given', () => {
    const book = bookWith(rating('me', 'ann', 100), rating('me', 'eve', -100))
    expect(book.standing('ann', TRANSLATION)).toMatchObject({ footing: 'known' })
    expect(book.standing('eve', TRANSLATION)).toMatchObject({ footing: 'excluded' })
    expect(book.standing('bob', TRANSLATION)).toMatchObject({ footing: 'stranger' })
    expect(book.standing('ann', TRANSLATION).expectation).toBeGreaterThan(book.standing('eve', TRANSLATION).expectation)
    const nextDoor = [...topics.children('text')].find((topic) => topic !== TRANSLATION && topics.similarity(topic, TRANSLATION) > 0.3)!
    book.hear([rating('me', 'dan', 100, { topic: nextDoor })])
    book.update()
    expect(book.standing('ann', nextDoor)).toMatchObject({ footing: 'promising', record: 0 })
  })

  test('tries strangers the less the worse those did who were tried, whoever else speaks for them', () => {
    const book = bookWith(rating('me', 'ann', 100))
    const before = book.standing('bob', TRANSLATION).strangers
    book.hear(['s1', 's2', 's3'].map((agent) => rating('me', agent, -100)))
    book.update()
    const after = book.standing('bob', TRANSLATION).strangers
    expect(after).toBeLessThan(before / 2)
    book.hear(Array.from({ length: 20 }, (_, i) => rating(`sock ${i}`, `puppet ${i}`, 100)))
    book.update()
    expect(book.standing('bob', TRANSLATION).strangers).toBe(after)
    expect(book.standing('bob', STATISTICS).strangers).toBe(before)
    expect(createBook({ self: 'me', topics, saved: book.save() }).standing('bob', TRANSLATION).strangers).toBe(after)
  })

  test('counts in no topic that nobody knows, but in what could not be sorted', () => {
    const book = bookWith(rating('me', 'ann', 100, { topic: 'made/up' }), rating('me', 'bob', 100, { topic: UNSORTED_TOPIC }))
    expect(book.standing('ann', 'made/up')).toMatchObject({ topic: null, level: 0 })
    expect(book.standing('bob', UNSORTED_TOPIC).level).toBeGreaterThan(0)
  })
})

describe('lists of judges that are followed', () => {
  const judges = Array.from({ length: 6 }, (_, i) => `judge ${i}`)
  const workers = Array.from({ length: 5 }, (_, i) => `worker ${i}`)
  const anyRating = fc.record({ from: fc.constantFrom('me', 'ann', ...judges), to: fc.constantFrom(...workers, ...judges), score: fc.integer({ min: -100, max: 100 }) })
  const heardOf = (ratings: Array<{ from: string; to: string; score: number }>) =>
    ratings.flatMap(({ from, to, score }) => (from === to ? [] : rating(from, to, score)))
  /** how all stand, to as many digits as an update is precise */
  const standings = (book: Book) =>
    [...workers, ...judges].map((agent) => {
      const { level, record, excluded } = book.standing(agent, TRANSLATION)
      return { agent, level: Math.round(level * 1e5), record: Math.round(record * 1e5), excluded }
    })
  const follow = (book: Book, ...lists: string[][]) => {
    book.trust(weightsOf('me', ['ann'], lists))
    book.update()
  }

  test('left again, they leave nothing behind', () => {
    fc.assert(
      fc.property(fc.array(anyRating, { maxLength: 40 }), fc.array(fc.subarray(judges, { minLength: 1 }), { minLength: 1, maxLength: 3 }), (ratings, lists) => {
        const book = bookWith(...heardOf(ratings))
        follow(book)
        const before = standings(book)
        follow(book, ...lists)
        follow(book)
        expect(standings(book)).toEqual(before)
      }),
      { seed: 35, numRuns: 60 }
    )
  })

  test('a list of many brings no more than one agent whom one chose', () => {
    const many = Array.from({ length: 64 }, (_, i) => `sock puppet ${i}`)
    const book = bookWith(rating('ann', 'good', 100), ...many.map((one) => rating(one, 'bad', 100)))
    follow(book, many)
    const [good, bad] = ['good', 'bad'].map((agent) => book.standing(agent, TRANSLATION))
    expect(bad?.level).toBeGreaterThan(0)
    expect(bad?.level).toBeCloseTo(good?.level ?? 0, 6)
  })
})

test('what is taken back counts no more, and whoever forked has said nothing and is believed nothing', () => {
  const first = rating('me', 'ann', 100)
  const book = bookWith(first, rating('ann', 'bob', 100))
  book.withdrawn('me', first.seq, first.seq + 1)
  book.update()
  expect(book.standing('ann', TRANSLATION)).toMatchObject({ level: 0, ratings: { good: 0, bad: 0 } })

  const other = bookWith(rating('me', 'ann', 100), rating('ann', 'bob', 100))
  other.forked('ann')
  other.update()
  expect(other.standing('ann', TRANSLATION)).toMatchObject({ level: 0, excluded: 'proven' })
  expect(other.standing('bob', TRANSLATION).level).toBe(0)
  expect(other.esteem('ann')).toBe(-1)
  expect(other.hear([rating('ann', 'bob', 100)])).toBe(0)
})

test('why: whose word, by which way, in names', () => {
  const book = bookWith(rating('me', 'ann', 100), rating('ann', 'bob', 100), rating('me', 'bob', -20))
  const why = book.why('bob', TRANSLATION)
  expect(why).toMatchObject({ agent: 'bob', topic: TRANSLATION })
  expect(why?.raters.map(({ agent }) => agent).sort()).toEqual(['ann', 'me'])
  expect(why?.paths[0]?.agents).toEqual(['me', 'ann', 'bob'])
  expect(book.why('nobody', TRANSLATION)).toBeNull()
})

test('a book that was kept with another seed has the likeness of topics that they have now', () => {
  const ratings = [rating('me', 'ann', 100), rating('me', 'bob', 100, { topic: STATISTICS })]
  const before = createBook({ self: 'me', topics: { ...topics, similarity: () => 0.9 } })
  before.hear(ratings)
  before.update()
  const saved = structuredClone(before.save())
  expect(saved.engine.similarity).toContain(0.9)
  const again = createBook({ self: 'me', topics, saved })
  expect(again.save().engine.similarity).toEqual(bookWith(...ratings).save().engine.similarity)
  again.update()
  expect(again.standing('ann', STATISTICS)).toEqual(bookWith(...ratings).standing('ann', STATISTICS))
})

test('a book that was kept goes on where it was', () => {
  const book = bookWith(rating('me', 'ann', 100), rating('ann', 'bob', 80, { topic: STATISTICS }), rating('me', 'eve', -100))
  book.trust(new Map([['ann', 1]]))
  book.update()
  const again = createBook({ self: 'me', topics, saved: structuredClone(book.save()) })
  for (const agent of ['ann', 'bob', 'eve']) expect(again.record(agent)).toEqual(book.record(agent))
  const more = rating('ann', 'carl', 100, { topic: STATISTICS })
  for (const one of [book, again]) {
    one.hear([more])
    one.update()
  }
  expect(again.standing('carl', STATISTICS)).toEqual(book.standing('carl', STATISTICS))
  expect(again.has('ann', more.seq)).toBe(true)
})

test('a desk takes no book of another agent, of another version, or one that is damaged', async () => {
  const kept = pack(bookWith(rating('me', 'ann', 100)).save())
  const levelWith = async (self: string, saved: unknown) => {
    const desk = createDesk({ loadTopics: async () => topics })
    await desk.open({ self, saved })
    return (await desk.standings([{ agent: 'ann', topic: TRANSLATION }]))[0]?.ratings.good
  }
  expect(await levelWith('me', structuredClone(kept))).toBe(1)
  expect(await levelWith('somebody else', structuredClone(kept))).toBe(0)
  const saved = unpack(structuredClone(kept)) as { engine: { version: number }; version: number }
  expect(await levelWith('me', pack({ ...saved, version: 2 }))).toBe(0)
  expect(await levelWith('me', pack({ ...saved, engine: { ...saved.engine, version: 9 } }))).toBe(0)
  for (const nonsense of [null, 'x', 3, [], {}]) expect(await levelWith('me', nonsense)).toBe(0)
})
