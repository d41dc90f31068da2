import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvalidBytesError } from '../schema/codec.ts'
import { KEEPS, type Capability, type Constraint, type Intention, type State } from '../schema/declaration.ts'
import type { Header } from '../schema/header.ts'
import { MAX_CARD_CHARACTERS } from './agent-card-json.ts'
import { DECLARATIONS_EXTENSION, fromAgentCard, toAgentCard, type AgentDescription } from './agent-card.ts'
import { createDeclarations } from './declarations.ts'

const agent = `did:key:z6Mk${'a'.repeat(44)}`
const limits = { ms: 1, memoryBytes: 1, inputBytes: 1, outputBytes: 1 }
const skill: Capability = {
  kind: 'capability',
  id: 'csv-statistics',
  name: 'CSV statistics',
  description: 'Describes a table',
  tags: ['csv'],
  examples: ['average by city'],
  inputModes: ['.csv', 'text/csv', '.parquet'],
  outputModes: ['text/markdown'],
  program: '0'.repeat(64),
  limits
}
const about: AgentDescription = { agent, name: 'Ada', capabilities: [skill], intentions: [], constraint: null, state: null }

/** A card of somebody else's, with what A2A requires. */
const foreign = (fields: Record<string, unknown> = {}): Record<string, unknown> => ({
  protocolVersion: '0.3.0',
  name: 'Recipe agent',
  description: 'Cooks',
  url: 'https://example.com/a2a',
  version: '1',
  capabilities: {},
  defaultInputModes: ['text/plain'],
  defaultOutputModes: ['application/json'],
  skills: [{ id: 'cook', name: 'Cook', description: 'Finds recipes', tags: ['food'] }],
  ...fields
})
const withExtension = (params: unknown): Record<string, unknown> =>
  foreign({ capabilities: { extensions: [{ uri: DECLARATIONS_EXTENSION, params }] } })
const ids = (...own: string[]) => fromAgentCard(foreign({ skills: own.map((id) => ({ id, name: '' })) })).capabilities.map(({ id }) => id)

describe('a card of ours', () => {
  test('has the fields that A2A requires, media types for endings, and the rest in one extension', () => {
    expect(toAgentCard(about)).toEqual({
      protocolVersion: '0.3.0',
      preferredTransport: 'STARLING',
      version: '1',
      name: 'Ada',
      description: 'Offers CSV statistics',
      url: `starling:${agent}`,
      capabilities: {
        streaming: false,
        pushNotifications: false,
        stateTransitionHistory: false,
        extensions: [
          {
            uri: DECLARATIONS_EXTENSION,
            description: expect.any(String) as string,
            required: false,
            params: {
              skills: [{ id: 'csv-statistics', program: '0'.repeat(64), limits, inputModes: ['.csv', 'text/csv', '.parquet'] }],
              intentions: []
            }
          }
        ]
      },
      defaultInputModes: ['text/plain'],
      defaultOutputModes: ['text/plain'],
      skills: [
        {
          id: 'csv-statistics',
          name: 'CSV statistics',
          description: 'Describes a table',
          tags: ['csv'],
          examples: ['average by city'],
          inputModes: ['text/csv', 'application/octet-stream'],
          outputModes: ['text/markdown']
        }
      ]
    })
    expect(new URL(toAgentCard(about).url).protocol).toBe('starling:')
    expect(toAgentCard({ ...about, capabilities: [] }).description).toContain('nothing')
  })

  test('gives back what it was made of, as a value and as text, and passes nothing over', () => {
    fc.assert(
      fc.property(descriptions, (description) => {
        const card = toAgentCard(description)
        expect(fromAgentCard(card)).toEqual({ ...description, passedOver: [] })
        const asJson = JSON.parse(JSON.stringify(description)) as AgentDescription
        expect(fromAgentCard(JSON.stringify(card))).toStrictEqual({ ...asJson, passedOver: [] })
      }),
      { seed: 3, numRuns: 200 }
    )
  })

  test.each([['plain', 'x'], ['those that JSON writes with six', '\u0001']])(
    'with as many and as large declarations as are known of one agent gives them all back; characters: %s',
    (_, character) => {
      const most = mostDeclared(character)
      expect(most.capabilities).toHaveLength(64)
      expect(most.intentions).toHaveLength(64)
      const text = JSON.stringify(toAgentCard({ ...about, ...most }))
      expect(fromAgentCard(text)).toEqual({ ...about, ...most, description: expect.any(String) as string, passedOver: [] })
    }
  )
})

