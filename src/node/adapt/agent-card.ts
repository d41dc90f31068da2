/**
 * Agents as A2A knows them: an `AgentCard` of the Agent2Agent protocol, version 0.3, out of what an agent declares, and back
 * (specification/json/a2a.json of a2aproject/A2A; required there are all fields of `AgentCard` below but `preferredTransport`, of a
 * skill `id`, `name`, `description` and `tags`, and of an extension `uri`). What A2A has no field for is in one extension of ours.
 *
 * A card proves nothing: anybody can write one with anybody's name. What an agent has declared is what its log says.
 */
import * as z from 'zod/mini'
import { agentId, InvalidBytesError } from '../schema/codec.ts'
import {
  capability, constraint, intention, state, type Capability, type Constraint, type Intention, type State
} from '../schema/declaration.ts'
import { mediaType } from '../semantic/composition/media-types.ts'
import { isRecord } from '../support/is-record.ts'
import { clip, inQuotes } from '../support/words.ts'
import { boundedJson } from './agent-card-json.ts'

/** Our extension: declarations, as far as A2A has no field for them. */
export const DECLARATIONS_EXTENSION = 'urn:starling:a2a:declarations:1'

/** What a card tells of. */
export interface AgentDescription {
  /** its did:key */
  agent: string
  name: string
  /** absent: what it offers, by name */
  description?: string
  capabilities: readonly Capability[]
  intentions: readonly Intention[]
  constraint: Constraint | null
  state: State | null
}

/** A capability of a card's: without our extension nobody says what program it is, and what that may use. */
export type CardCapability = Omit<Capability, 'program' | 'limits'> & Partial<Pick<Capability, 'program' | 'limits'>>

/** What a card says, as far as it could be taken. */
export interface ImportedCard {
  /** its did:key, where the card names one: nothing proves that it is this agent's card */
  agent: string | null
  name: string
  description: string
  capabilities: CardCapability[]
  intentions: Intention[]
  constraint: Constraint | null
  state: State | null
  /** what the card says and what is not in here, each in words */
  passedOver: string[]
}

export interface AgentCard {
  protocolVersion: string
  name: string
  description: string
  url: string
  preferredTransport: string
  version: string
  capabilities: {
    streaming: boolean
    pushNotifications: boolean
    stateTransitionHistory: boolean
    extensions: Array<{ uri: string; description: string; required: boolean; params: Record<string, unknown> }>
  }
  defaultInputModes: string[]
  defaultOutputModes: string[]
  skills: Array<Pick<Capability, 'id' | 'name' | 'description' | 'tags' | 'examples' | 'inputModes' | 'outputModes'>>
}

/** As many as are known of one agent (`createDeclarations`). Of a card with more, the others are passed over. */
const MAX_SKILLS = 64
const MAX_INTENTIONS = 64
const MAX_PASSED_OVER = 64
const MAX_NAME = 80
const MAX_DESCRIPTION = 1000
const MAX_WORD = 60

/** What is the same in each card of ours, because it is of the connection that A2A would make and that there is not. */
const FIXED = { protocolVersion: '0.3.0', preferredTransport: 'STARLING', version: '1' } as const

/**
 * A card that any A2A client can read: skills with media types in place of file endings, and our extension with the rest. Its JSON,
 * without white space, is within what `fromAgentCard` takes for whatever an agent can have declared at once.
 */
export function toAgentCard(about: AgentDescription): AgentCard {
  const { agent, name, capabilities, intentions } = about
  return {
    ...FIXED,
    name,
    description: about.description ?? descriptionOf(capabilities),
    // an agent has no address to send requests to: it is wherever its key is, and is dialled by that in Starling's network. A URL
    // that says so is better than a made-up one, and `preferredTransport` tells A2A clients that it is none of theirs
    url: urlOf(agent),
    capabilities: {
      streaming: false,
      pushNotifications: false,
      stateTransitionHistory: false,
      extensions: [
        {
          uri: DECLARATIONS_EXTENSION,
          description: 'What this agent declares in Starling’s network, as far as A2A has no field for it',
          required: false,
          params: {
            skills: capabilities.map(beyondSkill),
            intentions: [...intentions],
            ...(about.constraint === null ? {} : { constraint: about.constraint }),
            ...(about.state === null ? {} : { state: about.state })
          }
        }
      ]
    },
    // each skill says its own
    defaultInputModes: ['text/plain'],
    defaultOutputModes: ['text/plain'],
    skills: capabilities.map(({ id, name: title, description, tags, examples, inputModes, outputModes }) => ({
      id,
      name: title,
      description,
      tags,
      examples,
      inputModes: asTypes(inputModes),
      outputModes: asTypes(outputModes)
    }))
  }
}

