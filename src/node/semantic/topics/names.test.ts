import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SENTENCE_DIMENSIONS } from '../sentences/model.ts'
import { equallyLong } from './directions.ts'
import { NAMES, createNames, type Firm, type Names, type NamesOptions } from './names.ts'

/** A vector that points one way, and some another. */
function towards(axis: number, aside = 0, by = 0): Float32Array {
  const vector = new Float32Array(SENTENCE_DIMENSIONS)
  // many numbers, as in a real one: of a single one the largest part would be cut
  for (let i = 0; i < 64; i++) vector[axis * 64 + i] = 1
  for (let i = 0; i < 64; i++) vector[aside * 64 + i] = (vector[aside * 64 + i] ?? 0) + by
  return vector
}

const tree: Record<string, string[]> = {
  text: ['text/translation', 'text/proofreading'],
  'text/translation': ['text/translation/subtitle-translation', 'text/translation/legal-translation']
}
const firm: Firm = {
  has: (path) => path in tree || Object.values(tree).flat().includes(path),
  children: (path) => tree[path] ?? [],
  direction: (path) => (path === 'text/translation' ? equallyLong(towards(0)) : null)
}
const create = (options: Partial<NamesOptions> = {}): Names => createNames(firm, { ...NAMES, ...options })

function declare(names: Names, name: string, agents: number, vector: Float32Array | null = null, from = 0): void {
  for (let i = from; i < from + agents; i++) names.learn(name, { agent: `agent ${i}`, vector })
}

describe('a name', () => {
  test('is known when enough different agents declare it, and no longer when they do not', () => {
    const names = create()
    declare(names, 'crafts/pottery/glazes', 2)
    names.learn('crafts/pottery/glazes', { agent: 'agent 1' }, { agent: 'agent 1' })
    expect(names.known()).toEqual([])
    names.learn('crafts/pottery/glazes', { agent: 'agent 2' })
    expect(names.known()).toEqual(['crafts/pottery/glazes'])
    names.forget('crafts/pottery/glazes', 'agent 0')
    expect(names.known()).toEqual([])
    names.forget('crafts/pottery/glazes', 'agent 1')
    names.forget('crafts/pottery/glazes', 'agent 2')
    expect(names.held).toBe(0)
  })

  test('with the same words counts as a firm one at once', () => {
    const names = create()
    expect(names.canonical('text/translation/subtitles')).toBe('text/translation/subtitle-translation')
    expect(names.canonical('text/translating/film')).toBe('text/translation/film')
    declare(names, 'text/translation/subtitles', 5)
    expect(names.held).toBe(0)
    expect(names.canonical('text/interpreting')).toBe('text/interpreting')
  })

  test('with the same words as a known one counts as that at once, whoever uses it', () => {
    const names = create()
    expect(names.canonical('crafts/pottery/glazing')).toBe('crafts/pottery/glazing')
    declare(names, 'crafts/pottery/glazes', 3)
    expect(names.canonical('crafts/pottery/glazing')).toBe('crafts/pottery/glazes')
    expect(names.canonical('crafts/pottery/glazing/lead')).toBe('crafts/pottery/glazes/lead')
    names.forget('crafts/pottery/glazes', 'agent 0')
    expect(names.canonical('crafts/pottery/glazing')).toBe('crafts/pottery/glazing')
  })

  test('with the same words as a known one counts as that, the more used one', () => {
    const names = create()
    declare(names, 'crafts/pottery/glazes', 3)
    declare(names, 'crafts/pottery/glazing', 4)
    expect(names.canonical('crafts/pottery/glazes')).toBe('crafts/pottery/glazing')
    expect(names.known()).toEqual(['crafts/pottery/glazing'])
    // whatever is above
    declare(names, 'crafts/wood/glazes', 3)
    expect(names.canonical('crafts/wood/glazes')).toBe('crafts/wood/glazes')
  })

  test('that means the same counts as the known one, and one that does not stands', () => {
    const names = create()
    declare(names, 'crafts/pottery/glazes', 4, towards(1))
    declare(names, 'crafts/pottery/vitreous-coats', 3, towards(1, 2, 0.4))
    declare(names, 'crafts/pottery/kilns', 3, towards(1, 2, -0.9))
    expect(names.canonical('crafts/pottery/vitreous-coats')).toBe('crafts/pottery/glazes')
    expect(names.canonical('crafts/pottery/vitreous-coats/lead')).toBe('crafts/pottery/glazes/lead')
    expect(names.known()).toEqual(['crafts/pottery/glazes', 'crafts/pottery/kilns'])
  })

  test('that means the same as a topic of the seed counts as that', () => {
    const names = create()
    declare(names, 'text/other-tongues', 3, towards(0))
    expect(names.canonical('text/other-tongues')).toBe('text/translation')
    expect(names.canonical('text/other-tongues/subtitles')).toBe('text/translation/subtitle-translation')
  })

  test('below one that counts as another is below what that counts as', () => {
    const names = create()
    declare(names, 'crafts/pottery', 4, towards(1))
    declare(names, 'crafts/ceramics', 3, towards(1))
    declare(names, 'crafts/ceramics/kilns', 3)
    expect(names.known()).toEqual(['crafts/pottery', 'crafts/pottery/kilns'])
    expect(names.canonical('crafts/ceramics/kilns')).toBe('crafts/pottery/kilns')
  })

  test('that would become too long counts as what it is below', () => {
    const names = create()
    const long = `crafts/${'x'.repeat(85)}`
    declare(names, long, 4, towards(1))
    declare(names, 'crafts/pottery', 3, towards(1))
    expect(names.canonical('crafts/pottery/kilns')).toBe(long)
  })

  test('has as its users who declare it, and who declare what counts as it, each once', () => {
    const names = create()
    declare(names, 'crafts/pottery/glazes', 4, towards(1))
    declare(names, 'crafts/pottery/coats', 3, towards(1), 2)
    names.learn('crafts/pottery/glazing', { agent: 'agent 9' })
    expect(names.canonical('crafts/pottery/coats')).toBe('crafts/pottery/glazes')
    expect(names.users('crafts/pottery/glazes')).toBe(6)
    expect(names.users('crafts/pottery/coats')).toBe(0)
  })

  test.for([
    ['of another length', new Float32Array(3).fill(1)],
    ['of nothing', new Float32Array(SENTENCE_DIMENSIONS)],
    ['of what is no number', new Float32Array(SENTENCE_DIMENSIONS).fill(NaN)]
  ] as const)('with a vector %s goes by its words', ([, vector]) => {
    const names = create()
    declare(names, 'crafts/pottery/glazes', 3, vector)
    expect(names.known()).toEqual(['crafts/pottery/glazes'])
    expect(names.direction('crafts/pottery/glazes')).toBeNull()
  })
})