describe('a card of somebody else’s', () => {
  test('gives capabilities without a program, with the modes that it has for all', () => {
    expect(fromAgentCard(foreign())).toEqual({
      agent: null,
      name: 'Recipe agent',
      description: 'Cooks',
      capabilities: [
        {
          kind: 'capability',
          id: 'cook',
          name: 'Cook',
          description: 'Finds recipes',
          tags: ['food'],
          examples: [],
          inputModes: ['text/plain'],
          outputModes: ['application/json']
        }
      ],
      intentions: [],
      constraint: null,
      state: null,
      passedOver: ['“url”']
    })
  })

  test('what there is no place for is named', () => {
    const card = foreign({
      protocolVersion: '1.0',
      provider: { organization: 'O', url: 'https://o.example' },
      signatures: [],
      capabilities: { streaming: true, pushNotifications: false, extensions: [{ uri: 'https://example.com/e', required: true }, 3] },
      skills: [{ id: 'cook', name: 'Cook', description: '', tags: [], security: [] }, { id: 'wash' }, 'dry']
    })
    expect(fromAgentCard(card).passedOver).toEqual([
      '“url”',
      '“provider”',
      '“signatures”',
      'protocolVersion “1.0”',
      'capabilities: “streaming”',
      'extension “https://example.com/e”',
      'extension of type undefined',
      'skill “cook”: “security”',
      expect.stringMatching(/^skill 2: name: /),
      expect.stringMatching(/^skill 3: : /)
    ])
  })

  test('ids become ours, no two alike, and one that is ours already is kept', () => {
    expect(ids('Über Cook!', 'uber-cook', 'UBER COOK', '', '日本', '-', 'a.b', 'a', 'a')).toEqual([
      'uber-cook-2', 'uber-cook', 'uber-cook-3', 'skill', 'skill-2', 'skill-3', 'a-b', 'a', 'a-2'
    ])
    const long = 'x'.repeat(80)
    expect(ids(long, `${long}y`)).toEqual(['x'.repeat(64), `${'x'.repeat(62)}-2`])
    expect(fromAgentCard(foreign({ skills: [{ id: 'A', name: '' }] })).passedOver).toContain('skill “A”: its id; it is a here')
  })

  test('what is too long is cut, and modes that are too long are left out', () => {
    const { name, capabilities, passedOver } = fromAgentCard(
      foreign({
        name: 'n'.repeat(100),
        skills: [
          {
            id: 'a',
            name: 'a',
            description: 'd'.repeat(2000),
            tags: Array(30).fill('t'),
            inputModes: ['text/plain', `text/${'x'.repeat(90)}`]
          }
        ]
      })
    )
    expect(name).toHaveLength(80)
    expect(capabilities[0]).toMatchObject({ description: `${'d'.repeat(999)}…`, tags: Array(24).fill('t'), inputModes: ['text/plain'] })
    expect(passedOver.slice(1)).toEqual([
      'skill “a”: description: what is beyond 1000 characters',
      'skill “a”: tags: 6 of 30',
      expect.stringMatching(/^skill “a”: inputModes “text\/x+…”$/),
      'name: what is beyond 80 characters'
    ])
  })
})

describe('our extension in a card of somebody else’s', () => {
  const beyond = { program: '1'.repeat(64), limits }

  test('is of the skill whose id it has as the card has it', () => {
    const card = { ...withExtension({ skills: [{ id: 'Cook', ...beyond }] }), skills: [{ id: 'Cook', name: '' }, { id: 'Cook', name: '' }] }
    const programs = fromAgentCard(card).capabilities.map(({ id, program }) => [id, program])
    expect(programs).toEqual([['cook', beyond.program], ['cook-2', undefined]])
  })

  test('counts as far as it fits; the rest is named', () => {
    const { capabilities, intentions, constraint, state, passedOver } = fromAgentCard(
      withExtension({
        skills: [{ id: 'cook', program: 'x', limits }, { id: 'cook', ...beyond }, { id: 'bake', ...beyond }, null],
        intentions: [{ kind: 'intention', goal: 'Bread', tags: [] }, { kind: 'intention', goal: 1 }],
        constraint: { kind: 'state' },
        state: 'open',
        mood: 'good'
      })
    )
    expect(capabilities[0]).not.toHaveProperty('program')
    expect(intentions).toEqual([{ kind: 'intention', goal: 'Bread', tags: [] }])
    expect([constraint, state]).toEqual([null, null])
    expect(passedOver.map((what) => what.split(': ').slice(0, 2).join(': '))).toEqual([
      '“url”',
      'extension: “mood”',
      'extension: skill “cook”',
      'extension: skill of type undefined',
      'extension: intention 2',
      'extension: constraint',
      'extension: state',
      'extension: skill “cook”',
      'extension: skill “bake”, which the card does not have'
    ])
  })

  test.each([undefined, null, 1, [], { skills: 1, intentions: {} }])('%j as its params is no error', (params) => {
    expect(fromAgentCard(withExtension(params)).capabilities).toHaveLength(1)
  })
})

