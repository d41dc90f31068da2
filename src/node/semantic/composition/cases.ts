/** Cases, which schemas are taken apart into: each is of one type, and all that it says holds at once. */
import type { JsonSchema } from '../../schema/json-schema.ts'
import { isRecord } from '../../support/is-record.ts'
import { sizeOfValue, typeOf, type Type } from './json-values.ts'

/** Values of one type; whatever is said here holds at once. */
export interface Case {
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

export const caseOf = (type: Type): Case => ({
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
export const ANYTHING: readonly Case[] = [
  ...['null', 'true', 'false'].map(valueCase),
  ...(['number', 'string', 'array', 'object'] as const).map(caseOf)
]
/** Whatever it is: all of it may be meant, and nothing is sure to be. */
export const UNKNOWN: readonly Case[] = ANYTHING.map((one) => ({ ...one, opaque: true }))

/** Those of `values` that are of a type, and what they have in common. */
export function valuesCase(type: Type, values: readonly string[]): Case {
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

export function valueCase(text: string): Case {
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
export function both(a: Case, b: Case): Case | null {
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
export const weightOf = (one: Case): number => (one.properties.size + (one.values?.size ?? 0)) / 4
export const atLeast = (one: Case): number => (one.type === 'object' ? Math.max(one.low, one.required.size) : one.low)
export const atMost = (one: Case): number =>
  one.type === 'object' && one.rest === false ? Math.min(one.high, one.properties.size) : one.high

export function allOf(a: JsonSchema, b: JsonSchema): JsonSchema {
  if (a === true || b === false || a === b) return b
  return b === true || a === false ? a : { allOf: [a, b] }
}

export function intersection(a: ReadonlySet<string>, b: ReadonlySet<string>): Set<string> {
  return new Set([...a].filter((one) => b.has(one)))
}