describe('somebody hostile', () => {
  test('changes nothing alone, with a thousand names', () => {
    const names = create()
    declare(names, 'crafts/pottery/glazes', 3, towards(1))
    declare(names, 'crafts/pottery/kilns', 2, towards(2))
    for (let i = 0; i < 1000; i++) names.learn(`crafts/pottery/x${i}`, { agent: 'mallory', vector: towards(1) })
    expect(names.held).toBe(2 + NAMES.mostOfAnAgent)
    expect(names.known()).toEqual(['crafts/pottery/glazes'])
    declare(names, 'crafts/pottery/kilns', 1, towards(2), 2)
    expect(names.known()).toEqual(['crafts/pottery/glazes', 'crafts/pottery/kilns'])
  })

  test('would change much alone, were names known at once and not counted by agent', () => {
    const flood = (names: Names): void => {
      for (let i = 0; i < 1000; i++) names.learn(`crafts/pottery/x${i}`, { agent: 'mallory' })
    }
    const atOnce = create({ leastAgents: 1 })
    flood(atOnce)
    expect(atOnce.known()).toHaveLength(NAMES.mostOfAnAgent)
    for (const [mostOfAnAgent, known] of [[NAMES.mostOfAnAgent, ['crafts/pottery/kilns']], [Infinity, []]] as const) {
      const names = create({ mostOfAnAgent, mostHeld: 500, mostKnown: 100 })
      declare(names, 'crafts/pottery/kilns', 1)
      flood(names)
      // what the first one said is forgotten, or is not
      declare(names, 'crafts/pottery/kilns', 2, null, 1)
      expect(names.known()).toEqual(known)
    }
  })

  test('makes nobody forget what is known, and fills no memory, with many names and agents', () => {
    const names = create({ mostHeld: 50, mostKnown: 20 })
    declare(names, 'crafts/pottery/glazes', 3)
    for (let i = 0; i < 2000; i++) names.learn(`crafts/pottery/x${i}`, { agent: `mallory ${i}` })
    expect(names.held).toBe(50)
    expect(names.known()).toEqual(['crafts/pottery/glazes'])
    // a new name still comes in
    declare(names, 'crafts/pottery/kilns', 3)
    expect(names.known()).toEqual(['crafts/pottery/glazes', 'crafts/pottery/kilns'])
  })

  test('makes no name of the seed count as another', () => {
    const names = create()
    for (const name of ['text/translation', 'text/proofreading', 'text/translation/legal-translation']) {
      declare(names, name, 16, towards(3))
      declare(names, `${name}s`, 16, towards(0))
      expect(names.canonical(name)).toBe(name)
    }
    declare(names, 'text/carrying-over', 16, towards(0))
    expect(names.canonical('text/translation')).toBe('text/translation')
    expect(names.canonical('text/carrying-over')).toBe('text/translation')
  })

  test('outweighs no others by one vector, whatever its numbers', () => {
    const names = create()
    declare(names, 'crafts/pottery/glazes', 4, towards(1))
    declare(names, 'crafts/pottery/coats', 5, towards(1), 10)
    names.learn('crafts/pottery/coats', { agent: 'mallory', vector: towards(5).map((value) => -1e30 * value) })
    expect(names.canonical('crafts/pottery/glazes')).toBe('crafts/pottery/coats')
  })

  test('is counted once for a name, with the newest vector', () => {
    const names = create({ leastAgents: 1 })
    names.learn('crafts/pottery/glazes', { agent: 'a', vector: towards(1) })
    names.learn('crafts/pottery/glazes', { agent: 'a', vector: towards(2) })
    expect(names.direction('crafts/pottery/glazes')?.[2 * 64]).toBe(127)
    expect(names.direction('crafts/pottery/glazes')?.[1 * 64]).toBe(0)
  })
})

