import { beforeEach, expect, test } from 'vitest'
import type { Entry } from '../log/log.ts'
import { createJudgesLists, type JudgesListsHearing } from './judges.ts'
import { table } from './table.ts'

const agent = (n: number) => `did:key:z6Mk${String(n).padStart(44, '1').replaceAll('0', 'z')}`
const CURATOR = agent(1)
const DAY_MS = 24 * 60 * 60_000

let now: number
let news: string[]
/** kinds of the headers that are held, by author and number */
let held: Map<string, string>
let lists: JudgesListsHearing

beforeEach(() => {
  now = 1_767_225_600_000
  news = []
  held = new Map()
  lists = createJudgesLists({
    self: agent(9),
    logs: {
      async header(author, seq) {
        const kind = held.get(`${author} ${seq}`)
        return kind === undefined ? null : ({ author, header: { seq, kind } } as Entry)
      }
    },
    interests: { looksFor: () => undefined },
    append: () => Promise.reject(new Error('not here')),
    now: () => now
  })
  lists.onJudges((author) => news.push(author))
})

interface How {
  author?: string
  expiry?: number
  sketch?: unknown
}

function entry(seq: number, body: { kind: string }, { author = CURATOR, expiry, sketch = null }: How = {}): Entry {
  held.set(`${author} ${seq}`, body.kind)
  return { author, header: { seq, kind: body.kind, time: now, expiry: expiry ?? null, sketch }, body } as Entry
}
const list = (...agents: number[]) => ({ kind: 'judges', version: 1, name: 'Good judges', agents: agents.map(agent) })
const back = (seq: number) => ({ kind: 'withdrawal', seq })
const said = (of = CURATOR) => {
  const known = lists.judgesOf(of)
  return known.is === 'shared' ? known.agents : known.is
}

test('the newest list stands, in whatever order they come', async () => {
  expect(said()).toBe('unheard')
  await lists.hear(entry(5, list(2, 3)))
  await lists.hear(entry(3, list(4)))
  expect(said()).toEqual([agent(2), agent(3)])
  await lists.hear(entry(6, list(4)))
  expect(said()).toEqual([agent(4)])
  expect(news).toEqual([CURATOR, CURATOR])
})

test('one that is taken back stands no more, and no older one comes in its place', async () => {
  await lists.hear(entry(3, list(4)))
  await lists.hear(entry(5, list(2)))
  await lists.hear(entry(6, back(5)))
  expect(said()).toBe('withdrawn')
  await lists.hear(entry(4, list(3)))
  expect(said()).toBe('withdrawn')
  await lists.hear(entry(7, list(3)))
  expect(said()).toEqual([agent(3)])
  await lists.hear(entry(8, back(5)))
  await lists.hear(entry(9, back(9)))
  expect(said()).toEqual([agent(3)])
})

test('that it is taken back may be heard first, of what is not held or of a header alone', async () => {
  await lists.hear(entry(6, back(5)))
  await lists.hear(entry(5, list(2)))
  expect(said()).toBe('withdrawn')
  const other = agent(2)
  held.set(`${other} 5`, 'judges')
  await lists.hear(entry(6, back(5), { author: other }))
  await lists.hear(entry(4, list(3), { author: other }))
  expect(said(other)).toBe('withdrawn')
})

test('it lapses by its header, and at the latest by its kind', async () => {
  await lists.hear(entry(1, list(2), { expiry: now + DAY_MS }))
  await lists.hear(entry(1, list(2), { author: agent(3), expiry: now + 1000 * DAY_MS }))
  now += DAY_MS
  expect(said()).toBe('lapsed')
  now += table.judges.lifeMs - DAY_MS - 1
  expect(said(agent(3))).toEqual([agent(2)])
  now += 1
  expect(said(agent(3))).toBe('lapsed')
})

test('of who has forked its log no list stands, whatever comes', async () => {
  await lists.hear(entry(1, list(2)))
  lists.drop(CURATOR)
  await lists.hear(entry(2, list(2)))
  expect(said()).toBe('forked')
  expect(news).toHaveLength(2)
})

test.each<[string, { kind: string }, How]>([
  ['has its author on it', list(1, 2), {}],
  ['has a sketch', list(2), { sketch: [1, new Uint8Array(32), [1]] }],
  ['names one twice', list(2, 2), {}],
  ['is ours', list(2), { author: agent(9) }],
  ['has a key too many', Object.assign(list(2), { more: 1 }), {}]
])('what %s is none', async (_, body, how) => {
  await lists.hear(entry(1, body, how))
  expect(said(how.author)).toBe('unheard')
  expect(news).toEqual([])
})

test('those that are looked for are remembered however many others there are', async () => {
  lists.lookForJudges([CURATOR])
  await lists.hear(entry(1, list(2)))
  for (let n = 1000; n < 2100; n++) await lists.hear(entry(1, list(2), { author: agent(n) }))
  expect(said()).toEqual([agent(2)])
  expect(said(agent(1000))).toBe('unheard')
  expect(said(agent(2099))).toEqual([agent(2)])
})
