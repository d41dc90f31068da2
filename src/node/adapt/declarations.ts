/**
 * What all known agents declare at this moment, drawn from their logs: an agent's newest word on a skill
 * counts, a withdrawn or lapsed declaration does not. What is remembered is bounded, of one agent and of all.
 */
import type { Entry } from '../log/log.ts'
import { InvalidBytesError, parse } from '../schema/codec.ts'
import { capability, intention, withdrawal, type Capability, type Intention } from '../schema/declaration.ts'
import type { Header } from '../schema/header.ts'
import { keepNewest } from '../support/keep-newest.ts'
import { table } from './table.ts'

export interface Declared<T> {
  agent: string
  seq: number
  /** the header's own, or where that says none or a later one, the end of such a declaration's life */
  expiry: number
  declaration: T
}

export interface Declarations {
  /** Takes an entry in, in any order. A body that is not a declaration is left aside. @returns whether anything changed */
  add(entry: Pick<Entry, 'author' | 'header' | 'body'>): boolean
  /** This declaration does not count any more: it is not what its sketch says. */
  refuse(agent: string, seq: number): void
  /** An agent that has forked its log is not listened to any more. */
  drop(agent: string): void
  capabilities(now: number): Array<Declared<Capability>>
  /** One of them. @param id that of `capabilityId` @returns null when that is not offered (any more) */
  capability(id: string, now: number): Declared<Capability> | null
  intentions(now: number): Array<Declared<Intention>>
}

export interface DeclarationsLimits {
  /** one agent's skills, one agent's intentions, and its withdrawals of what is not known here */
  perAgent: number
  /** agents; those that have been silent longest are forgotten first */
  agents: number
}

export interface DeclarationsInit {
  /** our own agent: never forgotten for others */
  self: string
  /** Called when a capability became what an agent offers, or stopped being so (`null`). */
  onCapability: (id: string, declared: Declared<Capability> | null) => void
  limits?: Partial<DeclarationsLimits>
}

/** Parts of declarations that are told apart to keep those once that are the same. */
const MAX_COMMON = 8192

const defaultLimits: DeclarationsLimits = { perAgent: 64, agents: 2000 }

interface Author {
  /** newest word by skill; one that was withdrawn stays as null, so that an older one does not come back */
  skills: Map<string, { seq: number; declared: Declared<Capability> | null }>
  /** by sequence number */
  intentions: Map<number, Declared<Intention>>
  /** sequence numbers of withdrawn entries that have not come yet */
  withdrawn: Set<number>
}

/** The name of an agent's skill in an index. */
export function capabilityId(agent: string, skill: string): string {
  // in one piece: a template would keep its parts besides
  return [agent, skill].join(' ')
}

/** The name of an offer in an index. */
export const idOf = ({ agent, declaration }: Declared<Capability>): string => capabilityId(agent, declaration.id)

