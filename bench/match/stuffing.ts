/**
 * What somebody gains who says whatever people ask for: offers made of the requests themselves, of which no honest one would know so
 * much, are put among those of a set one after the other, and it is counted how often each comes first.
 */
import { loadSentenceModel } from '../../headless/sentence-model.ts'
import { createRandom } from '../../sim/random.ts'
import type { Capability } from '../../src/node/schema/declaration.ts'
import type { HybridMatcher } from '../../src/node/semantic/hybrid.ts'
import { termsOf } from '../../src/node/semantic/terms.ts'
import { atHand, filled, settled, withoutCloseLook } from './filled.ts'
import { loadSet, type MatchSet, type Offer, type Request } from './set.ts'

/** Requests that are tried, of the set's. */
const TRIED = 200
const LARGEST = { name: 80, tag: 40, tags: 24, example: 200, examples: 12, description: 1000 }
/** Different words that are said, where words are. */
const WORDS = [15, 29, 58, 95, 224]

/** @param folder of a set */
export async function measureStuffing(folder: string) {
  const set = loadSet(folder)
  const embedder = atHand(await loadSentenceModel())
  const matchers = {
    words: await filled(set.offers, null),
    meaning: await filled(set.offers, withoutCloseLook(embedder)),
    closely: await filled(set.offers, embedder)
  }
  const requests = shuffled(set)
  const tried = requests.slice(0, TRIED).map(({ text }) => text)
  const rows = []
  for (const [attack, offer] of attacksOn(set.offers, requests)) {
    const row: Record<string, string | number> = { attack }
    for (const [name, matcher] of Object.entries(matchers)) row[name] = await shareFirst(matcher, offer, tried)
    console.log(JSON.stringify(row))
    rows.push(row)
  }
  return rows
}

async function shareFirst(matcher: HybridMatcher, offer: Capability, requests: readonly string[]): Promise<number> {
  matcher.add(offer.id, offer)
  await settled(matcher)
  let first = 0
  for (const request of requests) if ((await matcher.search(request, 1))[0]?.id === offer.id) first++
  matcher.remove(offer.id)
  return Number((first / requests.length).toFixed(3))
}

/** The requests of a set in an order that is by chance. */
function shuffled({ requests }: MatchSet): Request[] {
  const random = createRandom(1, 'stuffing')
  return requests
    .map((request) => ({ request, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ request }) => request)
}

/** By what they are, as reports have it. @param requests the first of which are tried */
function attacksOn(offers: readonly Offer[], requests: readonly Request[]): Map<string, Capability> {
  const [honest] = offers
  if (honest === undefined) throw new RangeError('expected offers')
  const offer = (said: Partial<Capability>): Capability => ({ ...honest.capability, id: 'stuffed', ...said })
  const asked = popular(requests.map(({ text }) => text))
  const tagged = popular(offers.flatMap(({ capability }) => capability.tags.join(' ')))
  // of what is asked for in each field, but not as it is asked
  const one = [...new Map(requests.slice(TRIED).map((request) => [request.field, request.text.slice(0, LARGEST.example)])).values()]
  const byWords = WORDS.map((count): [string, Capability] => {
    const words = asked.slice(0, count)
    const examples = chunks(words, LARGEST.example).slice(0, LARGEST.examples)
    const tags = words.slice(0, LARGEST.tags)
    return [`${count} words`, offer({ name: cut(words, LARGEST.name), tags, examples, description: cut(words, LARGEST.description) })]
  })
  return new Map([
    ...byWords,
    ['words as tags of an honest one', offer({ tags: asked.slice(0, LARGEST.tags) })],
    ['tags of all', offer({ tags: chunks(tagged, LARGEST.tag).slice(0, LARGEST.tags) })],
    ['a request of each of twelve fields', offer({ examples: one.slice(0, LARGEST.examples) })],
    ['those as its description, too', offer({ examples: one.slice(0, LARGEST.examples), description: one.join(' ').slice(0, LARGEST.description) })]
  ])
}

/** Words that say something, by how many texts have them. */
function popular(texts: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const text of texts) {
    for (const word of new Set(text.toLowerCase().match(/[a-z0-9'-]+/g))) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const telling = [...counts].filter(([word]) => termsOf(word).size > 0)
  return telling.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([word]) => word)
}

/** As many words together as there is room for, and then the next. */
function chunks(words: readonly string[], room: number): string[] {
  const all: string[] = []
  for (const word of words) {
    const last = all.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= room) all[all.length - 1] = `${last} ${word}`
    else all.push(word)
  }
  return all
}

const cut = (words: readonly string[], room: number): string => chunks(words, room)[0] ?? ''
