/**
 * Putting candidates in order and saying why, in words. Pure.
 */
import type { Match } from '../semantic/matcher.ts'
import { acceptsFile } from '../semantic/composition/accepts.ts'
import type { Capability, Constraints, Limits, State, Terms } from '../schema/declaration.ts'
import { inQuotes } from '../support/words.ts'
import { unmet } from './constraints.ts'
import type { Declared } from './declarations.ts'
import type { Reach } from './directory.ts'
import { lotsOf, varied } from './variety.ts'

export interface Reason {
  /** for grouping and icons */
  kind: 'matches' | 'means' | 'accepts' | 'trust' | 'reach' | 'state' | 'history' | 'program' | 'terms'
  text: string
}

/** Somebody who could do it, and why we think so; best first. */
export interface Candidate {
  agent: string
  skill: string
  name: string
  /** 0 to 1, comparable within one answer only */
  score: number
  /** how likely what it offers is what is asked for, as far as words and meaning tell, 0 to 1; the same for all who offer the very same */
  likely: number
  reach: Reach
  reasons: Reason[]
  limits: Limits
  program: string
  terms: Terms | null
  topic: string | null
  /** how it stands in that topic; null: nothing is known */
  trust: TopicStanding | null
  /** whether this is one to be tried with something small, in place of those who have a record; absent: it is not */
  isTrial?: boolean
}

/** How an agent stands in a topic, as far as ranking goes. */
export interface TopicStanding {
  /** 0 (nothing known) to 1; 1/2 is as well endorsed as is usual */
  level: number
  /** the same by its work in this very topic */
  record: number
  /** why it is not considered; null: nothing is against it */
  excluded: 'proven' | 'complaints' | null
  /** whether it has a record in this topic, brings something along from next door, is a stranger, or is not considered */
  footing: 'known' | 'promising' | 'stranger' | 'excluded'
  /** how good its work will be, -1 to 1 */
  expectation: number
  /** strangers' share, 0 to 1, of what is tried in this topic */
  strangers: number
}

export interface History {
  completed: number
  failed: number
}

export interface RankInput {
  offers: ReadonlyArray<Declared<Capability>>
  /** by offer; absent: the words don't fit */
  matches: ReadonlyMap<Declared<Capability>, Match>
  files: ReadonlyArray<{ name: string; type?: string }>
  /** whoever does not meet them is left out */
  constraints?: Constraints
  reach: (agent: string) => Reach
  /** how it says that it is; null: it has not said */
  state?: (agent: string) => State | null
  history: (agent: string) => History
  /** how an agent stands in an offer's topic; null: nothing is known */
  trust?: (offer: Declared<Capability>) => TopicStanding | null
  /** programs that we run ourselves, by hash: no stranger's code */
  knownPrograms: ReadonlySet<string>
  /** most candidates of one agent; absent: any number */
  ofOneAgent?: number
  /** most candidates in all; absent: any number */
  inAll?: number
  /** our own agent: the order of equals is another for each; absent: they are in the order of their keys, which can be chosen */
  self?: string
}

/** Strangers' words are shown up to this length. */
const MAX_WORD = 40

/** What each fact is worth. Match and files decide what fits; the rest decides among those that fit. */
const weight = { match: 0.44, files: 0.2, trust: 0.14, reach: 0.09, history: 0.05, state: 0.06, price: 0.02 }
/** Each further offer of an agent counts as if it matched worse by a quarter of what the best does. */
const SET_BACK = weight.match / 4
/** From this level on somebody is said to be well spoken of; the usual is one half. */
const WELL_SPOKEN = 0.1
/** How much of its weight trust has for whom nobody knows: who is new is to get its first work, and not before those who are known to be good. */
const UNKNOWN_TRUST = 0.4
/** How much of it a record has as such; the rest depends on what is said of the work. */
const RECORD_TRUST = 0.6
/** What costs so much is halfway between what is for nothing and what costs anything; so is what does not say what it costs. */
const USUAL_PRICE = 10
const cheapness = (price: number): number => USUAL_PRICE / (price + USUAL_PRICE)
/** From this cosine on, two texts are said to be near in meaning. */
const NEAR = 0.3

/** Whether an offer takes each of the files, of which there are some. */
export function takesAll({ declaration: { inputModes } }: Declared<Capability>, files: RankInput['files']): boolean {
  return files.length > 0 && files.every((file) => acceptsFile(inputModes, file))
}

