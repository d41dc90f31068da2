/** What a schema's own keywords say, as cases. */
import type { JsonSchema } from '../../schema/json-schema.ts'
import { isRecord } from '../../support/is-record.ts'
import { ANYTHING, both, caseOf, intersection, valuesCase, type Case } from './cases.ts'
import { canonical, TYPES, type Type } from './json-values.ts'

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

export type Keywords = Exclude<JsonSchema, boolean>

/** What a schema's own keywords say, those aside that put schemas together. */
export function ownCases(schema: Keywords): readonly Case[] {
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

export const isSchema = (value: unknown): value is JsonSchema => typeof value === 'boolean' || isRecord(value)
const isBound = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
