/**
 * What all known agents declare at this moment, drawn from their logs: an agent's newest word on a skill
 * counts, a withdrawn or lapsed declaration does not.
 */
import type { Entry } from '../log/log.ts'
import { parse } from '../schema/codec.ts'
import { capability, intention, withdrawal, type Capability, type Intention } from '../schema/declaration.ts'

export interface Declared<T> {
  agent: string
  seq: number
  expiry: number | null
  declaration: T
}

export interface Declarations {
  /** Takes an entry in, in any order. A body that is not a declaration is left aside. @returns whether anything changed */
  add(entry: Entry): boolean
  /** An agent that has forked its log is not listened to any more. */
  drop(agent: string): void
  capabilities(now: number): Array<Declared<Capability>>
  intentions(now: number): Array<Declared<Intention>>
}

/** One agent's declarations that are remembered at most, of each kind. */
const MAX_PER_AGENT = 64

interface Author {
  /** by skill */
  capabilities: Map<string, Declared<Capability>>
  /** by sequence number */
  intentions: Map<number, Declared<Intention>>
  withdrawn: Set<number>
}

export interface DeclarationsInit {
  /** Called when a capability became what an agent offers, or stopped being so (`null`). */
  onCapability: (id: string, declared: Declared<Capability> | null) => void
}

/** The name of an agent's skill in an index. */
export function capabilityId(agent: string, skill: string): string {
  return `${agent} ${skill}`
}

export function createDeclarations({ onCapability }: DeclarationsInit): Declarations {
  const authors = new Map<string, Author>()
  const dropped = new Set<string>()

  function author(agent: string): Author {
    const known = authors.get(agent) ?? { capabilities: new Map(), intentions: new Map(), withdrawn: new Set() }
    authors.set(agent, known)
    return known
  }

  function addCapability(agent: string, seq: number, expiry: number | null, declaration: Capability): boolean {
    const { capabilities } = author(agent)
    const known = capabilities.get(declaration.id)
    if ((known?.seq ?? 0) >= seq || (known === undefined && capabilities.size >= MAX_PER_AGENT)) return false
    const declared = { agent, seq, expiry, declaration }
    capabilities.set(declaration.id, declared)
    if (!author(agent).withdrawn.has(seq)) onCapability(capabilityId(agent, declaration.id), declared)
    return true
  }

  function withdraw(agent: string, seq: number): boolean {
    const { capabilities, withdrawn } = author(agent)
    withdrawn.add(seq)
    for (const [skill, declared] of capabilities) {
      if (declared.seq === seq) onCapability(capabilityId(agent, skill), null)
    }
    return true
  }

  function addIntention(agent: string, seq: number, expiry: number | null, declaration: Intention): boolean {
    const { intentions } = author(agent)
    intentions.set(seq, { agent, seq, expiry, declaration })
    const [oldest] = intentions.keys()
    if (intentions.size > MAX_PER_AGENT && oldest !== undefined) intentions.delete(oldest)
    return true
  }

  function live<T>({ agent, seq, expiry }: Declared<T>, now: number): boolean {
    return (expiry === null || expiry > now) && !(authors.get(agent)?.withdrawn.has(seq) ?? false)
  }

  return {
    add({ author: agent, header, body }) {
      if (body === null || dropped.has(agent)) return false
      try {
        switch (header.kind) {
          case 'capability':
            return addCapability(agent, header.seq, header.expiry, parse(body, capability))
          case 'intention':
            return addIntention(agent, header.seq, header.expiry, parse(body, intention))
          case 'withdrawal':
            return withdraw(agent, parse(body, withdrawal).seq)
          default:
            return false
        }
      } catch {
        // signed nonsense: it stays in the log for what it is, and says nothing here
        return false
      }
    },

    drop(agent) {
      dropped.add(agent)
      for (const skill of authors.get(agent)?.capabilities.keys() ?? []) onCapability(capabilityId(agent, skill), null)
      authors.delete(agent)
    },

    capabilities: (now) =>
      [...authors.values()].flatMap(({ capabilities }) => [...capabilities.values()].filter((one) => live(one, now))),

    intentions: (now) =>
      [...authors.values()].flatMap(({ intentions }) => [...intentions.values()].filter((one) => live(one, now)))
  }
}
