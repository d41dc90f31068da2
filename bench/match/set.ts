/** The sets of requests and capabilities: `held-out` to measure with, `tuning` to fit with. How they were made: README.md. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from '../../src/node/schema/codec.ts'
import { capability, constraints, type Capability, type Constraints } from '../../src/node/schema/declaration.ts'

export interface Offer {
  id: string
  field: string
  capability: Capability
}

export interface Request {
  text: string
  field: string
  constraints: Constraints
  /** ids of those that serve it, and of those that would if the constraints did not rule them out */
  serves: readonly string[]
  traps: readonly string[]
}

export interface MatchSet {
  offers: Offer[]
  requests: Request[]
}

const KEEPS = { none: 'nothing', task: 'task', kept: 'longer' } as const

/** A field as it is written in its file. */
interface Field {
  field: string
  capabilities: Array<
    Pick<Capability, 'id' | 'name' | 'description' | 'tags' | 'inputModes' | 'outputModes'> & {
      examples?: string[]
      languages?: string[]
      region?: string
      price?: number
      data?: keyof typeof KEEPS
      tier?: number
    }
  >
  requests: Array<{
    text: string
    constraints?: Omit<Constraints, 'keeps'> & { data?: keyof typeof KEEPS }
    serves: string[]
    traps?: string[]
  }>
}

/** @throws InvalidBytesError when a file does not hold what a node could declare and look for */
export function loadSet(folder: string): MatchSet {
  const fields = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Field)
  return { offers: fields.flatMap(offersOf), requests: fields.flatMap(requestsOf) }
}

function offersOf({ field, capabilities }: Field): Offer[] {
  return capabilities.map(({ languages = ['en'], region = 'US', price = 0, data = 'none', tier = 0, examples = [], ...skill }) => ({
    id: skill.id,
    field,
    capability: parse(
      {
        kind: 'capability',
        ...skill,
        examples,
        program: '0'.repeat(64),
        limits: { ms: 1, memoryBytes: 1, inputBytes: 0, outputBytes: 1 },
        terms: { languages, region, price, keeps: KEEPS[data], tier }
      },
      capability
    )
  }))
}

function requestsOf({ field, requests }: Field): Request[] {
  return requests.map(({ text, constraints: { data, ...others } = {}, serves, traps = [] }) => ({
    text,
    field,
    constraints: parse({ ...others, ...(data === undefined ? {} : { keeps: KEEPS[data] }) }, constraints),
    serves,
    traps
  }))
}
