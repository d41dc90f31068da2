/** Offers that somebody is about to make or to change. Held apart from the form, so that looking elsewhere loses nothing. */
import type { Terms } from '../../node/schema/declaration.ts'

/** Terms as they are written: the price may still be no number. */
export interface TermsDraft {
  languages: readonly string[]
  region: string | null
  price: string
  keeps: Terms['keeps']
}

export interface OfferDraft {
  name: string
  description: string
  tags: readonly string[]
  /** one a line */
  examples: string
  /** media types and endings of what it takes */
  takes: readonly string[]
  source: string
  terms: TermsDraft
}

export interface OfferDrafts {
  /** the offer that is new; null while nothing of it is written */
  fresh: OfferDraft | null
  /** changed terms of what is offered already, by its id */
  terms: Readonly<Record<string, TermsDraft>>
}

export const noOfferDrafts: OfferDrafts = { fresh: null, terms: {} }
