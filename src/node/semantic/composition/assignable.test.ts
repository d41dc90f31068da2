import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonSchema } from '../../schema/json-schema.ts'
import { assignable, contradictory, MAX_WORK } from './assignable.ts'

type Relation = 'fits' | 'contradicts' | 'not sure'

function relation(output: JsonSchema, input: JsonSchema): Relation {
  if (assignable(output, input)) return 'fits'
  return contradictory(output, input) ? 'contradicts' : 'not sure'
}

const text = { type: 'string' }
const numbers = { type: 'array', items: { type: 'number' } }
const person = { type: 'object', properties: { name: text, age: { type: 'integer', minimum: 0 } }, required: ['name', 'age'] }

describe('what comes out, where it goes in', () => {
  test.for<[string, JsonSchema, JsonSchema, Relation]>([
    ['anything is taken', text, true, 'fits'],
    ['anything may come', true, text, 'not sure'],
    ['nothing is taken', text, false, 'contradicts'],
    ['another type', text, { type: 'number' }, 'contradicts'],
    ['one of several types', text, { type: ['string', 'null'] }, 'fits'],
    ['several types, one of which is taken', { type: ['string', 'null'] }, text, 'not sure'],
    ['a whole number is a number', { type: 'integer' }, { type: 'number' }, 'fits'],
    ['a number may be whole', { type: 'number' }, { type: 'integer' }, 'not sure'],
    ['truths are an enumeration', { type: 'boolean' }, { enum: [false, true] }, 'fits'],
    ['some of an enumeration', { enum: ['a', 'b'] }, { enum: ['c', 'b', 'a'] }, 'fits'],
    ['more than an enumeration', { enum: ['a', 'b'] }, { enum: ['a'] }, 'not sure'],
    ['other values', { enum: ['a', 1] }, { enum: ['b', 2] }, 'contradicts'],
    ['values in different parts', { enum: ['a', 'b', 3] }, { anyOf: [{ const: 'a' }, { const: 'b' }, { type: 'integer' }] }, 'fits'],
    ['the same object in another order', { const: { a: 1, b: [2] } }, { enum: [{ b: [2], a: 1 }] }, 'fits'],
    ['values of a shape', { enum: [{ name: 'Ada', age: 36 }, { name: 'Alan', age: 41, born: 1912 }] }, person, 'fits'],
    ['a value not of a shape', { const: { name: 'Ada', age: 3.5 } }, person, 'contradicts'],
    ['a shorter text', { type: 'string', minLength: 2, maxLength: 4 }, { type: 'string', maxLength: 4 }, 'fits'],
    ['a text too long', { type: 'string', minLength: 5 }, { type: 'string', maxLength: 4 }, 'contradicts'],
    ['characters are counted, not their halves', { const: '🐦🐦' }, { maxLength: 2 }, 'fits'],
    ['a positive whole number', { type: 'integer', exclusiveMinimum: 0 }, { type: 'number', minimum: 1 }, 'fits'],
    ['a positive number', { type: 'number', exclusiveMinimum: 0 }, { type: 'number', minimum: 1 }, 'not sure'],
    ['up to a bound that is not meant', { type: 'number', maximum: 1 }, { type: 'number', exclusiveMaximum: 1 }, 'not sure'],
    ['bounds that only touch', { type: 'number', maximum: 1 }, { type: 'number', exclusiveMinimum: 1 }, 'contradicts'],
    ['a list of numbers', { type: 'array', items: { enum: [1, 2] }, minItems: 1 }, numbers, 'fits'],
    ['a list of anything', { type: 'array' }, numbers, 'not sure'],
    ['a list of texts may be empty', { type: 'array', items: text }, numbers, 'not sure'],
    ['a list of texts that is not empty', { type: 'array', items: text, minItems: 1 }, numbers, 'contradicts'],
    ['an empty list', { const: [] }, numbers, 'fits'],
    ['more is known of an object', { ...person, additionalProperties: false }, { type: 'object', required: ['name'] }, 'fits'],
    ['a property may be absent', { type: 'object', properties: person.properties }, person, 'not sure'],
    ['a property is never there', { type: 'object', properties: { name: text }, additionalProperties: false }, person, 'contradicts'],
    ['more properties than are taken', person, { ...person, additionalProperties: false }, 'not sure'],
    ['a property of another type', { ...person, properties: { name: { type: 'null' } } }, person, 'contradicts'],
    ['properties by their number', { type: 'object', required: ['a', 'b'] }, { minProperties: 2 }, 'fits'],
    ['all of several', { allOf: [{ type: 'string' }, { minLength: 3 }] }, { type: 'string', minLength: 2 }, 'fits'],
    ['one of several', { oneOf: [text, { type: 'null' }] }, { oneOf: [{ type: 'null' }, { type: 'number' }, text] }, 'fits'],
    ['one of several, which overlap', { const: 5 }, { oneOf: [{ type: 'integer' }, { type: 'number' }] }, 'contradicts'],
    ['what it is not', { type: 'number' }, { not: text }, 'fits'],
    ['just what it is not', text, { not: text }, 'contradicts'],
    ['the same pattern', { type: 'string', pattern: '^a', maxLength: 3 }, { type: 'string', pattern: '^a' }, 'fits'],
    ['another pattern', { type: 'string', pattern: '^a' }, { type: 'string', pattern: '^b' }, 'not sure'],
    ['a pattern of what does not come', { type: 'number' }, { pattern: '^a' }, 'fits'],
    ['a format', text, { type: 'string', format: 'date' }, 'not sure'],
    ['words about it', text, { $schema: 'x', title: 'A', description: 'b', default: 1, examples: [], $defs: {} }, 'fits'],
    ['a keyword that nobody knows', text, { type: 'string', shouted: true }, 'not sure'],
    ['one on the other side', { type: 'string', shouted: true }, text, 'fits'],
    ['a reference', text, { $ref: '#/$defs/a', $defs: { a: text } }, 'not sure'],
    ['a reference to itself', { $ref: '#' }, { $ref: '#' }, 'not sure'],
    ['first items', { type: 'array', prefixItems: [text], items: { type: 'number' } }, numbers, 'not sure'],
    ['properties by pattern', { type: 'object', patternProperties: {}, additionalProperties: false }, { maxProperties: 0 }, 'not sure'],
    ['a keyword of another draft', { type: 'number', minimum: 1 }, { type: 'number', minimum: 0, exclusiveMinimum: true }, 'not sure'],
    ['a type that is none', { type: 'text' }, { type: 'text' }, 'not sure'],
    ['names that objects have', { type: 'object', required: ['constructor'] }, { required: ['toString'] }, 'not sure'],
    ['parts that are none', { anyOf: 'a' }, { anyOf: [1] }, 'not sure'],
    ['no part', { anyOf: [] }, text, 'fits']
  ])('%s', ([, output, input, expected]) => {
    expect(relation(output, input)).toBe(expected)
  })

  test('a property with the name of the prototype is one like others', () => {
    const own = (inner: string): JsonSchema =>
      JSON.parse(`{"type":"object","required":["__proto__"],"properties":{"__proto__":${inner}}}`) as JsonSchema
    expect(relation(own('{"type":"string"}'), own('{"type":"string"}'))).toBe('fits')
    expect(relation(own('{"type":"string"}'), own('{"type":"number"}'))).toBe('contradicts')
    expect(relation({ type: 'object' }, own('{"type":"number"}'))).toBe('not sure')
  })
})