/**
 * Candidates, best first, and of about equal ones those of several agents before more of the same. An offer is one when it matches, or
 * when there are files and it takes all of them; with files, one that takes none of them is left out.
 */
export function rank(input: RankInput): Candidate[] {
  const { constraints = {}, trust, ofOneAgent = Infinity, inAll = Infinity, self } = input
  const isKnown = (offer: Declared<Capability>): boolean => trust?.(offer)?.footing === 'known'
  const met = input.offers.filter(
    (offer) => unmet(offer.declaration.terms, constraints).length === 0 && (constraints.known !== true || isKnown(offer))
  )
  const shareOf = (offer: Declared<Capability>): number => input.matches.get(offer)?.score ?? 0
  const best = met.reduce((most, offer) => Math.max(most, shareOf(offer)), Number.MIN_VALUE)
  // a choice among fewer: what is said of those that are left grows by what was said of the others
  const excluded = sumOf(input.offers.map(shareOf)) - sumOf(met.map(shareOf))
  const shares = sharesOf(met, shareOf)
  const likely = (offer: Declared<Capability>): number => Math.min(1, (shares.get(kindOf(offer)) ?? 0) / Math.max(0.001, 1 - excluded))
  const weighed = met.flatMap((offer): Weighed | [] => {
    const match = input.matches.get(offer)
    const accepted = input.files.filter((file) => acceptsFile(offer.declaration.inputModes, file))
    if (input.files.length > 0 && accepted.length === 0) return []
    if (match === undefined && !takesAll(offer, input.files)) return []
    return { agent: offer.agent, offer, match, accepted, score: scoreOf(offer, shareOf(offer) / best, accepted, input) }
  })
  const lot = self === undefined ? (agent: string) => agent : lotsOf(self)
  const inOrder = ofBestAgents(weighed, inAll, lot).sort((a, b) => compare(a.offer.declaration.id, b.offer.declaration.id))
  return varied(inOrder, { worth: ({ score }) => score, setBack: SET_BACK, most: ofOneAgent, lot })
    .slice(0, inAll)
    .map((one) => candidate(one, likely(one.offer), input))
}

/** An offer that is a candidate, before anything is said of it. */
interface Weighed {
  agent: string
  offer: Declared<Capability>
  match: Match | undefined
  accepted: RankInput['files']
  score: number
}

/**
 * What so many agents offer, of whom each has something that is better than all that the others have: so many come first that
 * nothing of the others does. Of tens of thousands that take a file, that leaves few to put in order.
 */
function ofBestAgents(all: readonly Weighed[], count: number, lot: (agent: string) => string): Weighed[] {
  const best = new Map<string, number>()
  for (const { agent, score } of all) best.set(agent, Math.max(score, best.get(agent) ?? 0))
  if (best.size <= count) return [...all]
  const agents = Array.from(best, ([agent, score]) => ({ agent, score, lot: lot(agent) }))
  const first = agents.sort((a, b) => b.score - a.score || compare(a.lot, b.lot) || compare(a.agent, b.agent)).slice(0, count)
  const chosen = new Set(first.map(({ agent }) => agent))
  return all.filter(({ agent }) => chosen.has(agent))
}

/** @param relative how well it matches beside the best */
function scoreOf(offer: Declared<Capability>, relative: number, accepted: RankInput['files'], input: RankInput): number {
  const { agent, declaration } = offer
  const { completed, failed } = input.history(agent)
  const fileShare = input.files.length === 0 ? 0 : accepted.length / input.files.length
  return (
    weight.match * relative +
    weight.files * fileShare +
    weight.trust * trustWorth(input.trust?.(offer) ?? null) +
    weight.reach * { direct: 1, relayed: 0.5, away: 0 }[input.reach(agent)] +
    weight.history * ((1 + completed) / (2 + completed + 2 * failed)) +
    weight.state * (1 - hindrance(input.state?.(agent) ?? null)) +
    weight.price * cheapness(declaration.terms?.price ?? USUAL_PRICE)
  )
}

