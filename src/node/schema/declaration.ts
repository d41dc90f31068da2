/**
 * Declarations: what an agent says of itself. A capability carries the fields of an A2A `AgentSkill`,
 * tags and examples included, because finding by meaning needs them.
 */
import * as z from 'zod/mini'
import { count, hexDigest, text } from './codec.ts'

/** What a run may use at most. */
export const limits = z.object({
  /** wall-clock milliseconds */
  ms: z.int().check(z.minimum(1), z.maximum(10 * 60_000)),
  /** bytes of memory in the sandbox */
  memoryBytes: z.int().check(z.minimum(1), z.maximum(64 * 1024 * 1024)),
  /** bytes of all inputs together */
  inputBytes: z.int().check(z.minimum(0), z.maximum(16 * 1024 * 1024)),
  /** bytes of the result */
  outputBytes: z.int().check(z.minimum(1), z.maximum(4 * 1024 * 1024))
})
export type Limits = z.infer<typeof limits>

/** A language, by the primary subtag of BCP 47: `de`. */
const language = z.string().check(z.regex(/^[a-z]{2,3}$/, 'expected a language such as de'))
/** A country, by ISO 3166-1: `DE`. */
const region = z.string().check(z.regex(/^[A-Z]{2}$/, 'expected a country such as DE'))
/** How long what somebody is given is kept, the strictest first. */
export const KEEPS = ['nothing', 'task', 'longer'] as const
const keeps = z.enum(KEEPS)
/** What is proven of an agent: 0 its key, 1 its operator, 2 its code on a challenge, 3 a result's very making. */
const tier = z.int().check(z.minimum(0), z.maximum(3))

/** On what terms an agent does something. What is not said is not promised. */
export const terms = z.object({
  languages: z.array(language).check(z.maxLength(32)),
  /** where it is done; null: anywhere */
  region: z.nullable(region),
  /** credits for each task; 0: nothing */
  price: count.check(z.maximum(1e9)),
  /** how long it keeps what it is given: nothing as soon as it is read, for the task, or longer */
  keeps,
  /** up to which tier it can be checked */
  tier
})
export type Terms = z.infer<typeof terms>

/** On what terms somebody wants something done. What is absent does not matter. */
export const constraints = z.object({
  /** all of these */
  languages: z.optional(z.array(language).check(z.maxLength(8))),
  /** one of these */
  regions: z.optional(z.array(region).check(z.maxLength(64))),
  maxPrice: z.optional(count),
  /** kept no longer than this */
  keeps: z.optional(keeps),
  minTier: z.optional(tier)
})
export type Constraints = z.infer<typeof constraints>

export const capability = z.object({
  kind: z.literal('capability'),
  /** the skill's id, unique in the agent: `csv-statistics` */
  id: z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'expected lower-case letters, digits and dashes')),
  name: text(80),
  description: text(1000),
  tags: z.array(text(40)).check(z.maxLength(24)),
  examples: z.array(text(200)).check(z.maxLength(12)),
  /** media types, or file endings with a dot */
  inputModes: z.array(text(80)).check(z.maxLength(24)),
  outputModes: z.array(text(80)).check(z.maxLength(24)),
  /** SHA-256 of the program's source */
  program: hexDigest,
  limits,
  terms: z.optional(terms)
})
export type Capability = z.infer<typeof capability>

export const intention = z.object({
  kind: z.literal('intention'),
  /** what is wanted, in words */
  goal: text(2000),
  tags: z.array(text(40)).check(z.maxLength(24))
})
export type Intention = z.infer<typeof intention>

/** Takes back an earlier entry of the same log. */
export const withdrawal = z.object({ kind: z.literal('withdrawal'), seq: count })

export const declaration = z.discriminatedUnion('kind', [capability, intention])
export type Declaration = z.infer<typeof declaration>
