/** Offers that somebody is about to make or to change. Held apart from the form, so that looking elsewhere loses nothing. */
import type { Capability, Terms } from '../../node/schema/declaration.ts'

/** Terms as they are written: the price may still be no number. */
export interface TermsDraft {
  languages: readonly string[]
  region: string | null
  price: string
  keeps: Terms['keeps']
}

/** What it counts in more exactly than the topic that fits it best. */
export interface TopicDraft {
  /** `area/topic` */
  under: string
  /** the rest of the path of one that is known, or a name in somebody's own words */
  name: string
  isOwn: boolean
}

export interface OfferDraft {
  name: string
  description: string
  tags: readonly string[]
  /** one a line */
  examples: string
  /** null: the topic that fits it best */
  topic: TopicDraft | null
  /** media types and endings of what it takes */
  takes: readonly string[]
  source: string
  terms: TermsDraft
  /** what the form does not ask for, and what it was made of has */
  unasked: Partial<Pick<Capability, 'outputModes' | 'limits' | 'input' | 'output'>>
}

export interface OfferDrafts {
  /** the offer that is new; null while nothing of it is written */
  fresh: OfferDraft | null
  /** changes of what the operator has added, by its id */
  edits: Readonly<Record<string, OfferDraft>>
  /** changed terms of what is offered already, by its id */
  terms: Readonly<Record<string, TermsDraft>>
}

export const noOfferDrafts: OfferDrafts = { fresh: null, edits: {}, terms: {} }

/** The same drafts but for that of one offer. */
export function without<T>(drafts: Readonly<Record<string, T>>, id: string): Record<string, T> {
  return Object.fromEntries(Object.entries(drafts).filter(([one]) => one !== id))
}
