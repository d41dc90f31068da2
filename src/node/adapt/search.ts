/**
 * Searching all that is declared, on this device; nobody is asked. Who could do something, how well each offer fits, and what chains of
 * offers lead to what is wanted.
 */
import { UNSORTED_TOPIC } from '../schema/contract.ts'
import type { Capability, Constraints } from '../schema/declaration.ts'
import type { Composition, Goods, Sureness } from '../semantic/composition/composition.ts'
import type { Match, Matcher } from '../semantic/matcher.ts'
import { once } from '../support/once.ts'
import { unmet } from './constraints.ts'
import { capabilityId, idOf, type Declarations, type Declared } from './declarations.ts'
import type { Directory } from './directory.ts'
import type { Candidate, History, TopicStanding } from './rank.ts'
import type { Stands } from './stands.ts'
import type { States } from './states.ts'

export interface Query {
  text: string
  files?: ReadonlyArray<{ name: string; type?: string }>
  /** this agent, this skill only */
  agent?: string | null
  skill?: string | null
  /** on what terms; whoever does not meet them is not found */
  constraints?: Constraints
}

/** An offer, and how well it fits what is looked for, as if it were all that is offered. */
export interface Fit {
  offer: Declared<Capability>
  match: Match
}

/** Offers one after the other: each takes what comes out of the one before it. */
export interface OfferChain {
  steps: Array<Declared<Capability>>
  /** `schema`: each step is sure by what both have declared; `modes`: the media types fit */
  by: Sureness
}

export interface Search {
  /** Other agents who could do it, best first, with the reasons; a few offers of each, unless the query names an agent. */
  find(query: Query): Promise<Candidate[]>
  /** Those offers of others that break none of the constraints and against whose agents nothing speaks, whatever they are about. */
  meeting(constraints: Constraints, offers: ReadonlyArray<Declared<Capability>>): Promise<Array<Declared<Capability>>>
  /** How well offers of others fit what is looked for, each by itself; those that don't, or break a constraint, are left out. */
  judge(text: string, constraints: Constraints, offers?: ReadonlyArray<Declared<Capability>>): Promise<Fit[]>
  /** Chains of capabilities, ours among them, that lead from what one has to what one wants: the shortest and surest first. */
  chains(ends: { from: Goods; to: Goods }): Promise<OfferChain[]>
  /** How well a capability that is not declared would fit each of these texts, in their order. */
  preview(texts: readonly string[], capability: Capability): Promise<Match[]>
  /** Called with offers of others that can be judged from now on, or better than before. */
  onOffered(listener: (offers: ReadonlyArray<Declared<Capability>>) => void): () => void
}

export interface SearchHearing extends Search {
  /** A capability became what an agent offers, or stopped being so (`null`). @param id that of `capabilityId` */
  declared(id: string, offer: Declared<Capability> | null): void
}

export interface SearchComponents {
  /** our own agent */
  self: string
  matcher: Pick<Matcher, 'add' | 'remove' | 'search' | 'judge' | 'preview' | 'onJudgeable'>
  declarations: Pick<Declarations, 'capabilities' | 'capability'>
  stands: Pick<Stands, 'against'>
  directory: Pick<Directory, 'reach'>
  states: Pick<States, 'of'>
  now: () => number
  report: (error: unknown) => void
}

export interface SearchInit {
  /** how agents stand in topics, in this order */
  standings: (of: ReadonlyArray<{ agent: string; topic: string }>) => Promise<TopicStanding[]>
  history: (agent: string) => History
  knownPrograms: ReadonlySet<string>
}

/** Of offers that take all the files and don't match, so many are looked at for how those stand who make them. */
const MAX_BY_FILES = 1024
const MAX_CANDIDATES = 20
/** Of these, so many are one agent's, unless it was asked for. */
const MAX_OF_ONE_AGENT = 5
const MAX_MATCHES = 2000

