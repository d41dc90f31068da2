/** From what is written in the form to what is declared; and what is still wrong with it. Pure. */
import type { CapabilityInput } from '../../../../node/client.ts'
import type { Capability, Terms } from '../../../../node/schema/declaration.ts'
import type { OfferDraft, TermsDraft, TopicDraft } from '../../../state/offer-drafts.ts'
import { formatBytes } from '../../../text/format.ts'
import { seedOf } from '../../../text/seed.ts'

/** What a declaration holds at most. */
const MOST = { name: 80, description: 1000, tags: 24, tag: 40, examples: 12, example: 200, takes: 24, ending: 80, topic: 96, price: 1e9 }
export const MAX_SOURCE_BYTES = 256 * 1024

export const emptyTerms: TermsDraft = { languages: [], region: null, price: '0', keeps: 'task' }
export const emptyOffer: OfferDraft = {
  name: '',
  description: '',
  tags: [],
  examples: '',
  topic: null,
  takes: [],
  source: '',
  terms: emptyTerms,
  unasked: {}
}

/** What can be wrong, in the order of the form. */
export const offerFields = ['name', 'description', 'tags', 'examples', 'topic', 'takes', 'source', 'price'] as const
export type OfferField = (typeof offerFields)[number]

export interface OfferProblem {
  text: string
  /** nothing is wrong with what is there, something is still to come */
  missing: boolean
}
export type OfferProblems = Partial<Record<OfferField, OfferProblem>>

const missing = (text: string): OfferProblem => ({ text, missing: true })
const wrong = (text: string): OfferProblem => ({ text, missing: false })

/** @param taken ids of what else is offered */
export function offerProblems(draft: OfferDraft, taken: readonly string[]): OfferProblems {
  const found: Record<OfferField, OfferProblem | null> = {
    name: nameProblem(draft.name.trim(), taken),
    description: descriptionProblem(draft.description.trim()),
    tags: tagsProblem(draft.tags),
    examples: examplesProblem(linesOf(draft.examples)),
    topic: topicProblem(draft.topic),
    takes: takesProblem(draft.takes),
    source: sourceProblem(draft.source),
    price: priceProblem(draft.terms.price)
  }
  return Object.fromEntries(Object.entries(found).filter(([, problem]) => problem !== null))
}

function nameProblem(name: string, taken: readonly string[]): OfferProblem | null {
  if (name === '') return missing('Give it a name, such as “Subtitles into German”.')
  if (name.length > MOST.name) return wrong(`The name has ${name.length} characters; ${MOST.name} is the most. Shorten it.`)
  if (taken.includes(offerId(name))) return wrong('You offer something that has this name already, or had it at first. Choose another name.')
  return null
}

function descriptionProblem(description: string): OfferProblem | null {
  if (description === '') return missing('Say what it does, in a sentence or two: others find it by these words.')
  if (description.length > MOST.description) {
    return wrong(`This has ${description.length} characters; ${MOST.description} is the most. Shorten it.`)
  }
  return null
}

function tagsProblem(tags: readonly string[]): OfferProblem | null {
  if (tags.length > MOST.tags) return wrong(`These are ${tags.length} tags; ${MOST.tags} is the most. Remove some.`)
  const long = tags.find((tag) => tag.length > MOST.tag)
  return long === undefined ? null : wrong(`“${long.slice(0, 20)}…” is longer than ${MOST.tag} characters. Make it shorter.`)
}

function examplesProblem(examples: readonly string[]): OfferProblem | null {
  if (examples.length > MOST.examples) {
    return wrong(`These are ${examples.length} examples; ${MOST.examples} is the most. Remove some.`)
  }
  const long = examples.findIndex((example) => example.length > MOST.example)
  if (long < 0) return null
  return wrong(`Example ${long + 1} is longer than ${MOST.example} characters. Make it shorter.`)
}

function topicProblem(topic: TopicDraft | null): OfferProblem | null {
  if (topic === null) return null
  if (topic.name.trim() === '') return missing('Give the topic a name, such as “opera surtitles”, or choose one that is there.')
  if (nameId(topic.name) === '') return wrong('The names of topics are in letters from a to z and digits. Write it in English.')
  const most = MOST.topic - topic.under.length - 1
  return topicPath(topic).length > MOST.topic ? wrong(`A topic’s name has ${most} characters here at most. Shorten it.`) : null
}

