/**
 * Whether whatever one JSON Schema lets through is let through by another, as far as that can be told from their structure
 * (draft 2020-12: `type`, `enum`, `const`, `properties`, `required`, `additionalProperties`, `items`, `anyOf`, `oneOf`, `allOf`,
 * `not`, and bounds of numbers and lengths; `pattern`, `format`, `multipleOf` and `uniqueItems` where both say the same).
 *
 * A schema is taken apart into cases: each is of one type, and all that it says holds at once. One schema fits another when each
 * case of the first is within one case of the second. Two contradict each other when no case of both together is possible. Both
 * answers are given only when they are sure: a keyword that is not understood makes a case larger than what it stands for, which
 * can't make it fit where it does not, and nothing is ever said to be within such a case. `$ref` is not followed.
 *
 * Schemas come from strangers, so all work is counted and ends with `Work.left`; then nothing is sure.
 */
import type { JsonSchema } from '../schema/json-schema.ts'

/** Steps that may still be taken, each some microseconds at most. Counted down. */
export interface Work {
  left: number
}

/** What two schemas of the size that declarations may have are worth. */
export const MAX_WORK = 5000

/**
 * Whether each value that is valid under `output` is sure to be valid under `input`. False when it is not so, when it can't be
 * told, and when the work is used up.
 */
export function assignable(output: JsonSchema, input: JsonSchema, work: Work = { left: MAX_WORK }): boolean {
  return createReasoning(work).isWithin(output, input)
}

/** Whether it is sure that no value is valid under both. False when it is not so, can't be told, or the work is used up. */
export function contradictory(a: JsonSchema, b: JsonSchema, work: Work = { left: MAX_WORK }): boolean {
  return createReasoning(work).isImpossible(allOf(a, b))
}

const TYPES = ['null', 'boolean', 'number', 'string', 'array', 'object'] as const
type Type = (typeof TYPES)[number]

/** Values of one type; whatever is said here holds at once. */
interface Case {
  type: Type
  /** one of these, as canonical JSON; null: any */
  values: ReadonlySet<string> | null
  /** of a number itself, of a text's characters, of a list's items, of an object's properties */
  low: number
  high: number
  /** the bound itself is not meant; of numbers only */
  lowOpen: boolean
  highOpen: boolean
  /** a number without a fraction */
  whole: boolean
  properties: ReadonlyMap<string, JsonSchema>
  required: ReadonlySet<string>
  /** what each item is, or each property that is not among `properties` */
  rest: JsonSchema
  /** what is compared as it stands: a pattern, a format */
  same: ReadonlySet<string>
  /** what it is not */
  not: readonly JsonSchema[]
  /** there is more to it that is not understood */
  opaque: boolean
}

/** Cases that a schema is taken apart into, at most; schemas within one another, at most. */
const MAX_CASES = 256
const MAX_DEPTH = 128
const MAX_VALUE_LEVELS = 16

const caseOf = (type: Type): Case => ({
  type,
  values: null,
  low: type === 'number' ? -Infinity : 0,
  high: Infinity,
  lowOpen: false,
  highOpen: false,
  whole: false,
  properties: new Map(),
  required: new Set(),
  rest: true,
  same: new Set(),
  not: [],
  opaque: false
})

/** Whatever there is. Both truths apart and null as a value, so that an enumeration of them is as good as their type. */
const ANYTHING: readonly Case[] = [
  ...['null', 'true', 'false'].map(valueCase),
  ...(['number', 'string', 'array', 'object'] as const).map(caseOf)
]
/** Whatever it is: all of it may be meant, and nothing is sure to be. */
const UNKNOWN: readonly Case[] = ANYTHING.map((one) => ({ ...one, opaque: true }))