describe('for any schemas', () => {
  const options = { seed: 7, numRuns: 600 }

  test('one that is understood fits itself, with and without what is said besides', () => {
    fc.assert(
      fc.property(schemas, (schema) => {
        expect(assignable(schema, schema, { left: 500_000 })).toBe(true)
        const [more, described] = [{ allOf: [schema, { title: 'a', shouted: true }] }, { ...schemaOf(schema), title: 'b' }]
        expect(assignable(more, described, { left: 500_000 })).toBe(true)
      }),
      options
    )
  })

  test('what is valid under one is valid under each that it fits', () => {
    let fitting = 0
    fc.assert(
      fc.property(schemas, schemas, fc.array(values, { minLength: 20, maxLength: 40 }), (a, b, samples) => {
        if (!assignable(a, b)) return
        for (const value of samples) {
          if (!isValid(value, a)) continue
          fitting++
          expect(isValid(value, b), `${JSON.stringify(value)} under ${JSON.stringify([a, b])}`).toBe(true)
        }
      }),
      options
    )
    expect(fitting).toBeGreaterThan(200)
  })

  test('what is valid under one is not valid under any that it contradicts', () => {
    let contradicting = 0
    fc.assert(
      fc.property(schemas, schemas, fc.array(values, { minLength: 20, maxLength: 40 }), (a, b, samples) => {
        if (!contradictory(a, b)) return
        for (const value of samples) {
          if (!isValid(value, a)) continue
          contradicting++
          expect(isValid(value, b), `${JSON.stringify(value)} under ${JSON.stringify([a, b])}`).toBe(false)
        }
      }),
      options
    )
    expect(contradicting).toBeGreaterThan(200)
  })

  test('a part of one fits the whole, and what is added to one fits it', () => {
    fc.assert(
      fc.property(schemas, schemas, (a, b) => {
        const work = (): { left: number } => ({ left: 500_000 })
        expect(assignable(a, { anyOf: [b, a] }, work())).toBe(true)
        expect(assignable({ allOf: [a, b] }, a, work())).toBe(true)
        expect(contradictory(a, { not: a }, work())).toBe(true)
      }),
      { ...options, numRuns: 300 }
    )
  })
})