function candidate({ offer, match, accepted, score }: Weighed, likely: number, input: RankInput): Candidate {
  const { agent, declaration } = offer
  const reach = input.reach(agent)
  const history = input.history(agent)
  const state = input.state?.(agent) ?? null
  const trust = input.trust?.(offer) ?? null

  const reasons: Reason[] = []
  if (match !== undefined && match.terms.length > 0) {
    reasons.push({ kind: 'matches', text: `Matches ${quoted(match.terms)}` })
  }
  if ((match?.meaning ?? 0) >= NEAR) reasons.push({ kind: 'means', text: 'Near to it in meaning' })
  if (accepted.length > 0) {
    reasons.push({ kind: 'accepts', text: `Takes ${quoted(accepted.map(({ name }) => name))}` })
  }
  const known = trustText(trust)
  if (known !== null) reasons.push({ kind: 'trust', text: known })
  reasons.push({
    kind: 'reach',
    text: { direct: 'Connected directly', relayed: 'Reached through a relay', away: 'Not there right now' }[reach]
  })
  const how = stateText(state)
  if (how !== null) reasons.push({ kind: 'state', text: how })
  if (declaration.terms !== undefined && declaration.terms.price > 0) {
    reasons.push({ kind: 'terms', text: `Costs ${declaration.terms.price}` })
  }
  if (history.completed + history.failed > 0) {
    const failures = history.failed > 0 ? `, ${history.failed} did not work out` : ''
    reasons.push({ kind: 'history', text: `Did ${history.completed} with you${failures}` })
  }
  if (input.knownPrograms.has(declaration.program)) {
    reasons.push({ kind: 'program', text: 'Runs a program that comes with Starling' })
  }
  return {
    agent,
    skill: declaration.id,
    name: declaration.name,
    score,
    likely,
    reach,
    reasons,
    limits: declaration.limits,
    program: declaration.program,
    terms: declaration.terms ?? null,
    topic: declaration.topic ?? null,
    trust
  }
}

/** What trust is worth, 0 to 1: of those with a record what is said of their work decides, of others what they bring along. */
function trustWorth(trust: TopicStanding | null): number {
  switch (trust?.footing) {
    case 'excluded':
      return 0
    case 'known':
      return RECORD_TRUST + ((1 - RECORD_TRUST) * (1 + trust.expectation)) / 2
    case 'promising':
      return UNKNOWN_TRUST + (RECORD_TRUST - UNKNOWN_TRUST) * trust.level
    default:
      return UNKNOWN_TRUST
  }
}

function trustText(trust: TopicStanding | null): string | null {
  if (trust === null) return null
  if (trust.excluded === 'proven') return 'Has been caught cheating'
  if (trust.excluded === 'complaints') return 'Those whose word counts for you complain of its work'
  if (trust.record >= WELL_SPOKEN) return 'Well spoken of in this field'
  return trust.level >= WELL_SPOKEN ? 'Well spoken of in a field nearby' : null
}

/** How much the way an agent is speaks against asking it now, 0 to 1. */
function hindrance(state: State | null): number {
  if (state === null) return 0
  if (!state.open) return 1
  return Math.max({ idle: 0, busy: 0.3, full: 0.8 }[state.load], state.power === 'low' ? 0.5 : 0, state.metered ? 0.2 : 0)
}

function stateText(state: State | null): string | null {
  if (state === null) return null
  if (!state.open) return 'Takes on no work right now'
  if (state.load === 'full') return 'Has its hands full right now'
  if (state.power === 'low') return 'Is short of battery'
  if (state.load === 'busy') return 'Does something else, too'
  return state.metered ? 'Is on a connection that costs' : null
}

function quoted(words: readonly string[]): string {
  const shown = words.slice(0, 4).map((word) => inQuotes(word, MAX_WORD))
  return shown.join(', ') + (words.length > shown.length ? ' and more' : '')
}

/** Several who offer the very same share what is likely of it among them: it is the same for each. */
function sharesOf(offers: ReadonlyArray<Declared<Capability>>, shareOf: (offer: Declared<Capability>) => number): Map<string, number> {
  const shares = new Map<string, number>()
  for (const offer of offers) {
    const share = shareOf(offer)
    if (share > 0) shares.set(kindOf(offer), (shares.get(kindOf(offer)) ?? 0) + share)
  }
  return shares
}

const kindOf = ({ declaration: { id, program } }: Declared<Capability>): string => `${program} ${id}`

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0)

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
