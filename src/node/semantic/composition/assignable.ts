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
import type { JsonSchema } from '../../schema/json-schema.ts'
import { isRecord } from '../../support/is-record.ts'
import { allOf, ANYTHING, atLeast, atMost, both, UNKNOWN, valueCase, weightOf, type Case } from './cases.ts'
import { isSchema, ownCases, type Keywords } from './keywords.ts'

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

/** Cases that a schema is taken apart into, at most; schemas within one another, at most. */
const MAX_CASES = 256
const MAX_DEPTH = 128

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

/** How much there is to look at in a schema itself, those within it aside. */
function sizeOf(schema: Keywords): number {
  let size = 1
  for (const value of Object.values(schema)) {
    size += Array.isArray(value) ? 1 + value.length : isRecord(value) ? 1 + Object.keys(value).length / 4 : 1
  }
  return size
}

const isSchemas = (value: unknown): value is readonly JsonSchema[] => Array.isArray(value) && value.every(isSchema)
const isSubset = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => [...a].every((one) => b.has(one))