describe('what is no card', () => {
  const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels))
  const circle: Record<string, unknown> = foreign()
  circle['self'] = [circle, circle]

  test.each<[string, unknown]>([
    ['ten million characters', `{"name":"${'x'.repeat(10_000_000)}","skills":[]}`],
    ['ten million characters in a value', foreign({ x: 'x'.repeat(10_000_000) })],
    ['a list with nothing in it', foreign({ skills: new Array(1e9) })],
    ['what is within itself', circle],
    ['deep nesting', foreign({ x: nested(10_000) })],
    ['deep nesting as text', '['.repeat(MAX_CARD_CHARACTERS)],
    ['deep nesting behind quotation marks', `{"\\"":${'['.repeat(64)}${']'.repeat(64)},"name":"","skills":[]}`],
    ['a long list', foreign({ skills: Array(2049).fill({}) })],
    ['no JSON', '{'],
    ['nothing', undefined],
    ['null', null],
    ['a list', []],
    ['a name that is none', foreign({ name: 1 })],
    ['no skills', foreign({ skills: undefined })],
    ['skills that are no list', foreign({ skills: { length: 1 } })]
  ])('%s is refused', (_, json) => {
    expect(() => fromAgentCard(json)).toThrow(InvalidBytesError)
  })

  test.each<[string, unknown, string]>([
    // before it is parsed, which would find no end
    ['levels without end', '['.repeat(65), 'expected at most 64 levels'],
    ['other text', 'Dear agent', 'expected JSON, got something else'],
    ['no name', foreign({ name: undefined }), 'expected a card with a “name” and a list of “skills”; “name” is missing or something else'],
    ['no object', 'null', 'expected a card with a “name” and a list of “skills”']
  ])('%s: what is wrong is said in words', (_, json, words) => {
    expect(() => fromAgentCard(json)).toThrow(words)
  })

  test('brackets within texts are no levels', () => {
    const name = `\\"${'[{'.repeat(99)}\\`
    expect(fromAgentCard(JSON.stringify(foreign({ name: name.slice(0, 80) }))).name).toBe(name.slice(0, 80))
  })

  test('two thousand skills are the first of them, and the others are counted', () => {
    const skills = Array.from({ length: 2000 }, () => ({ id: '', name: '' }))
    const { capabilities, passedOver } = fromAgentCard(foreign({ skills }))
    expect(capabilities).toHaveLength(64)
    expect(new Set(capabilities.map(({ id }) => id)).size).toBe(64)
    expect(passedOver).toContain('skills: 1936 of 2000')
    expect(passedOver).toHaveLength(65)
    expect(passedOver.at(-1)).toMatch(/^and \d+ more$/)
  })

  test('names that objects have are only names', () => {
    const text = `{"name":"a","__proto__":{"polluted":1},"constructor":1,"skills":[
      {"id":"__proto__","name":"a","__proto__":{"tags":["x"]}},{"id":"constructor","name":"b"}],
      "capabilities":{"extensions":[{"uri":"${DECLARATIONS_EXTENSION}","params":{"__proto__":{"skills":[1]}}}]}}`
    const { capabilities, passedOver } = fromAgentCard(text)
    expect(capabilities.map(({ id, tags }) => [id, tags])).toEqual([['proto', []], ['constructor', []]])
    expect(capabilities[1]).not.toHaveProperty('program')
    expect(passedOver).toEqual(expect.arrayContaining(['“__proto__”', '“constructor”', 'extension: “__proto__”']))
    expect({}).not.toHaveProperty('polluted')
  })

  test('any other value is refused or taken, within our limits', () => {
    const field = fc.constantFrom('name', 'skills', 'url', 'capabilities', 'description', 'defaultInputModes', 'version')
    fc.assert(
      fc.property(fc.dictionary(field, fc.jsonValue()), fc.boolean(), (fields, whole) => {
        try {
          const { capabilities, passedOver } = fromAgentCard(whole ? fields : foreign(fields))
          expect(capabilities.length + passedOver.length).toBeLessThanOrEqual(64 + 65)
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidBytesError)
        }
      }),
      { seed: 8, numRuns: 300 }
    )
  })
})

