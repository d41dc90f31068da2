import { beforeEach, describe, expect, test } from 'vitest'
import type { EntryKind, Header } from '../schema/header.ts'
import { aCapability } from '../semantic/testing/a-capability.ts'
import { createDeclarations, type Declarations } from './declarations.ts'
import { table } from './table.ts'

const now = 1_700_000_000_000
const day = 24 * 60 * 60_000
let index: Map<string, number>
let declarations: Declarations

beforeEach(() => {
  index = new Map()
  declarations = create()
})

function create(limits = {}): Declarations {
  return createDeclarations({
    self: 'self',
    onCapability(id, declared) {
      if (declared === null) index.delete(id)
      else index.set(id, declared.seq)
    },
    limits
  })
}

function entry(author: string, seq: number, kind: EntryKind, body: unknown, fields: Partial<Header> = {}) {
  const header: Header = {
    version: 1,
    author: new Uint8Array(32),
    seq,
    previous: null,
    skip: null,
    kind,
    bodyHash: new Uint8Array(32),
    bodySize: 1,
    time: now,
    expiry: now + day,
    sketch: null,
    signature: new Uint8Array(64),
    ...fields
  }
  return { author, header, body }
}

const skill = (id: string) => aCapability({ id, name: id })
const declare = (author: string, seq: number, id: string, fields: Partial<Header> = {}) =>
  declarations.add(entry(author, seq, 'capability', skill(id), fields))
const withdraw = (author: string, seq: number, of: number) =>
  declarations.add(entry(author, seq, 'withdrawal', { kind: 'withdrawal', seq: of }))
const want = (author: string, seq: number, fields: Partial<Header> = {}) =>
  declarations.add(entry(author, seq, 'intention', { kind: 'intention', goal: `goal ${seq}`, tags: [] }, fields))
const live = (at = now) => declarations.capabilities(at).map(({ agent, seq, declaration }) => `${agent} ${declaration.id} ${seq}`)
const wanted = (at = now) => declarations.intentions(at).map(({ agent, seq }) => `${agent} ${seq}`)

describe('a skill', () => {
  test('is what the newest word on it says, in whatever order the words come', () => {
    expect(declare('a', 3, 'x')).toBe(true)
    expect(declare('a', 2, 'x')).toBe(false)
    declare('a', 4, 'x')
    expect(live()).toEqual(['a x 4'])
    expect(index).toEqual(new Map([['a x', 4]]))
  })

  test('that was withdrawn is gone, does not come back by an older word, and comes back by a newer one', () => {
    declare('a', 3, 'x')
    expect(withdraw('a', 4, 3)).toBe(true)
    declare('a', 2, 'x')
    expect(live()).toEqual([])
    expect(index.size).toBe(0)
    declare('a', 5, 'x')
    expect(live()).toEqual(['a x 5'])
    expect(index).toEqual(new Map([['a x', 5]]))
  })

  test('whose withdrawal came first is never there', () => {
    expect(withdraw('a', 4, 3)).toBe(false)
    declare('a', 3, 'x')
    expect(live()).toEqual([])
    expect(index.size).toBe(0)
  })

  test('is not taken back by withdrawing an older word on it', () => {
    declare('a', 1, 'x')
    declare('a', 2, 'x')
    withdraw('a', 3, 1)
    expect(live()).toEqual(['a x 2'])
  })

  test('can’t be withdrawn before it was declared, nor by another agent', () => {
    withdraw('a', 2, 5)
    declare('a', 5, 'x')
    withdraw('b', 6, 5)
    expect(live()).toEqual(['a x 5'])
  })

  test('lapses, leaves the index then, and no word stands for longer than its kind’s life', () => {
    declare('a', 1, 'x')
    declare('b', 1, 'x', { expiry: null })
    declare('c', 1, 'x', { expiry: now + 1000 * day })
    expect(live(now + day)).toEqual(['b x 1', 'c x 1'])
    expect([...index.keys()]).toEqual(['b x', 'c x'])
    expect(live(now + table.capability.lifeMs)).toEqual([])
    expect(index.size).toBe(0)
  })

  test('is found by its id for as long as it counts', () => {
    const found = (id: string, at = now) => declarations.capability(id, at)?.seq ?? null
    declare('a', 1, 'x')
    declare('a', 2, 'y', { expiry: now + 2 * day })
    withdraw('b', 2, 1)
    declare('b', 1, 'x')
    expect(['a x', 'a y', 'b x', 'a z', 'c x', 'a', ''].map((id) => found(id))).toEqual([1, 2, null, null, null, null, null])
    // it leaves the index then, as when all are asked for, however soon after another
    expect(found('a y', now + day)).toBe(2)
    expect([...index.keys()]).toEqual(['a y'])
    declare('c', 1, 'x', { expiry: now + day + 1 })
    expect(found('c x', now + day)).toBe(1)
    expect(found('c x', now + day + 1)).toBeNull()
    expect(found('a y', now + 2 * day)).toBeNull()
    expect(index.size).toBe(0)
  })

  test('says what it said, though a tag of somebody else reads like a list, or like terms', () => {
    const modes = ['text/csv']
    const terms = { languages: [], region: null, price: 0, keeps: 'nothing' as const, tier: 0 }
    const tags = [modes, terms, aCapability().limits].map((part) => JSON.stringify(part).slice(0, 40))
    const first = aCapability({ id: 'first', tags: [...tags, JSON.stringify(modes)] })
    const second = aCapability({ id: 'second', inputModes: modes, terms })
    const third = aCapability({ id: 'third', tags: [JSON.stringify(modes)] })
    for (const [i, one] of [first, second, third].entries()) declarations.add(entry('a', i + 1, 'capability', one))
    expect(declarations.capabilities(now).map(({ declaration }) => declaration)).toEqual([first, second, third])
  })

  test('shares what it says alike with others, and nothing else', () => {
    const terms = { languages: ['de'], region: null, price: 2, keeps: 'task', tier: 0 }
    const bodies = [2, 2, 9].map((price, i) => ({ ...skill(`x${i}`), inputModes: ['.csv'], outputModes: [`${i}`], terms: { ...terms, price } }))
    bodies.forEach((body, i) => declarations.add(entry('a', i + 1, 'capability', structuredClone(body))))
    const kept = declarations.capabilities(now).map(({ declaration }) => declaration)
    expect(kept).toEqual(bodies)
    expect(new Set(kept.map(({ inputModes }) => inputModes)).size).toBe(1)
    expect(new Set(kept.map((one) => one.limits)).size).toBe(1)
    expect(new Set(kept.map((one) => one.terms)).size).toBe(2)
  })

  test('in signed nonsense is left aside', () => {
    expect(declarations.add(entry('a', 1, 'capability', { kind: 'capability', id: '../x' }))).toBe(false)
    expect(declarations.add(entry('a', 2, 'withdrawal', { kind: 'withdrawal', seq: 'all' }))).toBe(false)
    expect(declarations.add(entry('a', 3, 'contract', { kind: 'contract' }))).toBe(false)
    expect(declarations.add(entry('a', 4, 'capability', null))).toBe(false)
    expect(live()).toEqual([])
  })
})

