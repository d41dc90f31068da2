import { beforeEach, describe, expect, test } from 'vitest'
import type { Entry, LogEvents } from '../log/log.ts'
import type { Sketch } from '../schema/header.ts'
import type { Change } from '../store/changes.ts'
import { createEmitter, type Emitter } from '../support/emitter.ts'
import { aCapability } from '../semantic/testing/a-capability.ts'
import { createTestTime, type TestTime } from '../support/testing/time.ts'
import { createDeclarations, type Declarations } from './declarations.ts'
import { createHearing, type Hearing } from './hearing.ts'
import { createStands, type Stands } from './stands.ts'

const NOW = 1_767_225_600_000
const SELF = 'us'
const HONEST: Sketch = [1, new Uint8Array(32), []]
const LYING: Sketch = [1, new Uint8Array(32).fill(255), []]
/** right, as it turns out after a while */
const SLOW: Sketch = [1, new Uint8Array(32).fill(1), []]
const UNKNOWN_MODEL: Sketch = [9, new Uint8Array(32), []]
/** of a model that is not there from the beginning */
const HONEST_LATER: Sketch = [4, new Uint8Array(32), []]
const LYING_LATER: Sketch = [4, new Uint8Array(32).fill(255), []]

/** what the logs hold, and of which entries they have dropped the body */
let held: Entry[]
let forks: string[]
let dropped: Array<[author: string, seq: number]>
let logs: Emitter<LogEvents>
/** what we tell other tabs, and what they tell us */
let told: Change[]
let otherTab: Emitter<{ change: Change }>
let declarations: Declarations
let stands: Stands
let hearing: Hearing
let time: TestTime
/** whether the model is there that comes later, and what tells that it is */
let isThere: boolean
let models: Emitter<{ model: undefined }>
/** when it is told of slow sketches whether they are right */
let modelIsFree: Promise<void>
/** how often it was asked whether a sketch is right */
let asked: number
/** what was handed on, in order */
let seen: string[]
let frauds: string[]

beforeEach(() => {
  held = []
  forks = []
  dropped = []
  told = []
  seen = []
  frauds = []
  logs = createEmitter()
  otherTab = createEmitter()
  time = createTestTime(NOW)
  isThere = false
  models = createEmitter()
  asked = 0
  modelIsFree = Promise.resolve()
  declarations = createDeclarations({ self: SELF, onCapability: () => undefined })
  stands = createStands(() => NOW)
  const name = ({ author, header: { kind, seq } }: Entry) => `${kind} ${seq} of ${author}`
  hearing = createHearing({
    self: SELF,
    logs: {
      on: logs.on,
      async entries(author, { after = 0, limit } = {}) {
        return held.filter((one) => one.author === author && one.header.seq > after).slice(0, limit)
      },
      async *declared(wanted) {
        yield* held.filter(({ author, header: { seq, kind } }) => wanted?.({ author, seq, kind }) !== false)
      },
      async forks({ after = '', limit } = {}) {
        return forks.filter((author) => author > after).slice(0, limit).map((author) => [author, new Uint8Array()])
      },
      async dropBody(author, seq) {
        dropped.push([author, seq])
        held = held.map((one) => (one.author === author && one.header.seq === seq ? { ...one, body: null } : one))
      }
    },
    network: { reconsider: () => seen.push('reconsider') },
    meaning: {
      async tells(_, sketch) {
        asked++
        if (sketch === SLOW) await modelIsFree
        if (sketch === UNKNOWN_MODEL || (sketch[0] === 4 && !isThere)) return null
        return sketch !== LYING && sketch !== LYING_LATER
      },
      comesLater: ([model]) => model === 4,
      onModel: (listener) => models.on('model', listener)
    },
    declarations,
    stands,
    ratings: {
      hear: async (entry) => void seen.push(name(entry)),
      async hearWithdrawal(entry) {
        expect(entry.header.kind).not.toBe('rating')
      }
    },
    judges: {
      hear: async (entry) => {
        if (entry.header.kind === 'judges') seen.push(name(entry))
      },
      drop: (agent) => seen.push(`no judges of ${agent}`)
    },
    clock: time,
    changes: { tell: (change) => told.push(change), listen: (listener) => otherTab.on('change', listener) },
    onOwn: async () => void seen.push('own'),
    onChange: () => seen.push('change'),
    report: (error) => expect.fail(String(error))
  })
  hearing.onFraud((agent) => frauds.push(agent))
})