describe('schemas made to take long', () => {
  const wide = (count: number): JsonSchema => ({
    anyOf: Array.from({ length: count }, (_, i) => ({ required: [`p${i}`], properties: { a: { enum: [i, 'x'] } } }))
  })
  let deep: JsonSchema = text
  for (let i = 0; i < 50_000; i++) deep = i % 2 === 0 ? { not: deep } : { type: 'array', items: deep, minItems: 1 }
  const nestedNot = (levels: number): JsonSchema =>
    levels === 0 ? text : { oneOf: [nestedNot(levels - 1), { not: nestedNot(levels - 1) }] }

  test.for<[string, JsonSchema]>([
    ['many parts', wide(300)],
    ['parts that multiply', { allOf: Array.from({ length: 40 }, () => wide(3)) }],
    ['deeper than any stack', deep],
    ['what it is not, again and again', nestedNot(8)],
    ['many values', { enum: Array.from({ length: 20_000 }, (_, i) => ({ i })) }],
    ['a value deeper than any stack', { const: Array.from({ length: 50_000 }).reduce<unknown>((inner) => [inner], 1) }]
  ])('%s: takes no more work than is given, and is not sure', ([, schema]) => {
    const work = { left: MAX_WORK }
    const before = performance.now()
    expect(assignable(schema, { allOf: [schema, { required: ['q'] }, { shouted: 1 }] }, work)).toBe(false)
    expect(contradictory(schema, schema, { left: MAX_WORK })).toBe(false)
    // far above what it takes, far below what it would take without an end
    expect(performance.now() - before).toBeLessThan(2000)
  })

  test('without work nothing is sure', () => {
    expect(assignable(text, text, { left: 0 })).toBe(false)
    expect(contradictory(text, numbers, { left: 0 })).toBe(false)
  })
})

const names = fc.constantFrom('a', 'b')
const scalars = fc.constantFrom<unknown>(null, true, false, 0, 1, 2, 1.5, -1, '', 'a', 'bc', '🐦')
const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalars,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(names, tie('value'))
  )
}))
const bound = fc.integer({ min: -1, max: 2 })
const size = fc.nat(2)