/**
 * What a card says, whoever wrote it: of version 0.3, or another that names `name` and `skills` alike. Unknown fields are no
 * error. What does not fit is passed over and named: a skill, a field, what is too long or too many.
 *
 * @param json a JSON value, or its text
 * @throws InvalidBytesError when it is not within the bounds of `boundedJson`, or has no name or no list of skills
 */
export function fromAgentCard(json: unknown): ImportedCard {
  const value = boundedJson(json)
  const card = cardOf(value)
  const passed = createPassedOver()
  const agent = agentOf(card.url)
  passed.fields('', value, agent === null ? CARD_FIELDS : [...CARD_FIELDS, 'url'])
  for (const field of Object.keys(FIXED) as Array<keyof typeof FIXED>) {
    if (card[field] !== undefined && card[field] !== FIXED[field]) passed.add(`${field} ${quoted(card[field])}`)
  }

  const extension = extensionOf(card.capabilities, passed)
  const modes = {
    inputModes: passed.read('defaultInputModes', card.defaultInputModes, texts) ?? [],
    outputModes: passed.read('defaultOutputModes', card.defaultOutputModes, texts) ?? []
  }
  const skills = passed.first('skills', card.skills, MAX_SKILLS)
  const ids = createIds(skills)
  const capabilities = skills.flatMap((one, i) => {
    const skill = passed.read(`skill ${i + 1}`, one, skillSchema)
    if (skill === null) return []
    const where = `skill ${quoted(skill.id)}`
    passed.fields(`${where}: `, one, SKILL_FIELDS)
    const id = ids.take(skill.id)
    if (id !== skill.id) passed.add(`${where}: its id; it is ${id} here`)
    const entry = extension.skills.get(skill.id)
    extension.skills.delete(skill.id)
    return [withBeyond(plainCapability(id, { ...modes, ...skill }, where, passed), entry, where, passed)]
  })
  for (const id of extension.skills.keys()) passed.add(`extension: skill ${quoted(id)}, which the card does not have`)
  return {
    agent,
    name: passed.clipped('name', card.name, MAX_NAME),
    description: passed.clipped('description', passed.read('description', card.description, z.string()) ?? '', MAX_DESCRIPTION),
    capabilities,
    intentions: extension.intentions,
    constraint: extension.constraint,
    state: extension.state,
    passedOver: passed.all()
  }
}

const texts = z.array(z.string())
const loose = z.optional(z.unknown())

const cardSchema = z.object({
  name: z.string(),
  description: loose,
  url: loose,
  protocolVersion: loose,
  preferredTransport: loose,
  version: loose,
  capabilities: loose,
  defaultInputModes: loose,
  defaultOutputModes: loose,
  skills: z.array(z.unknown())
})

const skillSchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.optional(z.string()),
  tags: z.optional(texts),
  examples: z.optional(texts),
  inputModes: z.optional(texts),
  outputModes: z.optional(texts)
})
type Skill = z.infer<typeof skillSchema>

/** What a capability is beyond a skill. Modes only where the skill has others in their place. */
const beyond = z.extend(
  z.pick(capability, { version: true, program: true, limits: true, terms: true, input: true, output: true, topic: true }),
  { inputModes: z.optional(capability.shape.inputModes), outputModes: z.optional(capability.shape.outputModes) }
)
type Beyond = z.infer<typeof beyond>

/** Fields that are taken, or that are looked at one by one. */
const CARD_FIELDS = [...Object.keys(FIXED), 'name', 'description', 'capabilities', 'defaultInputModes', 'defaultOutputModes', 'skills']
const SKILL_FIELDS = ['id', 'name', 'description', 'tags', 'examples', 'inputModes', 'outputModes']