/** `text/translation/opera-surtitles`, of “Opera surtitles” below `text/translation`. */
export function topicPath({ under, name, isOwn }: TopicDraft): string {
  return `${under}/${isOwn ? nameId(name) : name}`
}

function takesProblem(takes: readonly string[]): OfferProblem | null {
  if (takes.length > MOST.takes) return wrong('These are too many kinds of files. Remove some.')
  const odd = takes.find((mode) => mode.length > MOST.ending || !/^(\.[^\s/\\]+|[^\s/]+\/[^\s/]+)$/.test(mode))
  return odd === undefined ? null : wrong(`“${odd.slice(0, 40)}” is no ending. Write it with a dot, such as .srt, or remove it.`)
}

function sourceProblem(source: string): OfferProblem | null {
  if (source.trim() === '') return missing('Add the program: paste it, pick a file, or begin with the template.')
  const bytes = new Blob([source]).size
  if (bytes > MAX_SOURCE_BYTES) {
    return wrong(`The program has ${formatBytes(bytes)}; ${formatBytes(MAX_SOURCE_BYTES)} is the most. Make it smaller.`)
  }
  if (!/\brun\b/.test(source)) return wrong('There is no function named run in it. Name the one that does the work run(input, host).')
  return null
}

export function priceProblem(price: string): OfferProblem | null {
  if (/^\d+$/.test(price.trim()) && Number(price) <= MOST.price) return null
  return wrong('The price is a whole number of credits, such as 5. Write 0 if it costs nothing.')
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** The id of an offer of that name: `Subtitles into German` is `subtitles-into-german`. */
export function offerId(name: string): string {
  const id = nameId(name).slice(0, 64).replace(/-$/, '')
  // a name in letters that no id has
  return id === '' ? `offer-${seedOf(name).toString(36)}` : id
}

/** A name in the letters that ids have; empty when it has none of them. */
function nameId(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  return plain.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')
}

/** @param tier up to which it can be checked */
export function termsOf(draft: TermsDraft, tier = 0): Terms {
  return { languages: [...draft.languages], region: draft.region, price: Number(draft.price), keeps: draft.keeps, tier }
}

export function termsDraft(terms: Terms | undefined): TermsDraft {
  return terms === undefined ? emptyTerms : { ...terms, price: String(terms.price) }
}

/** What others find it by: neither the terms nor the program. */
export function offerWords(draft: OfferDraft): Omit<CapabilityInput, 'id' | 'source'> {
  return {
    name: draft.name.trim(),
    description: draft.description.trim(),
    tags: [...draft.tags],
    examples: linesOf(draft.examples),
    inputModes: [...draft.takes],
    ...(draft.topic === null || topicProblem(draft.topic) !== null ? {} : { topic: topicPath(draft.topic) })
  }
}

/** @param before what is offered now in its place: its id stays whatever the new name is */
export function offerInput(draft: OfferDraft, before?: Capability): CapabilityInput {
  return {
    ...draft.unasked,
    ...offerWords(draft),
    id: before?.id ?? offerId(draft.name.trim()),
    terms: termsOf(draft.terms, before?.terms?.tier),
    source: draft.source
  }
}

/** What is offered, as it would be written in the form. @param source its program */
export function offerDraft(offered: Capability, source: string): OfferDraft {
  const { name, description, tags, examples, topic, inputModes, terms, outputModes, limits, input, output } = offered
  return {
    name,
    description,
    tags,
    examples: examples.join('\n'),
    topic: topicDraft(topic),
    takes: inputModes,
    source,
    terms: termsDraft(terms),
    unasked: { outputModes, limits, ...(input === undefined ? {} : { input }), ...(output === undefined ? {} : { output }) }
  }
}

/** A topic of the seed's own level is found by what an offer says: only what is below one was chosen. */
export function topicDraft(topic: string | undefined): TopicDraft | null {
  const [area, name, ...rest] = topic?.split('/') ?? []
  return rest.length === 0 ? null : { under: `${area}/${name}`, name: rest.join('/'), isOwn: false }
}
