import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTally, type Placed, type Tally, type TallyChange } from './tally.ts'

const seed = Math.floor(Math.random() * 2 ** 31)

/** As a test says it: authors and contracts are letters. */
interface Said {
  author: string
  seq: number
  contract: string
}

const numberOf = (letter: string): number => letter.charCodeAt(0)
const contractOf = ({ contract }: Said): Uint8Array => new Uint8Array(32).fill(numberOf(contract))
const rating = (author: string, seq: number, contract: string): Said => ({ author, seq, contract })
const placed = ({ author, seq }: Said): Placed => ({
  author: numberOf(author),
  seq,
  subject: 1,
  topic: 2,
  score: seq - 50,
  weight: 25,
  time: seq
})

const add = (tally: Tally, said: Said): TallyChange => tally.add(placed(said), contractOf(said))
const withdraw = (tally: Tally, author: string, seq: number, by: number): TallyChange => tally.withdraw(numberOf(author), seq, by)
const nameOf = ({ author, seq }: Placed): string => `${String.fromCharCode(author)} ${seq}`
const counted = (tally: Tally): string[] => [...tally.counted()].map(nameOf).sort()
const nothing: TallyChange = { out: null, in: null }

describe('of a contract', () => {
  test('one rating by each party counts', () => {
    const tally = createTally()
    const [first, other] = [rating('a', 1, 'c'), rating('b', 1, 'c')]
    expect(add(tally, first)).toEqual({ out: null, in: placed(first) })
    expect(add(tally, other)).toEqual({ out: null, in: placed(other) })
    expect(add(tally, rating('a', 2, 'c'))).toEqual(nothing)
    expect(add(tally, first)).toEqual(nothing)
    expect(counted(tally)).toEqual(['a 1', 'b 1'])
  })

  test('the first of several counts, whichever comes first', () => {
    const tally = createTally()
    const [first, second] = [rating('a', 1, 'c'), rating('a', 2, 'c')]
    add(tally, second)
    expect(add(tally, first)).toEqual({ out: placed(second), in: placed(first) })
    expect(counted(tally)).toEqual(['a 1'])
  })

  test('what is taken back does not count, and what was said anew does', () => {
    const tally = createTally()
    const [first, second] = [rating('a', 1, 'c'), rating('a', 3, 'c')]
    add(tally, first)
    expect(withdraw(tally, 'a', 1, 2)).toEqual({ out: placed(first), in: null })
    expect(counted(tally)).toEqual([])
    expect(add(tally, first)).toEqual(nothing)
    expect(add(tally, second)).toEqual({ out: null, in: placed(second) })
    const late = createTally()
    add(late, second)
    expect(withdraw(late, 'a', 1, 2)).toEqual(nothing)
    expect(counted(late)).toEqual(counted(tally))
  })
})

describe('nobody takes back', () => {
  const tally = createTally()
  add(tally, rating('a', 3, 'c'))
  test.each<[string, [string, number, number]]>([
    ['what another has said', ['b', 3, 4]],
    ['what was not said before', ['a', 3, 3]],
    ['what is still to be said', ['a', 3, 2]]
  ])('%s', (_, [author, seq, by]) => {
    expect(withdraw(tally, author, seq, by)).toEqual(nothing)
    expect(counted(tally)).toEqual(['a 3'])
  })
})

test('who has forked its log has said nothing, and says nothing more', () => {
  const tally = createTally()
  const said = [rating('a', 1, 'c'), rating('a', 2, 'd')]
  for (const one of [...said, rating('a', 3, 'd'), rating('b', 1, 'c')]) add(tally, one)
  expect(tally.drop(numberOf('a'))).toEqual(said.map(placed))
  expect(tally.drop(numberOf('a'))).toEqual([])
  expect(add(tally, rating('a', 4, 'e'))).toEqual(nothing)
  expect(withdraw(tally, 'a', 1, 5)).toEqual(nothing)
  expect(counted(tally)).toEqual(['b 1'])
})