function entry(author: string, seq: number, body: { kind: string }, sketch: Sketch | null = HONEST): Entry {
  return { author, header: { seq, kind: body.kind, time: NOW, expiry: null, sketch }, body } as Entry
}
const wish = (goal: string) => ({ kind: 'intention', goal, tags: [] })
const rating = { kind: 'rating' }
const insisting = { kind: 'constraint', facts: { languages: [], region: 'DE', tier: 0 }, insists: { regions: ['DE'] } }

const wanted = () => declarations.intentions(NOW).map(({ agent, declaration: { goal } }) => `${goal} of ${agent}`)
const settled = () => new Promise((resolve) => setTimeout(resolve))

/** Its body has come, or, if it is ours, it was written. */
async function comes(...entries: Entry[]): Promise<void> {
  for (const one of entries) {
    logs.emit(one.author === SELF ? 'appended' : 'body', one)
    await settled()
  }
}

describe('an entry that comes', () => {
  beforeEach(() => hearing.start())

  test('goes to whom it concerns, and the other tabs are told', async () => {
    await comes(entry('a', 1, wish('tea')), entry('a', 2, rating), entry('a', 3, { kind: 'judges' }, null), entry('a', 4, insisting, null))
    expect(wanted()).toEqual(['tea of a'])
    expect(seen).toEqual(['change', 'rating 2 of a', 'judges 3 of a', 'change'])
    expect(stands.of('a')?.facts.region).toBe('DE')
    expect(told).toEqual([1, 2, 3, 4].map((seq) => ({ what: 'entry', author: 'a', seq })))
  })

  test('of our own has what we want to hear looked at anew, is not held against its sketch, and does not bind us', async () => {
    await comes(entry(SELF, 1, wish('tea'), LYING), entry(SELF, 2, insisting, null))
    expect(wanted()).toEqual(['tea of us'])
    expect(seen).toEqual(['own', 'change'])
    expect(stands.of(SELF)).toBeNull()
  })

  test('that takes something back is not taken before what is said in its place', async () => {
    let free = (): void => undefined
    modelIsFree = new Promise((resolve) => (free = resolve))
    const offer = (seq: number, sketch: Sketch) => entry('a', seq, aCapability({ id: 'tea' }), sketch)
    await comes(entry('a', 1, wish('cake')), offer(2, HONEST), offer(3, SLOW), entry('a', 4, { kind: 'withdrawal', seq: 2 } as never))
    await comes(entry('b', 1, wish('coffee')))
    expect(declarations.capabilities(NOW).map(({ seq }) => seq)).toEqual([2])
    expect(wanted()).toEqual(['cake of a', 'coffee of b'])
    free()
    await settled()
    expect(declarations.capabilities(NOW).map(({ seq }) => seq)).toEqual([3])
  })

  test('is taken when its sketch is of a model that is not here', async () => {
    await comes(entry('a', 1, wish('tea'), UNKNOWN_MODEL))
    expect(wanted()).toEqual(['tea of a'])
  })

  test('is refused when its sketch lies, and at the third its author is not listened to or met any more', async () => {
    await comes(entry('a', 1, wish('tea')), entry('a', 2, wish('pills'), LYING), entry('a', 3, wish('pills'), LYING))
    expect(wanted()).toEqual(['tea of a'])
    expect(seen).not.toContain('reconsider')
    await hearing.refuse(entry('a', 4, rating, LYING))
    expect(dropped).toEqual([['a', 2], ['a', 3], ['a', 4]])
    expect(seen).toContain('reconsider')
    expect(stands.clash('a')).toBe(true)
    await comes(entry('a', 5, wish('coffee')))
    expect(wanted()).toEqual([])
  })

  test('after the end is not heard', async () => {
    hearing.stop()
    await comes(entry('a', 1, wish('tea')))
    otherTab.emit('change', { what: 'fork', author: 'a' })
    await settled()
    expect([wanted(), seen, told, frauds]).toEqual([[], [], [], []])
  })
})