/** Keywords that say nothing of what is valid. `format` is among them in the draft, but whoever writes it means it. */
const ANNOTATIONS = new Set([
  '$schema', '$id', '$anchor', '$comment', '$defs', 'definitions', 'title', 'description', 'default', 'examples',
  'deprecated', 'readOnly', 'writeOnly', 'contentMediaType', 'contentEncoding', 'contentSchema'
])
const COMBINING = new Set(['allOf', 'anyOf', 'oneOf', 'not'])
/** Not understood, but of one type only: they do not matter to the others. */
const OF_ARRAYS = new Set(['prefixItems', 'additionalItems', 'contains', 'minContains', 'maxContains', 'unevaluatedItems'])
const OF_OBJECTS = new Set([
  'patternProperties', 'propertyNames', 'dependentRequired', 'dependentSchemas', 'dependencies', 'unevaluatedProperties'
])
/** Bounds, by the type that they are of. */
const LOW = new Map<string, Type>([['minimum', 'number'], ['minLength', 'string'], ['minItems', 'array'], ['minProperties', 'object']])
const HIGH = new Map<string, Type>([['maximum', 'number'], ['maxLength', 'string'], ['maxItems', 'array'], ['maxProperties', 'object']])

interface Reasoning {
  isWithin(a: JsonSchema, b: JsonSchema): boolean
  /** nothing at all is valid */
  isImpossible(schema: JsonSchema): boolean
}

function createReasoning(work: Work): Reasoning {
  let depth = 0
  /** the same part is looked at many times */
  const known = new Map<JsonSchema, readonly Case[]>()
  const asked = new Set<JsonSchema>()

  /** One level down, or what holds when that is too deep or the work is used up. */
  function deeper<T>(otherwise: T, code: () => T): T {
    if (depth >= MAX_DEPTH || !spend()) return otherwise
    depth++
    const result = code()
    depth--
    return result
  }

  function spend(steps = 1): boolean {
    work.left -= steps
    return work.left > 0
  }

  function isWithin(a: JsonSchema, b: JsonSchema): boolean {
    if (a === false || b === true) return true
    return deeper(false, () => {
      const [as, bs] = [casesOf(a), casesOf(b)]
      return as.every((one) => isWithinOneOf(one, bs) || isCaseImpossible(one))
    })
  }

  function isWithinOneOf(a: Case, bs: readonly Case[]): boolean {
    if (bs.some((b) => isCaseWithin(a, b))) return true
    if (a.values === null) return false
    // each value may be in another case; and what is said of several values together is less than what each is
    return [...a.values].every((value) => {
      const one = spend() ? both(a, valueCase(value)) : a
      return one === null || bs.some((b) => isCaseWithin(one, b))
    })
  }

  function isCaseWithin(a: Case, b: Case): boolean {
    if (!spend(1 + b.same.size + (a.values?.size ?? 0) / 16) || b.opaque || a.type !== b.type) return false
    if (b.values !== null && !(a.values !== null && isSubset(a.values, b.values))) return false
    if (b.whole && !a.whole) return false
    const [low, high] = [atLeast(a), atMost(a)]
    if (low < b.low || (low === b.low && b.lowOpen && !a.lowOpen)) return false
    if (high > b.high || (high === b.high && b.highOpen && !a.highOpen)) return false
    if (!isSubset(b.same, a.same)) return false
    if (!b.not.every((schema) => isApart(a, schema))) return false
    if (a.type === 'array') return high === 0 || isWithin(a.rest, b.rest)
    if (a.type !== 'object') return true
    if (!spend((b.required.size + a.properties.size + b.properties.size) / 8) || !isSubset(b.required, a.required)) return false
    for (const name of new Set([...a.properties.keys(), ...b.properties.keys()])) {
      if (!isWithin(a.properties.get(name) ?? a.rest, b.properties.get(name) ?? b.rest)) return false
    }
    return isWithin(a.rest, b.rest)
  }

  function isApart(a: Case, schema: JsonSchema): boolean {
    return deeper(false, () => casesOf(schema).every((one) => {
      const together = spend() ? both(a, one) : a
      return together === null || isCaseImpossible(together)
    }))
  }

  function isImpossible(schema: JsonSchema): boolean {
    if (typeof schema === 'boolean') return !schema
    return deeper(false, () => casesOf(schema).every(isCaseImpossible))
  }

  function isCaseImpossible(one: Case): boolean {
    if (!spend()) return false
    if (one.not.some((schema) => isAllOf(schema, one))) return true
    if (one.type === 'array') return one.low > 0 && isImpossible(one.rest)
    return [...one.required].some((name) => isImpossible(one.properties.get(name) ?? one.rest))
  }

  /** Whether a case is within what it is said not to be. Whoever asks so in the course of that learns nothing by it. */
  function isAllOf(schema: JsonSchema, one: Case): boolean {
    if (asked.has(schema)) return false
    asked.add(schema)
    const within = deeper(false, () => isWithinOneOf(one, casesOf(schema)))
    asked.delete(schema)
    return within
  }

  /** All that is valid is in one of them. */
  function casesOf(schema: JsonSchema): readonly Case[] {
    if (typeof schema === 'boolean') return schema ? ANYTHING : []
    const before = known.get(schema)
    if (before !== undefined) return before
    const cases = deeper(UNKNOWN, () => takeApart(schema))
    known.set(schema, cases)
    return cases
  }

  function takeApart(schema: Keywords): readonly Case[] {
    const size = sizeOf(schema)
    if (!spend(size)) return UNKNOWN
    let cases = ownCases(schema)
    for (const keyword of ['allOf', 'anyOf', 'oneOf'] as const) {
      const parts = schema[keyword]
      if (parts === undefined) continue
      if (!isSchemas(parts)) return UNKNOWN
      if (keyword === 'allOf') for (const part of parts) cases = product(cases, casesOf(part))
      else cases = product(cases, keyword === 'anyOf' ? parts.flatMap(casesOf) : parts.flatMap((part, i) => onlyOneOf(part, i, parts)))
    }
    const { not } = schema
    if (not === undefined) return cases
    return isSchema(not) ? cases.map((one) => ({ ...one, not: [...one.not, not] })) : UNKNOWN
  }

  /** The cases of one part, which the other parts do not let through. */
  function onlyOneOf(part: JsonSchema, index: number, parts: readonly JsonSchema[]): Case[] {
    const others = parts.filter((_, i) => i !== index)
    return casesOf(part).map((one) => ({ ...one, not: [...one.not, ...others] }))
  }

  function product(as: readonly Case[], bs: readonly Case[]): readonly Case[] {
    const cases: Case[] = []
    for (const a of as) {
      for (const b of bs) {
        if (a.type !== b.type) continue
        if (cases.length >= MAX_CASES || !spend(1 + weightOf(a) + weightOf(b))) return UNKNOWN
        const one = both(a, b)
        if (one !== null) cases.push(one)
      }
    }
    return cases
  }

  return { isWithin, isImpossible }
}

