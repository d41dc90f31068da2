/** JSON Schemas (draft 2020-12) as declarations carry them: small, and nothing but JSON. */
import * as z from 'zod/mini'

/** Objects and lists within one another, and characters of the whole as JSON. */
const MAX_LEVELS = 12
const MAX_SCHEMA_CHARACTERS = 4096

/** A schema that allows anything (`true`) or nothing, or one with keywords. Keywords that are not known are passed over. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown }

export const jsonSchema: z.ZodMiniType<JsonSchema, JsonSchema> = z.custom<JsonSchema>(
  isJsonSchema,
  `expected a JSON Schema of at most ${MAX_SCHEMA_CHARACTERS} characters and ${MAX_LEVELS} levels`
)

function isJsonSchema(value: unknown): boolean {
  if (typeof value === 'boolean') return true
  return isPlain(value) && isJson(value, MAX_LEVELS) && JSON.stringify(value).length <= MAX_SCHEMA_CHARACTERS
}

function isJson(value: unknown, levels: number): boolean {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (levels === 0) return false
  if (Array.isArray(value)) return value.every((one) => isJson(one, levels - 1))
  return isPlain(value) && Object.values(value).every((one) => isJson(one, levels - 1))
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