export function createDeclarations({ self, onCapability, limits }: DeclarationsInit): Declarations {
  const { perAgent, agents } = { ...defaultLimits, ...limits }
  /** those heard from last come last */
  const authors = new Map<string, Author>()
  const dropped = new Set<string>()
  /** nothing lapses before: among a hundred thousand it is not looked for each time */
  let nextLapse = Infinity
  /** by what they say, those that came last last */
  const common = new Map<string, unknown>()

  /** Of what most say alike one is kept: that is a third of a declaration's memory and more. */
  function inCommon<T>(part: T): T {
    // with its quotes, so that a tag that reads like a list is not taken for one
    const said = JSON.stringify(part)
    const kept = (common.get(said) ?? part) as T
    common.delete(said)
    common.set(said, kept)
    keepNewest(common, MAX_COMMON)
    return kept
  }

  function parsed(body: unknown): Capability {
    // parsing makes it anew: nobody else has it
    const declaration = parse(body, capability)
    declaration.tags = declaration.tags.map(inCommon)
    if (declaration.topic !== undefined) declaration.topic = inCommon(declaration.topic)
    declaration.inputModes = inCommon(declaration.inputModes)
    declaration.outputModes = inCommon(declaration.outputModes)
    declaration.limits = inCommon(declaration.limits)
    if (declaration.terms !== undefined) declaration.terms = inCommon(declaration.terms)
    return declaration
  }

  function author(agent: string): Author {
    const known = authors.get(agent) ?? { skills: new Map(), intentions: new Map(), withdrawn: new Set() }
    authors.delete(agent)
    authors.set(agent, known)
    if (authors.size > agents) {
      const [silent] = [...authors.keys()].filter((one) => one !== self)
      if (silent !== undefined) forget(silent)
    }
    return known
  }

  function forget(agent: string): void {
    for (const [skill, { declared }] of authors.get(agent)?.skills ?? []) {
      if (declared !== null) onCapability(capabilityId(agent, skill), null)
    }
    authors.delete(agent)
  }

  function forgetSkill(agent: string, { skills }: Author, skill: string): void {
    const declared = skills.get(skill)?.declared ?? null
    if (declared !== null) onCapability(capabilityId(agent, skill), null)
    skills.delete(skill)
  }

  function addCapability(agent: string, header: Header, declaration: Capability): boolean {
    const of = author(agent)
    const { seq } = header
    const known = of.skills.get(declaration.id)
    if (known !== undefined && known.seq >= seq) return false
    const declared = of.withdrawn.delete(seq) ? null : { agent, seq, expiry: lapses(header, 'capability'), declaration }
    nextLapse = Math.min(nextLapse, declared?.expiry ?? Infinity)
    of.skills.set(declaration.id, { seq, declared })
    if (declared !== null || (known?.declared ?? null) !== null) onCapability(capabilityId(agent, declaration.id), declared)
    if (of.skills.size > perAgent) {
      const [oldest] = [...of.skills].sort(([, a], [, b]) => a.seq - b.seq)
      if (oldest !== undefined) forgetSkill(agent, of, oldest[0])
    }
    return true
  }

  function addIntention(agent: string, header: Header, declaration: Intention): boolean {
    const { intentions, withdrawn } = author(agent)
    const { seq } = header
    if (withdrawn.delete(seq) || intentions.has(seq)) return false
    const expiry = lapses(header, 'intention')
    nextLapse = Math.min(nextLapse, expiry)
    intentions.set(seq, { agent, seq, expiry, declaration })
    if (intentions.size > perAgent) intentions.delete(Math.min(...intentions.keys()))
    return true
  }

  function withdraw(agent: string, header: Header, seq: number): boolean {
    // only what was said before can be taken back
    if (seq >= header.seq) return false
    const of = author(agent)
    const counted = takeOut(agent, of, seq)
    if (counted !== null) return counted
    of.withdrawn.add(seq)
    keepNewest(of.withdrawn, perAgent)
    return false
  }

  /** @returns whether a declaration that does not count from now on did so; null: it is not known here */
  function takeOut(agent: string, { skills, intentions }: Author, seq: number): boolean | null {
    if (intentions.delete(seq)) return true
    for (const [skill, said] of skills) {
      if (said.seq !== seq) continue
      if (said.declared === null) return false
      said.declared = null
      onCapability(capabilityId(agent, skill), null)
      return true
    }
    return null
  }

  function forgetLapsed(now: number): void {
    if (now < nextLapse) return
    let next = Infinity
    for (const [agent, of] of authors) {
      for (const [skill, { declared }] of of.skills) {
        if (declared === null) continue
        if (declared.expiry <= now) forgetSkill(agent, of, skill)
        else next = Math.min(next, declared.expiry)
      }
      for (const [seq, { expiry }] of of.intentions) {
        if (expiry <= now) of.intentions.delete(seq)
        else next = Math.min(next, expiry)
      }
    }
    nextLapse = next
  }

  return {
    add({ author: agent, header, body }) {
      if (body === null || dropped.has(agent)) return false
      try {
        switch (header.kind) {
          case 'capability':
            return addCapability(agent, header, parsed(body))
          case 'intention':
            return addIntention(agent, header, parse(body, intention))
          case 'withdrawal':
            return withdraw(agent, header, parse(body, withdrawal).seq)
          default:
            return false
        }
      } catch (error) {
        if (!(error instanceof InvalidBytesError)) throw error
        // signed nonsense: it stays in the log for what it is, and says nothing here
        return false
      }
    },

    refuse(agent, seq) {
      const of = authors.get(agent)
      if (of !== undefined) takeOut(agent, of, seq)
    },

    drop(agent) {
      dropped.add(agent)
      forget(agent)
    },

    capabilities(now) {
      forgetLapsed(now)
      const all: Array<Declared<Capability>> = []
      for (const { skills } of authors.values()) {
        for (const { declared } of skills.values()) if (declared !== null) all.push(declared)
      }
      return all
    },

    capability(id, now) {
      forgetLapsed(now)
      // no skill has a space in its name
      const space = id.lastIndexOf(' ')
      return authors.get(id.slice(0, space))?.skills.get(id.slice(space + 1))?.declared ?? null
    },

    intentions(now) {
      forgetLapsed(now)
      return [...authors.values()].flatMap(({ intentions }) => [...intentions.values()])
    }
  }
}

/** When such a declaration lapses: nobody's word stands for ever. */
function lapses({ expiry, time }: Header, kind: 'capability' | 'intention'): number {
  const latest = time + table[kind].lifeMs
  return expiry === null ? latest : Math.min(expiry, latest)
}