test('a header without its body is news, too', async () => {
  await hearing.start()
  logs.emit('accepted', entry('a', 1, wish('tea')))
  expect(seen).toEqual(['change'])
})

describe('whoever forks its log', () => {
  test.each([
    ['is told here', () => logs.emit('fork', { author: 'a', proof: new Uint8Array() })],
    ['is told by another tab', () => otherTab.emit('change', { what: 'fork', author: 'a' })]
  ])('is not listened to or met any more, when it %s', async (_, tell) => {
    await hearing.start()
    await comes(entry('a', 1, wish('tea')))
    seen = []
    tell()
    await settled()
    expect(frauds).toEqual(['a'])
    expect(seen).toEqual(expect.arrayContaining(['no judges of a', 'reconsider', 'change']))
    expect(stands.clash('a')).toBe(true)
    await comes(entry('a', 2, wish('coffee')))
    expect(wanted()).toEqual([])
  })

  test('is told to the other tabs, and not again by who has heard it from one', async () => {
    await hearing.start()
    otherTab.emit('change', { what: 'fork', author: 'a' })
    await settled()
    expect(told).toEqual([])
    logs.emit('fork', { author: 'b', proof: new Uint8Array() })
    expect(told).toEqual([{ what: 'fork', author: 'b' }])
  })
})

describe('at the start', () => {
  test('what the logs hold is read, but for ratings, and by nobody who has forked its log, however many have', async () => {
    forks = Array.from({ length: 1025 }, (_, i) => `forker ${String(i).padStart(4, '0')}`)
    const last = forks.at(-1)!
    held = [entry('a', 1, wish('tea')), entry('a', 2, rating), entry('a', 3, { kind: 'judges' }, null), entry(last, 1, wish('pills'))]
    await hearing.start()
    expect(wanted()).toEqual(['tea of a'])
    expect(frauds).toEqual(forks)
    expect(seen.filter((one) => !one.startsWith('no judges'))).toEqual(['judges 3 of a'])
    expect([...dropped, ...told]).toEqual([])
  })

  test('what comes meanwhile is heard', async () => {
    held = [entry('a', 1, wish('tea'))]
    const started = hearing.start()
    await comes(entry('b', 1, wish('coffee')))
    await started
    expect(wanted().sort()).toEqual(['coffee of b', 'tea of a'])
  })
})

test('what another tab has put into the logs is read there, and not told again', async () => {
  await hearing.start()
  held = [entry('a', 1, wish('tea')), entry('a', 2, wish('coffee')), entry('a', 3, wish('cake'))]
  otherTab.emit('change', { what: 'entry', author: 'a', seq: 2 })
  await settled()
  expect(wanted()).toEqual(['coffee of a'])
  otherTab.emit('change', { what: 'tasks' } as unknown as Change)
  await settled()
  expect(wanted()).toEqual(['coffee of a'])
  expect(told).toEqual([])
})

/** It is here from now on, and all that waited has been looked at. */
async function modelComes(): Promise<void> {
  isThere = true
  models.emit('model', undefined)
  await time.pass(60_000)
}