const { schema: schemas } = fc.letrec<{ schema: JsonSchema; parts: JsonSchema[] }>((tie) => ({
  parts: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
  schema: fc.oneof(
    { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
    fc.boolean(),
    fc.record({ type: fc.constantFrom('null', 'boolean', 'integer', 'number', 'string', 'array', 'object') }),
    fc.record({ enum: fc.array(values, { maxLength: 3 }) }),
    fc.record({ const: values }),
    fc.record(
      {
        type: fc.constantFrom<unknown>('number', 'integer', ['integer', 'null']),
        minimum: bound,
        maximum: bound,
        exclusiveMinimum: bound,
        exclusiveMaximum: bound
      },
      { requiredKeys: ['type'] }
    ),
    fc.record({ type: fc.constant('string'), minLength: size, maxLength: size }, { requiredKeys: ['type'] }),
    fc.record({ type: fc.constant('array'), items: tie('schema'), minItems: size, maxItems: size }, { requiredKeys: ['items'] }),
    fc.record(
      {
        type: fc.constant('object'),
        properties: fc.dictionary(names, tie('schema')),
        required: fc.uniqueArray(names),
        additionalProperties: tie('schema'),
        minProperties: size,
        maxProperties: size
      },
      { requiredKeys: ['properties'] }
    ),
    fc.record({ allOf: tie('parts') }),
    fc.record({ anyOf: tie('parts') }),
    fc.record({ oneOf: tie('parts') }),
    fc.record({ not: tie('schema') })
  )
}))

const schemaOf = (schema: JsonSchema): Record<string, unknown> => (typeof schema === 'boolean' ? { anyOf: [schema] } : { ...schema })

/** Draft 2020-12, as far as `schemas` goes; written after the draft and not after what is tested. */
function isValid(value: unknown, schema: unknown): boolean {
  if (typeof schema === 'boolean') return schema
  const under = (part: unknown): boolean => isValid(value, part)
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return Object.entries(schema as Record<string, unknown>).every(([keyword, says]) => {
    const number = says as number
    const parts = says as unknown[]
    switch (keyword) {
      case 'type':
        return [says].flat().some((type) => {
          if (type === 'integer') return Number.isInteger(value)
          if (type === 'array' || type === 'null') return type === 'null' ? value === null : Array.isArray(value)
          return type === 'object' ? isObject : typeof value === type
        })
      case 'enum':
        return parts.some((one) => isSame(value, one))
      case 'const':
        return isSame(value, says)
      case 'allOf':
        return parts.every(under)
      case 'anyOf':
        return parts.some(under)
      case 'oneOf':
        return parts.filter(under).length === 1
      case 'not':
        return !under(says)
    }
    if (typeof value === 'number') {
      if (keyword === 'minimum') return value >= number
      if (keyword === 'maximum') return value <= number
      if (keyword === 'exclusiveMinimum') return value > number
      if (keyword === 'exclusiveMaximum') return value < number
    }
    if (typeof value === 'string') {
      const length = Array.from(value).length
      if (keyword === 'minLength') return length >= number
      if (keyword === 'maxLength') return length <= number
    }
    if (Array.isArray(value)) {
      if (keyword === 'items') return value.every((one) => isValid(one, says))
      if (keyword === 'minItems') return value.length >= number
      if (keyword === 'maxItems') return value.length <= number
    }
    if (isObject) {
      const own = Object.entries(value)
      const named = ((schema as Record<string, unknown>)['properties'] ?? {}) as Record<string, unknown>
      if (keyword === 'properties') return own.every(([name, one]) => !Object.hasOwn(named, name) || isValid(one, named[name]))
      if (keyword === 'additionalProperties') return own.every(([name, one]) => Object.hasOwn(named, name) || isValid(one, says))
      if (keyword === 'required') return parts.every((name) => Object.hasOwn(value, name as string))
      if (keyword === 'minProperties') return own.length >= number
      if (keyword === 'maxProperties') return own.length <= number
    }
    return true
  })
}

function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  const [own, other] = [Object.entries(a), Object.entries(b)]
  if (Array.isArray(a) !== Array.isArray(b) || own.length !== other.length) return false
  return own.every(([name, one]) => Object.hasOwn(b, name) && isSame(one, (b as Record<string, unknown>)[name]))
}