/** All that can be known of an agent at once, each text of one character and as long as it may be. */
function mostDeclared(character: string): Pick<AgentDescription, 'capabilities' | 'intentions'> {
  const filled = (length: number): string => character.repeat(length)
  const many = (count: number, length: number): string[] => Array<string>(count).fill(filled(length))
  // with one ending among them they are in a card twice
  const modes = ['.csv', ...many(23, 78).map((mode, i) => `${mode}${i}`)]
  // 4096 characters as JSON
  const schema = { $comment: 'x'.repeat(4096 - JSON.stringify({ $comment: '' }).length) }
  const declarations = createDeclarations({ self: agent, onCapability: () => undefined })
  const add = (seq: number, kind: 'capability' | 'intention', body: unknown): void => {
    declarations.add({ author: agent, header: { kind, seq, time: 1, expiry: null } as Header, body })
  }
  for (let i = 0; i < 70; i++) {
    add(2 * i + 1, 'intention', { kind: 'intention', version: 1, goal: filled(2000), tags: many(24, 40) })
    add(2 * i + 2, 'capability', {
      kind: 'capability',
      version: 1,
      id: `${i}-`.padEnd(64, 'x'),
      name: filled(80),
      description: filled(1000),
      tags: many(24, 40),
      examples: many(12, 200),
      inputModes: modes,
      outputModes: modes,
      program: 'f'.repeat(64),
      limits: { ms: 600_000, memoryBytes: 64 * 2 ** 20, inputBytes: 16 * 2 ** 20, outputBytes: 4 * 2 ** 20 },
      terms: { languages: Array(32).fill('deu'), region: 'DE', price: 1e9, keeps: 'nothing', tier: 3 },
      input: schema,
      output: schema,
      topic: `text/${'x'.repeat(91)}`
    })
  }
  return {
    capabilities: declarations.capabilities(2).map(({ declaration }) => declaration),
    intentions: declarations.intentions(2).map(({ declaration }) => declaration)
  }
}

const text = (maxLength: number) => fc.string({ maxLength, unit: 'grapheme' }).filter(({ length }) => length <= maxLength)
const several = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 4 })
const languages = fc.subarray(['de', 'en', 'fra'])
const region = fc.constantFrom('DE', 'FR')
const tier = fc.nat(3)
const mode = fc.constantFrom('.csv', 'text/csv', '.parquet', 'text/*', '*/*', 'application/json', '.JSON', '')
const schema = fc.oneof(
  fc.boolean(),
  fc.dictionary(text(10), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 3 }).filter((one) => JSON.stringify(one).length < 4000)
)
const terms = fc.record({ languages, region: fc.option(region), price: fc.nat(100), keeps: fc.constantFrom(...KEEPS), tier })
const required = ['kind', 'id', 'name', 'description', 'tags', 'examples', 'inputModes', 'outputModes', 'program', 'limits'] as const
const capabilities = fc.uniqueArray(
  fc.record(
    {
      kind: fc.constant('capability' as const),
      version: fc.constant(1 as const),
      id: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,63}$/),
      name: text(80),
      description: text(1000),
      tags: several(text(40)),
      examples: several(text(200)),
      inputModes: several(mode),
      outputModes: several(mode),
      program: fc.stringMatching(/^[0-9a-f]{64}$/),
      limits: fc.constant(limits),
      terms,
      input: schema,
      output: schema,
      topic: fc.constant('text/translation')
    },
    { requiredKeys: [...required] }
  ),
  { maxLength: 4, selector: ({ id }) => id }
)
const intentions = several(
  fc.record(
    { kind: fc.constant('intention' as const), version: fc.constant(1 as const), goal: text(2000), tags: several(text(40)) },
    { requiredKeys: ['kind', 'goal', 'tags'] }
  )
) satisfies fc.Arbitrary<Intention[]>
const constraint = fc.record({
  kind: fc.constant('constraint' as const),
  facts: fc.record({ languages, region: fc.option(region), tier }),
  insists: fc.record({ languages, regions: fc.array(region), minTier: tier }, { requiredKeys: [] })
}) satisfies fc.Arbitrary<Constraint>
const state = fc.record({
  kind: fc.constant('state' as const),
  open: fc.boolean(),
  load: fc.constantFrom('idle' as const, 'busy' as const, 'full' as const),
  power: fc.constantFrom('mains' as const, 'battery' as const, 'low' as const),
  metered: fc.boolean(),
  at: fc.nat()
}) satisfies fc.Arbitrary<State>
const descriptions = fc.record({
  agent: fc.stringMatching(/^did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/),
  name: text(80),
  description: text(1000),
  capabilities,
  intentions,
  constraint: fc.option(constraint),
  state: fc.option(state)
})