describe('what is taken while the model is not there', () => {
  /** Three wishes that are, and three that are not, what their sketches say. */
  const said = (author: string, sketch: Sketch) => [1, 2, 3].map((seq) => entry(author, seq, wish(`wish ${seq}`), sketch))
  const all = ['wish 1 of a', 'wish 2 of a', 'wish 3 of a']

  test.each([
    ['came', async (entries: Entry[]) => {
      await hearing.start()
      held = entries
      await comes(...entries)
    }],
    ['was in the logs', async (entries: Entry[]) => {
      held = entries
      await hearing.start()
    }]
  ])('and %s is checked when it is, and who lied is not listened to or met any more', async (_, arrives) => {
    await arrives([...said('a', HONEST_LATER), ...said('b', LYING_LATER)])
    expect(wanted()).toHaveLength(6)
    await time.pass(10 * 60_000)
    expect(wanted()).toHaveLength(6)
    expect(dropped).toEqual([])
    await modelComes()
    expect(wanted().sort()).toEqual(all)
    expect(dropped.map(([author]) => author)).toEqual(['b', 'b', 'b'])
    expect(stands.clash('b')).toBe(true)
    expect(seen).toContain('reconsider')
    expect(stands.clash('a')).toBe(false)
  })

  test('counts no more after its first lie, and its author still does', async () => {
    held = [entry('a', 1, wish('tea'), HONEST_LATER), entry('a', 2, wish('pills'), LYING_LATER)]
    await hearing.start()
    await modelComes()
    expect(wanted()).toEqual(['tea of a'])
    expect(dropped).toEqual([['a', 2]])
    expect(stands.clash('a')).toBe(false)
  })

  test('is checked once, however often it is heard of', async () => {
    await hearing.start()
    held = [entry('a', 1, wish('pills'), LYING_LATER), entry('a', 2, wish('tea'), HONEST_LATER)]
    await comes(...held, ...held)
    await modelComes()
    const before = asked
    await comes(...said('a', HONEST_LATER).slice(0, 2))
    await modelComes()
    expect(asked).toBe(before)
    expect(dropped).toEqual([['a', 1]])
  })

  test('is checked when the model was only busy, and a few at a time', async () => {
    await hearing.start()
    held = Array.from({ length: 20 }, (_, i) => entry('a', i + 1, wish(`wish ${i}`), HONEST_LATER))
    await comes(...held)
    isThere = true
    asked = 0
    await time.pass(1000)
    expect(asked).toBeGreaterThan(0)
    expect(asked).toBeLessThan(20)
    await time.pass(10_000)
    expect(asked).toBe(20)
    await time.pass(10 * 60_000)
    expect(asked).toBe(20)
    expect(time.waiting).toBe(0)
  })

  test('is not asked about any more after the end, nor is what no model here knows', async () => {
    held = [entry('a', 1, wish('tea'), UNKNOWN_MODEL), entry('b', 1, { kind: 'withdrawal' }, HONEST_LATER)]
    await hearing.start()
    expect(time.waiting).toBe(0)
    await comes(entry('c', 1, wish('tea'), HONEST_LATER))
    expect(time.waiting).toBe(1)
    hearing.stop()
    expect(time.waiting).toBe(0)
  })
})

describe('a stand that is heard of in a log', () => {
  const german = { kind: 'constraint', facts: { languages: [], region: 'DE', tier: 0 }, insists: {} }
  const french = { ...german, facts: { ...german.facts, region: 'FR' } }

  test('has it decided anew who is met, where it changes that', async () => {
    await hearing.start()
    stands.setOurs({ facts: { languages: [], region: 'DE', tier: 0 }, insists: { regions: ['DE'] } })
    const changes = [
      ['fits, as nothing did', german, false],
      ['does not fit', french, true],
      ['does not, still', { ...french, insists: { regions: ['FR'] } }, false],
      ['fits again', german, true]
    ] as const
    for (const [index, [what, body, isDecidedAnew]] of changes.entries()) {
      seen = []
      const one = entry('a', index + 1, body, null)
      await comes({ ...one, header: { ...one.header, time: NOW + index } })
      expect([what, seen.includes('reconsider')]).toEqual([what, isDecidedAnew])
      expect(seen).toContain('change')
    }
  })
})