type Keywords = Exclude<JsonSchema, boolean>

/** What a schema's own keywords say, those aside that put schemas together. */
function ownCases(schema: Keywords): readonly Case[] {
  const cases = new Map(TYPES.map((type) => [type, { ...caseOf(type) }]))
  const of = (type: Type): Case => cases.get(type) ?? caseOf(type)
  const notUnderstood = (types: readonly Type[] = TYPES): void => types.forEach((type) => (of(type).opaque = true))
  const sameIn = (types: readonly Type[], keyword: string, value: unknown): void => {
    const text = canonical(value)
    if (text === null) notUnderstood(types)
    else for (const type of types) of(type).same = new Set([...of(type).same, `${keyword} ${text}`])
  }
  let types: ReadonlySet<string> | null = null
  let values: ReadonlySet<string> | null = null
  const openBounds: Array<Partial<Case>> = []

  for (const [keyword, value] of Object.entries(schema)) {
    const lowOf = LOW.get(keyword)
    const highOf = HIGH.get(keyword)
    if (ANNOTATIONS.has(keyword) || COMBINING.has(keyword)) continue
    else if (keyword === 'type') {
      types = typesOf(value)
      if (types === null) notUnderstood()
    } else if (keyword === 'enum' || keyword === 'const') {
      const texts = keyword === 'const' ? [canonical(value)] : Array.isArray(value) ? value.map((one) => canonical(one)) : [null]
      const set = new Set(texts.filter((text) => text !== null))
      // what is left out would make the case smaller than it is
      if (texts.includes(null)) notUnderstood()
      else values = values === null ? set : intersection(values, set)
    } else if (lowOf !== undefined && isBound(value)) of(lowOf).low = value
    else if (highOf !== undefined && isBound(value)) of(highOf).high = value
    else if (keyword === 'exclusiveMinimum' && isBound(value)) openBounds.push({ low: value, lowOpen: true })
    else if (keyword === 'exclusiveMaximum' && isBound(value)) openBounds.push({ high: value, highOpen: true })
    else if (keyword === 'properties' && isRecord(value) && Object.values(value).every(isSchema)) {
      of('object').properties = new Map(Object.entries(value) as Array<[string, JsonSchema]>)
    } else if (keyword === 'required' && Array.isArray(value) && value.every((name) => typeof name === 'string')) {
      of('object').required = new Set(value)
    } else if (keyword === 'additionalProperties' && isSchema(value)) of('object').rest = value
    else if (keyword === 'items' && isSchema(value)) of('array').rest = value
    else if (keyword === 'pattern') sameIn(['string'], keyword, value)
    else if (keyword === 'multipleOf') sameIn(['number'], keyword, value)
    else if (keyword === 'format') sameIn(TYPES, keyword, value)
    else if (keyword === 'uniqueItems' && typeof value === 'boolean') {
      if (value) sameIn(['array'], keyword, value)
    } else notUnderstood(OF_ARRAYS.has(keyword) ? ['array'] : OF_OBJECTS.has(keyword) ? ['object'] : TYPES)
  }
  // these two take items and properties out of what `items` and `additionalProperties` are of
  if (Object.hasOwn(schema, 'prefixItems')) of('array').rest = true
  if (Object.hasOwn(schema, 'patternProperties')) of('object').rest = true

  const result: Case[] = []
  for (const anything of ANYTHING) {
    const integer = anything.type === 'number' && types?.has('number') === false
    if (types !== null && !types.has(integer ? 'integer' : anything.type)) continue
    const parts: Case[] = [of(anything.type)]
    if (integer) parts.push({ ...caseOf('number'), whole: true })
    if (anything.type === 'number') parts.push(...openBounds.map((bound) => ({ ...caseOf('number'), ...bound })))
    if (values !== null) parts.push(valuesCase(anything.type, [...values]))
    const one = parts.reduce<Case | null>((sum, part) => (sum === null ? null : both(sum, part)), anything)
    if (one !== null) result.push(one)
  }
  return result
}