function cardOf(value: unknown): z.infer<typeof cardSchema> {
  const { success, data, error } = z.safeParse(cardSchema, value)
  if (success) return data
  const [field] = error.issues[0]?.path ?? []
  const why = typeof field === 'string' ? `; “${field}” is missing or something else` : ''
  throw new InvalidBytesError(`expected a card with a “name” and a list of “skills”${why}`, { cause: error })
}

/** What a card has in our extension. Entries of skills by the ids that the card has for them. */
interface Extension {
  skills: Map<string, unknown>
  intentions: Intention[]
  constraint: Constraint | null
  state: State | null
}

function extensionOf(capabilities: unknown, passed: PassedOver): Extension {
  const result: Extension = { skills: new Map(), intentions: [], constraint: null, state: null }
  if (!isRecord(capabilities)) {
    if (capabilities !== undefined) passed.add('capabilities: expected an object')
    return result
  }
  for (const [field, value] of Object.entries(capabilities)) {
    // what an A2A server would offer for each task, and what there is none of without one
    if (field !== 'extensions' && value !== false) passed.add(`capabilities: ${quoted(field)}`)
  }
  let params: Record<string, unknown> | null = null
  for (const extension of listOf(capabilities['extensions'], 'capabilities: extensions', passed)) {
    const uri = isRecord(extension) ? extension['uri'] : undefined
    if (uri !== DECLARATIONS_EXTENSION || params !== null) passed.add(`extension ${quoted(uri)}`)
    else if (isRecord(extension) && isRecord(extension['params'])) params = extension['params']
    else passed.add(`extension ${quoted(uri)}: expected params`)
  }
  if (params === null) return result

  passed.fields('extension: ', params, ['skills', 'intentions', 'constraint', 'state'])
  for (const entry of passed.first('extension: skills', listOf(params['skills'], 'extension: skills', passed), MAX_SKILLS)) {
    const id = isRecord(entry) ? entry['id'] : undefined
    if (typeof id === 'string' && !result.skills.has(id)) result.skills.set(id, entry)
    else passed.add(`extension: skill ${quoted(id)}`)
  }
  const intentions = listOf(params['intentions'], 'extension: intentions', passed)
  result.intentions = passed
    .first('extension: intentions', intentions, MAX_INTENTIONS)
    .map((one, i) => passed.read(`extension: intention ${i + 1}`, one, intention))
    .filter((one) => one !== null)
  result.constraint = passed.read('extension: constraint', params['constraint'], constraint)
  result.state = passed.read('extension: state', params['state'], state)
  return result
}

/** A capability out of what A2A says of it, within our limits. */
function plainCapability(id: string, skill: Skill, where: string, passed: PassedOver): CardCapability {
  const many = (field: string, values: readonly string[], max: number, length: number): string[] =>
    passed.first(`${where}: ${field}`, values, max).map((value) => passed.clipped(`${where}: ${field}`, value, length))
  // a mode that is cut is another mode
  const modes = (field: string, values: readonly string[]): string[] => {
    const [short, long] = [values.filter((mode) => mode.length <= 80), values.filter((mode) => mode.length > 80)]
    for (const mode of long) passed.add(`${where}: ${field} ${quoted(mode)}`)
    return passed.first(`${where}: ${field}`, short, 24)
  }
  return {
    kind: 'capability',
    id,
    name: passed.clipped(`${where}: name`, skill.name, 80),
    description: passed.clipped(`${where}: description`, skill.description ?? '', 1000),
    tags: many('tags', skill.tags ?? [], 24, 40),
    examples: many('examples', skill.examples ?? [], 12, 200),
    inputModes: modes('inputModes', skill.inputModes ?? []),
    outputModes: modes('outputModes', skill.outputModes ?? [])
  }
}

function withBeyond(plain: CardCapability, entry: unknown, where: string, passed: PassedOver): CardCapability {
  const read = passed.read(`extension: ${where}`, entry, beyond)
  if (read === null) return plain
  passed.fields(`extension: ${where}: `, entry, ['id', ...Object.keys(beyond.shape)])
  const { inputModes = plain.inputModes, outputModes = plain.outputModes, ...rest } = read
  return { ...plain, ...rest, inputModes, outputModes }
}