test('intentions come, lapse and are withdrawn', () => {
  want('a', 1)
  want('a', 2)
  want('a', 3, { expiry: now + 10 })
  expect(want('a', 2)).toBe(false)
  expect(withdraw('a', 4, 1)).toBe(true)
  expect(wanted()).toEqual(['a 2', 'a 3'])
  expect(wanted(now + 10)).toEqual(['a 2'])
})

test('what is refused does not count any more, and no older word on it comes back', () => {
  declare('a', 2, 'x')
  declare('a', 3, 'y')
  want('a', 4)
  want('a', 5)
  for (const seq of [2, 4, 9]) declarations.refuse('a', seq)
  declarations.refuse('b', 3)
  declare('a', 1, 'x')
  expect(live()).toEqual(['a y 3'])
  expect([...index.keys()]).toEqual(['a y'])
  expect(wanted()).toEqual(['a 5'])
})

test('an agent that forked its log is not listened to any more', () => {
  declare('a', 1, 'x')
  want('a', 2)
  declarations.drop('a')
  declare('a', 3, 'y')
  expect(live().concat(wanted())).toEqual([])
  expect(index.size).toBe(0)
})

describe('what is remembered is bounded', () => {
  test('of one agent: the newest stay', () => {
    declarations = create({ perAgent: 3 })
    for (let seq = 1; seq <= 5; seq++) declare('a', seq, `x${seq}`)
    for (let seq = 6; seq <= 10; seq++) want('a', seq)
    expect(live()).toEqual(['a x3 3', 'a x4 4', 'a x5 5'])
    expect(wanted()).toEqual(['a 8', 'a 9', 'a 10'])
    expect([...index.keys()]).toEqual(['a x3', 'a x4', 'a x5'])
  })

  test('withdrawn skills leave their place to others', () => {
    declarations = create({ perAgent: 2 })
    for (let i = 0; i < 10; i++) {
      declare('a', 2 * i + 1, `x${i}`)
      withdraw('a', 2 * i + 2, 2 * i + 1)
    }
    declare('a', 21, 'last')
    expect(live()).toEqual(['a last 21'])
  })

  test('of withdrawals of what never comes', () => {
    declarations = create({ perAgent: 2 })
    for (let i = 1; i <= 100; i++) withdraw('a', 1000 + i, i)
    declare('a', 100, 'x')
    declare('a', 1, 'y')
    // the newest withdrawals are known, the oldest were forgotten
    expect(live()).toEqual(['a y 1'])
  })

  test('of agents: those silent longest are forgotten, we are not', () => {
    declarations = create({ agents: 3 })
    declare('self', 1, 'x')
    for (const agent of ['a', 'b', 'c', 'd']) declare(agent, 1, 'x')
    expect(live()).toEqual(['self x 1', 'c x 1', 'd x 1'])
    expect([...index.keys()]).toEqual(['self x', 'c x', 'd x'])
  })
})
