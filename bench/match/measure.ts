/**
 * How well requests find whom they mean: the product's own matcher and ranking, beside words alone (BM25) and sentence
 * embeddings alone, over the held-out set, whole, with the constraints of each request.
 */
import { loadSentenceModel } from '../../headless/sentence-model.ts'
import { unmet } from '../../src/node/adapt/constraints.ts'
import { rank } from '../../src/node/adapt/rank.ts'
import type { HybridMatcher } from '../../src/node/semantic/hybrid.ts'
import type { Match } from '../../src/node/semantic/matcher.ts'
import { atHand, filled, withoutCloseLook } from './filled.ts'
import { NOBODY_WEIGHT } from './fit.ts'
import { loadSet, type MatchSet, type Request } from './set.ts'

export interface Quality {
  recallAt1: number
  recallAt5: number
  mrr: number
}

interface Answer {
  request: Request
  /** ids, best first */
  ids: string[]
  /** how likely the first one is said to serve */
  said: number
  /** the same, were those that serve it not there */
  saidOfNobody: number
}

/** @param folder of the set */
export async function measure(folder: string) {
  const set = loadSet(folder)
  const embedder = atHand(await loadSentenceModel())
  const hybrid = await filled(set.offers, embedder)
  // what a search says that does not wait for the closer look
  const atOnce = await filled(set.offers, withoutCloseLook(embedder))
  const words = await filled(set.offers, null)
  const byBoth = await answers(set, hybrid, ({ score }) => score)
  // the same without the defence: what nobody is kept from finding
  const trapped = set.requests.filter(({ traps }) => traps.length > 0)
  const heedless = await answers({ ...set, requests: trapped.map((request) => ({ ...request, constraints: {} })) }, atOnce, ({ score }) => score)
  const terms = new Map(set.offers.map(({ id, capability }) => [id, capability.terms]))
  return {
    requests: set.requests.length,
    capabilities: set.offers.length,
    fields: new Set(set.offers.map(({ field }) => field)).size,
    withTraps: trapped.length,
    hybrid: quality(byBoth),
    beforeCloseLook: quality(await answers(set, atOnce, ({ score }) => score)),
    wordsAlone: quality(await answers(set, words, ({ score }) => score)),
    embeddingAlone: quality(await answers(set, atOnce, ({ meaning }) => (1 + (meaning ?? -1)) / 2)),
    constraintsViolated: count(byBoth, (id, { constraints }) => unmet(terms.get(id), constraints).length > 0),
    // by hand, whatever is thought to be met
    trapsFound: count(byBoth, (id, { traps }) => traps.includes(id)),
    trapsFoundWithoutConstraints: count(heedless, (id, { traps }) => traps.includes(id)),
    calibrationError: calibrationError(byBoth)
  }
}

/** Everybody is equally near and unknown: only match and constraints decide. */
async function answers({ offers, requests }: MatchSet, matcher: HybridMatcher, score: (match: Match) => number): Promise<Answer[]> {
  const declared = new Map(offers.map(({ id, capability }) => [id, { agent: id, seq: 1, expiry: Infinity, declaration: capability }]))
  const all: Answer[] = []
  for (const request of requests) {
    const found = await matcher.search(request.text, offers.length)
    const matches = new Map(
      found.flatMap((match) => {
        const offer = declared.get(match.id)
        return offer === undefined ? [] : [[offer, { ...match, score: score(match) }]]
      })
    )
    const ranked = rank({
      offers: [...matches.keys()],
      matches,
      files: [],
      constraints: request.constraints,
      reach: () => 'direct',
      history: () => ({ completed: 0, failed: 0 }),
      knownPrograms: new Set()
    })
    const ids = ranked.map(({ agent }) => agent)
    const likely = new Map(ranked.map((candidate) => [candidate.agent, candidate.likely]))
    // a choice among fewer: shares grow by what the others had
    const others = request.serves.reduce((sum, id) => sum - (likely.get(id) ?? 0), 1)
    const best = ids.find((id) => !request.serves.includes(id)) ?? ''
    all.push({
      request,
      ids,
      said: likely.get(ids[0] ?? '') ?? 0,
      saidOfNobody: (likely.get(best) ?? 0) / Math.max(0.001, others)
    })
  }
  return all
}

/** Of all that was found, how much is such. */
const count = (all: readonly Answer[], isSuch: (id: string, request: Request) => boolean): number =>
  all.reduce((sum, { ids, request }) => sum + ids.filter((id) => isSuch(id, request)).length, 0)

function quality(all: readonly Answer[]): Quality {
  const places = all.map(({ ids, request }) => ids.findIndex((id) => request.serves.includes(id)))
  const share = (counts: (place: number) => number) => round(places.reduce((sum, place) => sum + counts(place), 0) / places.length)
  return {
    recallAt1: share((place) => Number(place === 0)),
    recallAt5: share((place) => Number(place >= 0 && place < 5)),
    mrr: share((place) => (place < 0 ? 0 : 1 / (place + 1)))
  }
}

/**
 * Expected calibration error of what is said of the first answer, in ten bins of equal weight. For four requests that somebody
 * serves there is one that nobody does, as in what it was fitted to.
 */
function calibrationError(all: readonly Answer[]): number {
  const said = all.flatMap(({ said, saidOfNobody, ids, request }) => [
    { said, right: request.serves.includes(ids[0] ?? '') ? 1 : 0, weight: 1 },
    { said: saidOfNobody, right: 0, weight: NOBODY_WEIGHT }
  ])
  said.sort((a, b) => a.said - b.said)
  const total = said.reduce((sum, { weight }) => sum + weight, 0)
  const bins = Array.from({ length: 10 }, () => 0)
  let before = 0
  for (const { said: p, right, weight } of said) {
    const bin = Math.min(9, Math.floor((10 * before) / total))
    bins[bin] = (bins[bin] ?? 0) + weight * (p - right)
    before += weight
  }
  return round(bins.reduce((sum, off) => sum + Math.abs(off), 0) / total)
}

const round = (value: number): number => Number(value.toFixed(3))