function beyondSkill(one: Capability): Beyond & { id: string } {
  const { id, program, limits, version, terms, input, output, topic, inputModes, outputModes } = one
  return {
    id,
    program,
    limits,
    ...(version === undefined ? {} : { version }),
    ...(terms === undefined ? {} : { terms }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    ...(topic === undefined ? {} : { topic }),
    ...(isSame(inputModes, asTypes(inputModes)) ? {} : { inputModes }),
    ...(isSame(outputModes, asTypes(outputModes)) ? {} : { outputModes })
  }
}

/** Media types for modes of ours. A2A knows no endings. */
function asTypes(modes: readonly string[]): string[] {
  const types = modes.map((mode) => {
    if (!mode.startsWith('.')) return mode
    const type = mediaType(mode)
    return type === null || type.startsWith('.') ? 'application/octet-stream' : type
  })
  return [...new Set(types)]
}

function descriptionOf(capabilities: readonly Capability[]): string {
  const names = capabilities.map(({ name }) => name).join(', ')
  return clip(names === '' ? 'An agent in Starling’s network that offers nothing now' : `Offers ${names}`, MAX_DESCRIPTION)
}

const urlOf = (agent: string): string => `starling:${agent}`

function agentOf(url: unknown): string | null {
  if (typeof url !== 'string' || !url.startsWith('starling:')) return null
  const agent = url.slice('starling:'.length)
  return z.safeParse(agentId, agent).success ? agent : null
}

/** Ids of ours for those of a card, no two alike. One that fits is kept for the first who has it. */
function createIds(skills: readonly unknown[]): { take(id: string): string } {
  const pattern = capability.shape.id
  const fits = (id: unknown): id is string => z.safeParse(pattern, id).success
  const kept = new Set(skills.map((skill) => (isRecord(skill) ? skill['id'] : null)).filter(fits))
  const taken = new Set<string>()
  return {
    take(id) {
      const words = id.slice(0, 256).normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().match(/[a-z0-9]+/g) ?? ['skill']
      const base = words.join('-')
      let own = fits(id) && !taken.has(id) ? id : ''
      for (let number = 1; own === ''; number++) {
        const ending = number === 1 ? '' : `-${number}`
        const next = base.slice(0, 64 - ending.length) + ending
        if (!kept.has(next) && !taken.has(next)) own = next
      }
      taken.add(own)
      return own
    }
  }
}

/** What could not be taken, in words. Of more than so many only their number is told. */
interface PassedOver {
  add(what: string): void
  /** The fields of an object that are not among `taken`. */
  fields(where: string, value: unknown, taken: readonly string[]): void
  /** A value of a schema; null when it is absent or not of it. */
  read<T>(what: string, value: unknown, schema: z.ZodMiniType<T>): T | null
  first<T>(what: string, values: readonly T[], max: number): T[]
  clipped(what: string, value: string, max: number): string
  all(): string[]
}

function createPassedOver(): PassedOver {
  const said: string[] = []
  let more = 0
  const add = (what: string): void => {
    if (said.length < MAX_PASSED_OVER) said.push(what)
    else more++
  }
  return {
    add,
    fields(where, value, taken) {
      if (!isRecord(value)) return
      for (const field of Object.keys(value)) if (!taken.includes(field)) add(`${where}${quoted(field)}`)
    },
    read(what, value, schema) {
      if (value === undefined) return null
      const result = z.safeParse(schema, value)
      if (result.success) return result.data
      add(`${what}: ${why(result.error)}`)
      return null
    },
    first(what, values, max) {
      if (values.length > max) add(`${what}: ${values.length - max} of ${values.length}`)
      return values.slice(0, max)
    },
    clipped(what, value, max) {
      if (value.length > max) add(`${what}: what is beyond ${max} characters`)
      return clip(value, max)
    },
    all: () => (more === 0 ? said : [...said, `and ${more} more`])
  }
}

function listOf(value: unknown, what: string, passed: PassedOver): unknown[] {
  if (Array.isArray(value)) return value as unknown[]
  if (value !== undefined) passed.add(`${what}: expected a list`)
  return []
}

function why(error: z.core.$ZodError): string {
  const [issue] = error.issues
  return clip(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'another shape'}`, 2 * MAX_WORD)
}

/** A stranger's word, or what it is when it is none. */
const quoted = (word: unknown): string => (typeof word === 'string' ? inQuotes(word, MAX_WORD) : `of type ${typeof word}`)

const isSame = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((one, i) => one === b[i])