describe(`whatever is said, in whatever order (seed ${seed})`, () => {
  type Event = { kind: 'rating'; said: Said } | { kind: 'withdrawal'; author: string; seq: number; by: number }

  /** Logs of a few authors: each entry rates one of a few contracts, or takes back an entry. */
  const logs = fc
    .array(fc.record({ author: fc.constantFrom('a', 'b', 'c'), contract: fc.constantFrom('x', 'y', 'z'), back: fc.option(fc.nat(12)) }), {
      maxLength: 40
    })
    .map((entries) => {
      const lengths = new Map<string, number>()
      return entries.map(({ author, contract, back }): Event => {
        const seq = (lengths.get(author) ?? 0) + 1
        lengths.set(author, seq)
        return back === null ? { kind: 'rating', said: rating(author, seq, contract) } : { kind: 'withdrawal', author, seq: back, by: seq }
      })
    })

  const tell = (tally: Tally, event: Event): TallyChange =>
    event.kind === 'rating' ? add(tally, event.said) : withdraw(tally, event.author, event.seq, event.by)

  /** The rule, said plainly. */
  function expected(events: readonly Event[]): string[] {
    const back = new Set(events.flatMap((one) => (one.kind === 'withdrawal' && one.seq < one.by ? [`${one.author} ${one.seq}`] : [])))
    const standing = events.flatMap((one) => (one.kind === 'rating' && !back.has(`${one.said.author} ${one.said.seq}`) ? [one.said] : []))
    const isFirst = ({ author, seq, contract }: Said) =>
      standing.every((one) => one.author !== author || one.contract !== contract || one.seq >= seq)
    return standing
      .filter(isFirst)
      .map(({ author, seq }) => `${author} ${seq}`)
      .sort()
  }

  test('the same counts, and the changes add up to it, also when it was kept and read again in between', () => {
    fc.assert(
      fc.property(
        logs.chain((events) => fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length }), fc.subarray(events), fc.nat(40))),
        ([events, shuffled, again, keptAfter]) => {
          let tally = createTally()
          const followed = new Set<string>()
          for (const [i, event] of [...shuffled, ...again].entries()) {
            if (i === keptAfter) tally = createTally(tally.save())
            const change = tell(tally, event)
            if (change.out !== null) expect(followed.delete(nameOf(change.out))).toBe(true)
            if (change.in !== null) followed.add(nameOf(change.in))
          }
          expect(counted(tally)).toEqual(expected(events))
          expect(followed).toEqual(new Set(counted(tally)))
        }
      ),
      { seed, numRuns: 500 }
    )
  })
})

test('of each agent it is told how many ratings count, good and bad by topic, also when it was kept in between', () => {
  const said = fc.record({ author: fc.nat(5), subject: fc.nat(3), topic: fc.nat(2), score: fc.integer({ min: -2, max: 2 }), contract: fc.nat(20) })
  fc.assert(
    fc.property(fc.array(said, { maxLength: 60 }), fc.nat(60), fc.nat(60), fc.nat(5), (all, keptAfter, backAt, dropped) => {
      let tally = createTally()
      all.forEach(({ contract, ...one }, i) => {
        if (i === keptAfter) tally = createTally(tally.save())
        tally.add({ ...one, seq: i + 1, weight: 50, time: i }, new Uint8Array(32).fill(contract))
        // asked while more is to come: what comes is in the next answer
        tally.ratingsOf(one.subject)
      })
      const back = all[backAt]
      if (back !== undefined) tally.withdraw(back.author, backAt + 1, all.length + 1)
      tally.drop(dropped)

      for (let subject = 0; subject <= 3; subject++) {
        const expected = new Map<number, { good: number; bad: number }>()
        for (const one of tally.counted()) {
          if (one.subject !== subject || one.score === 0) continue
          const counts = expected.get(one.topic) ?? { good: 0, bad: 0 }
          counts[one.score > 0 ? 'good' : 'bad']++
          expected.set(one.topic, counts)
        }
        expect(tally.ratingsOf(subject)).toEqual(expected)
      }
    }),
    { seed }
  )
})