export function createSearch(components: SearchComponents, { standings, history, knownPrograms }: SearchInit): SearchHearing {
  const { self, matcher, declarations, stands, directory, states, now, report } = components
  /** made when somebody first plans something of several steps */
  let composing: Promise<Composition> | null = null
  const composition = once(() => (composing = makeComposition()))

  const othersOffers = () => declarations.capabilities(now()).filter(({ agent }) => agent !== self)
  const offersOf = (ids: readonly string[]) => ids.flatMap((id) => declarations.capability(id, now()) ?? [])

  /** How those stand who offer these, each in its offer's topic. Without an answer nobody is known. */
  async function standingsOf(offers: ReadonlyArray<Declared<Capability>>): Promise<(offer: Declared<Capability>) => TopicStanding | null> {
    const of = offers.map(({ agent, declaration }) => ({ agent, topic: declaration.topic ?? UNSORTED_TOPIC }))
    try {
      const found = await standings(of)
      const byOffer = new Map(offers.map((offer, i) => [offer, found[i] ?? null]))
      return (offer) => byOffer.get(offer) ?? null
    } catch (error) {
      report(error)
      return () => null
    }
  }

  async function meeting(
    constraints: Constraints,
    offers: ReadonlyArray<Declared<Capability>>
  ): Promise<Array<Declared<Capability>>> {
    const willing = offers.filter(
      ({ agent, declaration: { terms } }) => stands.against(agent).length === 0 && unmet(terms, constraints).length === 0
    )
    if (constraints.known !== true) return willing
    const trust = await standingsOf(willing)
    return willing.filter((offer) => trust(offer)?.footing === 'known')
  }

  async function makeComposition(): Promise<Composition> {
    const { createComposition } = await import('../semantic/composition/composition.ts')
    const all = createComposition()
    for (const offer of declarations.capabilities(now())) all.set(idOf(offer), offer.declaration)
    return all
  }

  return {
    declared(id, offer) {
      composing?.then(
        (all) => {
          if (offer === null) all.delete(id)
          else all.set(id, offer.declaration)
        },
        // whoever wanted it has been told
        () => {}
      )
      if (offer === null) matcher.remove(id)
      else if (offer.agent !== self) matcher.add(id, offer.declaration)
    },

    async find({ text, files = [], agent = null, skill = null, constraints = {} }) {
      const found = await matcher.search(text, MAX_MATCHES)
      // few search as soon as they are here
      const { rank, takesAll } = await import('./rank.ts')
      const isSought = (offer: Declared<Capability>): boolean =>
        offer.agent !== self &&
        (agent === null || offer.agent === agent) &&
        (skill === null || offer.declaration.id === skill) &&
        stands.against(offer.agent).length === 0
      // all that is offered is looked through only where what matches is not all that is sought
      const matches = new Map<Declared<Capability>, Match>()
      for (const match of found) {
        const offer = declarations.capability(match.id, now())
        if (offer !== null && isSought(offer)) matches.set(offer, match)
      }
      if (skill !== null) {
        // asked for by name: the words need not fit as well
        const named = agent === null ? declarations.capabilities(now()) : offersOf([capabilityId(agent, skill)])
        for (const offer of named.filter((offer) => isSought(offer) && !matches.has(offer))) {
          matches.set(offer, { id: idOf(offer), score: 0.5, alone: 0.5, terms: [offer.declaration.name], meaning: null })
        }
      }
      // with files, whoever takes all of them is a candidate, too
      const isByFiles = (offer: Declared<Capability>): boolean => takesAll(offer, files) && !matches.has(offer) && isSought(offer)
      const byFiles = files.length === 0 ? [] : declarations.capabilities(now()).filter(isByFiles)
      const trust = await standingsOf([...matches.keys(), ...byFiles.slice(0, MAX_BY_FILES)])
      return rank({
        offers: [...matches.keys(), ...byFiles],
        matches,
        files,
        constraints,
        reach: directory.reach,
        state: states.of,
        trust,
        history,
        knownPrograms,
        ofOneAgent: agent === null ? MAX_OF_ONE_AGENT : MAX_CANDIDATES,
        inAll: MAX_CANDIDATES,
        self
      })
    },

    meeting,

    async judge(text, { known, ...terms }, offers = othersOffers()) {
      const byId = new Map((await meeting(terms, offers)).map((offer) => [idOf(offer), offer]))
      const matches = await matcher.judge(text, [...byId.keys()])
      const fits = matches.flatMap((match) => {
        const offer = byId.get(match.id)
        return offer === undefined ? [] : { offer, match }
      })
      if (known !== true) return fits
      // how somebody stands is asked of those alone who fit
      const among = new Set(await meeting({ known }, fits.map(({ offer }) => offer)))
      return fits.filter(({ offer }) => among.has(offer))
    },

    async chains(ends) {
      const found = (await composition()).chains(ends)
      return found.flatMap(({ ids, by }) => {
        const steps = offersOf(ids)
        const isWhole = steps.length === ids.length && steps.every(({ agent }) => agent === self || stands.against(agent).length === 0)
        return isWhole ? { steps, by } : []
      })
    },

    preview: (texts, capability) => matcher.preview(texts, capability),

    onOffered: (listener) =>
      matcher.onJudgeable((ids) => {
        const offers = offersOf(ids).filter(({ agent }) => agent !== self)
        if (offers.length > 0) listener(offers)
      })
  }
}