function typesOf(value: unknown): ReadonlySet<string> | null {
  const names: readonly unknown[] = Array.isArray(value) ? value : [value]
  const known: readonly unknown[] = [...TYPES, 'integer']
  return names.every((name) => typeof name === 'string' && known.includes(name)) ? new Set(names as readonly string[]) : null
}

/** Those of `values` that are of a type, and what they have in common. */
function valuesCase(type: Type, values: readonly string[]): Case {
  const own = values.filter((text) => typeOf(text) === type)
  const [first] = own
  if (own.length === 1 && first !== undefined) return valueCase(first)
  const sizes = own.map(sizeOfValue)
  return {
    ...caseOf(type),
    values: new Set(own),
    low: Math.min(...sizes),
    high: Math.max(...sizes),
    whole: type === 'number' && sizes.every(Number.isInteger)
  }
}

function valueCase(text: string): Case {
  const type = typeOf(text)
  const size = sizeOfValue(text)
  const one = { ...caseOf(type), values: new Set([text]), low: size, high: size, whole: type === 'number' && Number.isInteger(size) }
  const value: unknown = type === 'object' || type === 'array' ? JSON.parse(text) : null
  if (Array.isArray(value)) return { ...one, rest: { enum: value } }
  if (!isRecord(value)) return one
  const properties = new Map(Object.entries(value).map(([name, inner]) => [name, { const: inner }]))
  return { ...one, properties, required: new Set(properties.keys()), rest: false }
}

