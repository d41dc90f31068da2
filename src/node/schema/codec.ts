/**
 * The one way bytes from outside become values: a size limit, deterministic DAG-CBOR, then a schema.
 */
import * as dagCbor from '@ipld/dag-cbor'
import * as z from 'zod/mini'

/** Bytes that are not what they should be. `message` says what was expected and what came. */
export class InvalidBytesError extends Error {
  override readonly name = 'InvalidBytesError'
}

/** Lists and maps within one another. Nothing that is said needs more, and the encoder takes the square of it in time. */
export const MAX_DEPTH = 64

/** Deterministic DAG-CBOR of a value made of plain objects, arrays, strings, numbers, booleans, null and bytes. */
export function encode(value: unknown): Uint8Array {
  const bytes = dagCbor.encode(value)
  // in Node it is a Buffer, whose `slice` does not copy
  return bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes)
}

/**
 * A value of `schema` from DAG-CBOR bytes.
 *
 * @param limit the most bytes that are looked at
 * @throws InvalidBytesError when the bytes are too many, are not canonical DAG-CBOR, nest more than `MAX_DEPTH` levels, or
 * do not fit the schema
 */
export function decode<T>(bytes: Uint8Array, schema: z.ZodMiniType<T>, limit: number): T {
  if (bytes.length > limit) {
    throw new InvalidBytesError(`expected at most ${limit} bytes, got ${bytes.length}`)
  }
  const value = canonically(() => dagCbor.decode<unknown>(bytes))
  if (isDeeper(value, MAX_DEPTH)) throw new InvalidBytesError(`expected at most ${MAX_DEPTH} levels`)
  // the decoder lets pass what is not canonical: keys in another order, short floats, undefined for null
  const canonical = canonically(() => dagCbor.encode(value))
  if (!isSame(bytes, canonical)) throw new InvalidBytesError('expected canonical DAG-CBOR, got another encoding of it')
  return parse(value, schema)
}

function canonically<T>(code: () => T): T {
  try {
    return code()
  } catch (cause) {
    throw new InvalidBytesError('expected canonical DAG-CBOR', { cause })
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1))
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** A value of `schema` from something untrusted that is already a value. @throws InvalidBytesError */
export function parse<T>(value: unknown, schema: z.ZodMiniType<T>): T {
  const result = z.safeParse(schema, value)
  if (!result.success) {
    const issue = result.error.issues[0]
    throw new InvalidBytesError(
      `expected ${issue?.path.join('.') || 'value'}: ${issue?.message ?? 'another shape'}`,
      { cause: result.error }
    )
  }
  return result.data
}

/** Bytes of exactly `length`, or of at most `max`. */
export const bytes = (length: number): z.ZodMiniType<Uint8Array, Uint8Array> =>
  z.instanceof(Uint8Array).check(z.refine((b) => b.length === length, `expected ${length} bytes`))
export const bytesUpTo = (max: number): z.ZodMiniType<Uint8Array, Uint8Array> =>
  z.instanceof(Uint8Array).check(z.refine((b) => b.length <= max, `expected at most ${max} bytes`))

/** Text of at most `max` UTF-16 units. */
export const text = (max: number) => z.string().check(z.maxLength(max))

/** A safe, non-negative whole number. */
export const count = z.int().check(z.minimum(0))

/** Milliseconds since 1970. */
export const time = count

/** How far another device's clock may be from ours, either way: ten minutes. */
export const MAX_CLOCK_SKEW_MS = 10 * 60_000

/** A SHA-256 digest as 64 hex characters. */
export const hexDigest = z.string().check(z.regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 digest in hex'))

/** An agent: `did:key` of an Ed25519 public key. */
export const agentId = z
  .string()
  .check(z.regex(/^did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/, 'expected the did:key of an Ed25519 key'))
