/**
 * Declarations: what an agent says of itself. There are four kinds: what it can do, what it wants, how it is at this moment,
 * and what it insists on. A capability carries the fields of an A2A `AgentSkill`, tags and examples included, because finding by
 * meaning needs them.
 *
 * Whoever does not know a field passes over it. A declaration that older nodes would misunderstand without a field gets another
 * version, and older nodes pass over it whole.
 */
import * as z from 'zod/mini'
import { count, hexDigest, text, time } from './codec.ts'
import { jsonSchema } from './json-schema.ts'

/** Absent in what was declared first: 1. */
const version = z.optional(z.literal(1))

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

/** What an agent is, for those who insist on something. What is not said is not met. */
export const facts = z.object({
  languages: z.array(language).check(z.maxLength(32)),
  /** where it is; null: it does not say */
  region: z.nullable(region),
  tier
})
export type Facts = z.infer<typeof facts>

/** On what terms an agent does something. What is not said is not promised. */
export const terms = z.object({
  languages: z.array(language).check(z.maxLength(32)),
  /** where it is done; null: anywhere */
  region: z.nullable(region),
  /** credits for each task; 0: nothing */
  price: count.check(z.maximum(1e9)),
  /** how long it keeps what it is given: until it has been worked on, until the task is settled, or longer */
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
  minTier: z.optional(tier),
  /** somebody whose word counts here knows its work in the topic: looked at in our own view, and said to nobody */
  known: z.optional(z.literal(true))
})
export type Constraints = z.infer<typeof constraints>

/** What an agent insists on of whoever works with it. */
export const insistence = z.pick(constraints, { languages: true, regions: true, minTier: true })
export type Insistence = z.infer<typeof insistence>

/** A place in the tree of topics: `text/translation`, `text/translation/subtitles`. */
export const topicName = text(96).check(z.regex(/^[a-z0-9]+(-[a-z0-9]+)*(\/[a-z0-9]+(-[a-z0-9]+)*){1,3}$/, 'expected a topic'))

export const capability = z.object({
  kind: z.literal('capability'),
  version,
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
  terms: z.optional(terms),
  /** what it takes and gives, where that has a shape: of the task's one JSON input, and of the result's JSON part */
  input: z.optional(jsonSchema),
  output: z.optional(jsonSchema),
  /** the one topic that it and its ratings count in */
  topic: z.optional(topicName)
})
export type Capability = z.infer<typeof capability>

export const intention = z.object({
  kind: z.literal('intention'),
  version,
  /** what is wanted, in words */
  goal: text(2000),
  tags: z.array(text(40)).check(z.maxLength(24))
})
export type Intention = z.infer<typeof intention>

/** What only the page knows of the device. */
export const device = z.object({ power: z.enum(['mains', 'battery', 'low']), metered: z.boolean() })
export type Device = z.infer<typeof device>

/** How an agent is at this moment: coarse, told to those who are connected, and forgotten soon. Not in the log. */
export const state = z.object({
  kind: z.literal('state'),
  version,
  /** whether it takes on work */
  open: z.boolean(),
  load: z.enum(['idle', 'busy', 'full']),
  power: device.shape.power,
  /** what it sends and gets costs its operator */
  metered: z.boolean(),
  at: time
})
export type State = z.infer<typeof state>

/** On what an agent insists of whoever works with it, and what it is itself. Its newest one stands. */
export const constraint = z.object({
  kind: z.literal('constraint'),
  version,
  facts,
  insists: insistence
})
export type Constraint = z.infer<typeof constraint>

/** Takes back an earlier entry of the same log. */
export const withdrawal = z.object({ kind: z.literal('withdrawal'), seq: count })

/** What is declared in the log. */
export const declaration = z.discriminatedUnion('kind', [capability, intention, constraint])
export type Declaration = z.infer<typeof declaration>