/** What is in both cases; null when that is nothing, as far as their bounds and values tell. */
function both(a: Case, b: Case): Case | null {
  if (a.type !== b.type) return null
  const names = new Set([...a.properties.keys(), ...b.properties.keys()])
  const one: Case = {
    type: a.type,
    values: a.values === null ? b.values : b.values === null ? a.values : intersection(a.values, b.values),
    low: Math.max(a.low, b.low),
    high: Math.min(a.high, b.high),
    lowOpen: (a.lowOpen && a.low >= b.low) || (b.lowOpen && b.low >= a.low),
    highOpen: (a.highOpen && a.high <= b.high) || (b.highOpen && b.high <= a.high),
    whole: a.whole || b.whole,
    properties: new Map(
      [...names].map((name) => [name, allOf(a.properties.get(name) ?? a.rest, b.properties.get(name) ?? b.rest)])
    ),
    required: new Set([...a.required, ...b.required]),
    rest: allOf(a.rest, b.rest),
    same: new Set([...a.same, ...b.same]),
    not: [...a.not, ...b.not],
    opaque: a.opaque || b.opaque
  }
  if (one.whole) {
    // beyond these, the next whole number can't be told
    if (Number.isSafeInteger(Math.floor(one.low))) {
      one.low = one.lowOpen ? Math.floor(one.low) + 1 : Math.ceil(one.low)
      one.lowOpen = false
    }
    if (Number.isSafeInteger(Math.ceil(one.high))) {
      one.high = one.highOpen ? Math.ceil(one.high) - 1 : Math.floor(one.high)
      one.highOpen = false
    }
  }
  if (one.values !== null) one.values = new Set([...one.values].filter((text) => isInBounds(text, one)))
  if (one.values?.size === 0 || atLeast(one) > atMost(one)) return null
  return one.low === one.high && (one.lowOpen || one.highOpen) ? null : one
}

function isInBounds(text: string, { low, high, lowOpen, highOpen, whole }: Case): boolean {
  const size = sizeOfValue(text)
  if (size < low || size > high || (lowOpen && size === low) || (highOpen && size === high)) return false
  return !whole || Number.isInteger(size)
}

/** What putting it together with another takes, in steps. */
const weightOf = (one: Case): number => (one.properties.size + (one.values?.size ?? 0)) / 4
const atLeast = (one: Case): number => (one.type === 'object' ? Math.max(one.low, one.required.size) : one.low)
const atMost = (one: Case): number =>
  one.type === 'object' && one.rest === false ? Math.min(one.high, one.properties.size) : one.high

function allOf(a: JsonSchema, b: JsonSchema): JsonSchema {
  if (a === true || b === false || a === b) return b
  return b === true || a === false ? a : { allOf: [a, b] }
}

/** One text for one JSON value, whatever the order of its keys; null when it nests too much. */
function canonical(value: unknown, levels = MAX_VALUE_LEVELS): string | null {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return JSON.stringify(value)
  if (typeof value !== 'object') return null
  if (levels === 0) return null
  const parts: Array<string | null> = Array.isArray(value)
    ? value.map((one) => canonical(one, levels - 1))
    : Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, one]) => {
          const text = canonical(one, levels - 1)
          return text === null ? null : `${JSON.stringify(name)}:${text}`
        })
  if (parts.includes(null)) return null
  return Array.isArray(value) ? `[${parts.join()}]` : `{${parts.join()}}`
}

function typeOf(text: string): Type {
  const first = text.charAt(0)
  const known: Partial<Record<string, Type>> = { '{': 'object', '[': 'array', '"': 'string', t: 'boolean', f: 'boolean', n: 'null' }
  return known[first] ?? 'number'
}

/** What bounds are of: the number itself, or how many characters, items or properties there are. */
function sizeOfValue(text: string): number {
  const value: unknown = JSON.parse(text)
  if (typeof value === 'number') return value
  if (typeof value === 'string') return Array.from(value).length
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0
}

/** How much there is to look at in a schema itself, those within it aside. */
function sizeOf(schema: Keywords): number {
  let size = 1
  for (const value of Object.values(schema)) {
    size += Array.isArray(value) ? 1 + value.length : isRecord(value) ? 1 + Object.keys(value).length / 4 : 1
  }
  return size
}

const isBound = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
const isSchema = (value: unknown): value is JsonSchema => typeof value === 'boolean' || isRecord(value)
const isSchemas = (value: unknown): value is readonly JsonSchema[] => Array.isArray(value) && value.every(isSchema)
const isSubset = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => [...a].every((one) => b.has(one))
const intersection = (a: ReadonlySet<string>, b: ReadonlySet<string>): Set<string> => new Set([...a].filter((one) => b.has(one)))

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