const part = fc.constantFrom('pottery', 'ceramics', 'glazes', 'glazing', 'kilns', 'translation', 'translating', 'subtitles', 'film')
const name = fc
  .tuple(fc.constantFrom('crafts', 'text'), fc.array(part, { minLength: 1, maxLength: 3 }))
  .map(([area, parts]) => [area, ...parts].join('/'))
const use = fc.record({ name, agent: fc.integer({ min: 0, max: 4 }), axis: fc.option(fc.integer({ min: 0, max: 2 })) })
const seed = Math.floor(Math.random() * 2 ** 31)

describe(`whatever is declared (seed ${seed})`, () => {
  const learn = (names: Names, uses: ReadonlyArray<{ name: string; agent: number; axis: number | null }>): Names => {
    for (const { name, agent, axis } of uses) {
      names.learn(name, { agent: String(agent), vector: axis === null ? null : towards(axis, 3, 0.2) })
    }
    return names
  }
  const distinct = fc.uniqueArray(use, { selector: ({ name, agent }) => `${agent} ${name}`, maxLength: 60 })
  const unbounded = { leastAgents: 2, mostOfAnAgent: 100 }

  test('what a name counts as counts as itself', () => {
    fc.assert(
      fc.property(distinct, fc.array(name), (uses, asked) => {
        const names = learn(create(unbounded), uses)
        for (const one of [...asked, ...uses.map(({ name }) => name)]) {
          const counts = names.canonical(one)
          expect(names.canonical(counts)).toBe(counts)
          if (firm.has(one)) expect(counts).toBe(one)
        }
        for (const known of names.known()) expect(names.canonical(known)).toBe(known)
      }),
      { seed, numRuns: 150 }
    )
  })

  test('the order in which it came changes nothing', () => {
    const shuffled = distinct.chain((uses) => fc.tuple(fc.constant(uses), fc.shuffledSubarray(uses, { minLength: uses.length })))
    fc.assert(
      fc.property(shuffled, ([uses, others]) => {
        const [one, other] = [learn(create(unbounded), uses), learn(create(unbounded), others)]
        expect(other.known()).toEqual(one.known())
        for (const { name } of uses) expect(other.canonical(name)).toBe(one.canonical(name))
        for (const known of one.known()) expect(other.direction(known)).toEqual(one.direction(known))
      }),
      { seed, numRuns: 150 }
    )
  })

  test('a tree that follows another has the same names', () => {
    fc.assert(
      fc.property(distinct, fc.array(name), (uses, asked) => {
        const [names, follower] = [learn(create(unbounded), uses), create()]
        follower.follow(structuredClone(names.learned()))
        expect(follower.known()).toEqual(names.known())
        for (const one of [...asked, ...uses.map(({ name }) => name)]) expect(follower.canonical(one)).toBe(names.canonical(one))
        follower.follow({ known: [], aliases: [] })
        expect(follower.known()).toEqual([])
      }),
      { seed, numRuns: 150 }
    )
  })

  test('the bounds hold', () => {
    const bounds = { leastAgents: 2, mostKnown: 3, mostHeld: 8, mostOfAnAgent: 5, mostAgents: 4 }
    fc.assert(
      fc.property(fc.array(fc.record({ use, forget: fc.boolean() }), { maxLength: 100 }), (steps) => {
        const names = create(bounds)
        for (const { use: one, forget } of steps) {
          if (forget) names.forget(one.name, String(one.agent))
          else learn(names, [one])
          expect(names.held).toBeLessThanOrEqual(bounds.mostHeld)
          expect(names.known().length).toBeLessThanOrEqual(bounds.mostKnown)
        }
        // an agent that has taken back all is counted for nothing
        for (const { use: one } of steps) for (let agent = 0; agent < 5; agent++) names.forget(one.name, String(agent))
        expect(names.held).toBe(0)
      }),
      { seed, numRuns: 150 }
    )
  })
})
