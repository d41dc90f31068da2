import { beforeEach, describe, expect, test } from 'vitest'
import type { Entry } from '../log/log.ts'
import { NO_STAND, type Stand } from './constraints.ts'
import { AVOIDED, createStands, type Stands } from './stands.ts'
import { table } from './table.ts'

const HOUR_MS = 60 * 60_000

let now: number
let esteem: Map<string, number>
let stands: Stands

beforeEach(() => {
  now = 1_767_225_600_000
  esteem = new Map()
  stands = createStands(() => now, (agent) => esteem.get(agent) ?? 0)
})

const inRegion = (region: string, regions: string[] = []): Stand => ({
  facts: { languages: [], region, tier: 0 },
  insists: regions.length === 0 ? {} : { regions }
})

function entry(seq: number, body: { kind: string }, { time = now, expiry = null }: { time?: number; expiry?: number | null } = {}): Entry {
  return { author: 'a', header: { seq, kind: body.kind, time, expiry, sketch: null }, body } as Entry
}
const constraint = (stand: Stand) => ({ kind: 'constraint', ...stand })
const back = (seq: number) => ({ kind: 'withdrawal', seq })

describe('what an agent says in its log', () => {
  test('holds until it says otherwise, and only that is news', () => {
    expect(stands.of('a')).toBeNull()
    expect(stands.hear(entry(1, constraint(inRegion('DE'))))).toBe(true)
    expect(stands.of('a')).toEqual(inRegion('DE'))
    now += 1
    expect(stands.hear(entry(2, constraint(inRegion('DE'))))).toBe(false)
    now += 1
    expect(stands.hear(entry(3, constraint(inRegion('FR'))))).toBe(true)
    expect(stands.of('a')).toEqual(inRegion('FR'))
  })

  test('gives way to nothing that was said before it', () => {
    stands.hear(entry(2, constraint(inRegion('FR'))))
    expect(stands.hear(entry(1, constraint(inRegion('DE')), { time: now - 1 }))).toBe(false)
    expect(stands.of('a')).toEqual(inRegion('FR'))
  })

  test('lapses when its header says so, and after its life at the latest', () => {
    for (const [expiry, lives] of [[now + HOUR_MS, HOUR_MS], [null, table.constraint.lifeMs], [Infinity, table.constraint.lifeMs]] as const) {
      const start = now
      expect(stands.hear(entry(1, constraint(inRegion('DE')), { expiry }))).toBe(true)
      now = start + lives - 1
      expect(stands.of('a')).not.toBeNull()
      now = start + lives
      expect(stands.of('a')).toBeNull()
      now += 1
    }
    expect(stands.hear(entry(2, constraint(inRegion('DE')), { time: now - table.constraint.lifeMs }))).toBe(false)
  })

  test('is taken back by a later entry that names it, and by no other', () => {
    stands.hear(entry(5, constraint(inRegion('DE'))))
    for (const one of [entry(6, back(4)), entry(5, back(5)), entry(4, back(5)), entry(6, { kind: 'withdrawal' })]) {
      expect(stands.hear(one)).toBe(false)
    }
    expect(stands.of('a')).toEqual(inRegion('DE'))
    expect(stands.hear(entry(6, back(5)))).toBe(true)
    expect(stands.of('a')).toBeNull()
    expect(stands.hear(entry(7, back(5)))).toBe(false)
  })

  test('is nothing when it is no constraint, or calls itself something else', () => {
    const nonsense = { kind: 'constraint', facts: { languages: [], region: 'Germany', tier: 0 }, insists: {} }
    expect(stands.hear(entry(1, nonsense))).toBe(false)
    const disguised = entry(2, constraint(inRegion('DE')))
    expect(stands.hear({ ...disguised, header: { ...disguised.header, kind: 'intention' } })).toBe(false)
    expect(stands.of('a')).toBeNull()
  })
})

describe('what an agent shows when we meet', () => {
  test('is believed for a day, and no withdrawal takes it back', () => {
    expect(stands.shown('a', inRegion('DE'))).toBe(true)
    expect(stands.shown('a', inRegion('DE'))).toBe(false)
    expect(stands.hear(entry(2, back(1)))).toBe(false)
    now += 24 * HOUR_MS - 1
    expect(stands.of('a')).toEqual(inRegion('DE'))
    now += 1
    expect(stands.of('a')).toBeNull()
  })

  test('when it shows nothing, it insists on nothing any more; of whom nothing was known, nothing is', () => {
    expect(stands.shown('a', undefined)).toBe(false)
    expect(stands.of('a')).toBeNull()
    stands.hear(entry(1, constraint(inRegion('DE'))))
    expect(stands.shown('a', undefined)).toBe(true)
    expect(stands.of('a')).toEqual(NO_STAND)
  })
})

describe('with whom we don’t work', () => {
  test('is who breaks what we insist on, or whose terms we break; who says nothing is met, and not worked with', () => {
    stands.setOurs(inRegion('DE', ['DE']))
    expect([stands.clash('a'), stands.against('a').length]).toEqual([false, 1])
    stands.shown('a', inRegion('FR'))
    expect([stands.clash('a'), stands.against('a').length]).toEqual([true, 1])
    stands.shown('a', inRegion('DE', ['FR']))
    expect([stands.clash('a'), stands.against('a').length]).toEqual([true, 1])
    stands.shown('a', inRegion('DE'))
    expect([stands.clash('a'), stands.against('a')]).toEqual([false, []])
  })

  test('is who forked its log, who was caught lying three times, and of whom others complain', () => {
    stands.shun('forker')
    expect([stands.caughtLying('liar'), stands.caughtLying('liar')]).toEqual([false, false])
    expect(stands.clash('liar')).toBe(false)
    expect(stands.caughtLying('liar')).toBe(true)
    esteem.set('bungler', AVOIDED)
    esteem.set('mediocre', AVOIDED + 0.01)
    for (const agent of ['forker', 'liar', 'bungler']) expect([agent, stands.clash(agent), stands.against(agent).length]).toEqual([agent, true, 1])
    expect([stands.clash('mediocre'), stands.against('mediocre')]).toEqual([false, []])
    expect(['forker', 'liar', 'bungler'].map(stands.esteem)).toEqual([-1, 0, AVOIDED])
  })
})

test('of more agents than are remembered, those heard of longest ago are forgotten', () => {
  stands.shown('first', inRegion('DE'))
  for (let i = 0; i < 4096; i++) stands.shown(`agent ${i}`, inRegion('DE'))
  expect([stands.of('first'), stands.of('agent 0')]).toEqual([null, inRegion('DE')])
})
