/**
 * Ports: what goes in or comes out of a capability, as media types and a JSON Schema if there is one. Here they are found by
 * media type: those that meet in the very type first, then those where one takes anything of the kind, then those where one gives
 * what may be anything.
 */
import type { JsonSchema } from '../../schema/json-schema.ts'
import { mediaType } from './media-types.ts'

/** Whether something goes into a capability or comes out of it. */
export type Side = 'input' | 'output'

export interface Port {
  /** the same for all ports of a side that are alike */
  readonly key: string
  /** media types, ranges, and endings of no known type */
  readonly types: readonly string[]
  readonly schema: JsonSchema | undefined
  /** the schema as text: `''` without one */
  readonly schemaText: string
}

/** How what is given meets what is taken: 0 in the very type, 1 as anything of the kind is taken, 2 as anything may come. */
export type Closeness = 0 | 1 | 2
export const CLOSENESS = [0, 1, 2] as const
/** What is given may be anything: it may be what is taken, too. */
export const GUESS: Closeness = 2

export interface Ports<P extends Port> {
  get(key: string): P | undefined
  add(port: P): void
  delete(port: P): void
  /** Ports that meet one of the other side so closely; some more than once, and those that are closer, too. */
  near(types: readonly string[], closeness: Closeness): Generator<P>
}

const MAX_MODES = 64
const JSON_TYPE = 'application/json'
const ANY = '*/*'

/** A port from what a capability says. Modes that are none are passed over. */
export function portOf(side: Side, modes: readonly string[], schema: JsonSchema | undefined): Port {
  const types = new Set(modes.slice(0, MAX_MODES).map(mediaType).filter((type) => type !== null))
  // whoever has a schema speaks JSON, whether or not the modes say so
  if (schema !== undefined) types.add(JSON_TYPE)
  // what is `+json` is JSON as well (RFC 6839); whoever wants it does not take all JSON
  if (side === 'output' && [...types].some((type) => type.endsWith('+json'))) types.add(JSON_TYPE)
  const sorted = [...types].sort()
  const schemaText = schema === undefined ? '' : JSON.stringify(schema)
  return { key: `${sorted.join(' ')} ${schemaText}`, types: sorted, schema, schemaText }
}

/** How what is given meets what is taken, at its closest; null when it does not. */
export function closenessOf(given: readonly string[], taken: readonly string[]): Closeness | null {
  const isTaken = (type: string): boolean => taken.includes(type) || wider(type).some((range) => taken.includes(range))
  if (given.some((type) => !isRange(type) && taken.includes(type))) return 0
  if (given.some(isTaken)) return 1
  return taken.some((type) => wider(type).some((range) => given.includes(range))) ? GUESS : null
}

/** Ports of one side. */
export function createPorts<P extends Port>(side: Side): Ports<P> {
  const byKey = new Map<string, P>()
  const byType = new Map<string, Set<P>>()
  /** types under the ranges that they are in */
  const inRange = new Map<string, Set<string>>()

  /** Types of this side's that a type of the other side meets. */
  function* met(type: string, closeness: Closeness): Generator<string> {
    if ((closeness === 0 && !isRange(type)) || (closeness === 1 && isRange(type))) yield type
    if (closeness > 0) yield* (closeness === 1) === (side === 'input') ? wider(type) : (inRange.get(type) ?? [])
  }

  return {
    get: (key) => byKey.get(key),

    add(port) {
      byKey.set(port.key, port)
      for (const type of port.types) {
        addTo(byType, type, port)
        for (const range of wider(type)) addTo(inRange, range, type)
      }
    },

    delete(port) {
      byKey.delete(port.key)
      for (const type of port.types) {
        removeFrom(byType, type, port)
        if (!byType.has(type)) for (const range of wider(type)) removeFrom(inRange, range, type)
      }
    },

    *near(types, closeness) {
      for (const type of types) for (const other of met(type, closeness)) yield* byType.get(other) ?? []
    }
  }
}

const isRange = (type: string): boolean => type.endsWith('/*')

/** The ranges that a type, or a smaller range, is in. */
function wider(type: string): string[] {
  if (type === ANY) return []
  return isRange(type) || type.startsWith('.') ? [ANY] : [`${type.slice(0, type.indexOf('/'))}/*`, ANY]
}

function addTo<V>(map: Map<string, Set<V>>, key: string, value: V): void {
  const values = map.get(key)
  if (values === undefined) map.set(key, new Set([value]))
  else values.add(value)
}

function removeFrom<V>(map: Map<string, Set<V>>, key: string, value: V): void {
  const values = map.get(key)
  values?.delete(value)
  if (values?.size === 0) map.delete(key)
}
