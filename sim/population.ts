/**
 * Who the agents are and what they announce: each can do something in one field and looks for somebody in another.
 * Everything is drawn from the seed.
 */
import type { Sketch } from '../src/node/schema/header.ts'
import { SIM_MODEL, createSimCodebook, type SimCodebook } from './codebook.ts'
import { cosine, createEmbeddings, type Embeddings } from './embeddings.ts'
import type { Options } from './options.ts'
import { below, createRandom, shuffle } from './random.ts'

export interface Text {
  readonly embedding: Float32Array
  readonly sketch: Sketch
}

export interface Agent {
  readonly index: number
  /** what it can do */
  readonly field: number
  /** what it looks for */
  readonly sought: number
  readonly wish: Text
  /** what it has declared before the simulation begins */
  readonly profile: Text
  readonly adversary: boolean
}

/** Something that is announced while we measure. */
export interface Announcement {
  readonly number: number
  readonly agent: number
  readonly text: Text
}

export interface Population {
  readonly codebook: SimCodebook
  readonly agents: readonly Agent[]
  readonly announcements: readonly Announcement[]
  /** further ones, for the time in which the network is cut in two */
  readonly later: readonly Announcement[]
  /** agents whose recall is measured, and the announcements that are truly the best for each */
  readonly judges: ReadonlyArray<{ agent: number; best: readonly number[] }>
}

/** Of the fields that are announced in, each has at least so many announcements: the best ten are a choice. */
const PER_FIELD = 40
const JUDGES = 400
/** Announcements while the network is cut in two: as many as the rate says, but for very many nodes. */
const PARTITION_HOURS = 1 / 6
const MAX_LATER = 2000
const BEST = 10

export function createPopulation(options: Options): Population {
  const { seed, nodes, fields } = options
  const random = createRandom(seed, 'population')
  const embeddings = createEmbeddings(createRandom(seed, 'embeddings'), 2 ** bitsFor(fields))
  const codebook = createSimCodebook(embeddings, bitsFor(fields))
  const text = (field: number): Text => drawText(embeddings, codebook, field)

  const bad = new Set(shuffle(random, [...Array(nodes).keys()]).slice(0, Math.round(options.adversaries * nodes)))
  const agents = Array.from({ length: nodes }, (_, index): Agent => {
    const field = below(random, fields)
    const sought = below(random, fields)
    return { index, field, sought, wish: text(sought), profile: text(field), adversary: bad.has(index) }
  })
  const honest = agents.filter(({ adversary }) => !adversary)

  const measured = measuredFields(options)
  const able = shuffle(random, honest.filter(({ field }) => measured.has(field)))
  const announce = (count: number, from: number, by: readonly Agent[]): Announcement[] =>
    Array.from({ length: count }, (_, i) => {
      const { index, field } = by[(from + i) % by.length] as Agent
      return { number: from + i, agent: index, text: text(field) }
    })
  const announcements = announce(options.announcements, 0, able)
  const inTheMeantime = Math.ceil(nodes * options.rate * PARTITION_HOURS)
  const later = announce(Math.min(MAX_LATER, inTheMeantime), options.announcements, shuffle(random, [...honest]))

  const asking = shuffle(random, honest.filter(({ sought }) => measured.has(sought))).slice(0, JUDGES)
  const judges = asking.map(({ index, wish }) => ({ agent: index, best: bestFor(wish, index, announcements) }))
  return { codebook, agents, announcements, later, judges }
}

/** Bits of a leaf: a leaf for each field. */
function bitsFor(fields: number): number {
  return Math.ceil(Math.log2(fields))
}

/** The first few fields: so many that each has enough announcements. All others exist and are silent meanwhile. */
function measuredFields({ fields, announcements }: Options): ReadonlySet<number> {
  const count = Math.max(1, Math.min(fields, Math.floor(announcements / PER_FIELD)))
  return new Set(Array.from({ length: count }, (_, i) => Math.floor((i * fields) / count)))
}

function drawText(embeddings: Embeddings, codebook: SimCodebook, field: number): Text {
  const embedding = embeddings.draw(field)
  const bits = embeddings.sketch(embedding)
  return { embedding, sketch: [SIM_MODEL, bits, codebook.nearest(bits)] }
}

function bestFor(wish: Text, agent: number, announcements: Announcement[]): number[] {
  return announcements
    .filter((announcement) => announcement.agent !== agent)
    .map(({ number, text }) => ({ number, nearness: cosine(wish.embedding, text.embedding) }))
    .sort((a, b) => b.nearness - a.nearness || a.number - b.number)
    .slice(0, BEST)
    .map(({ number }) => number)
}
