/**
 * Ratings on their way between the logs and whoever counts them. A rating's sketch is its topic's: one that is sketched otherwise was to
 * reach whom it does not concern.
 */
import * as z from 'zod/mini'
import type { AppendOptions, Entry, Logs } from '../log/log.ts'
import { withdrawal } from '../schema/declaration.ts'
import { signedRating, type SignedRating } from '../schema/rating.ts'
import { createEmitter } from '../support/emitter.ts'
import type { OwnInterests } from './interests.ts'
import type { Meaning } from './meaning.ts'
import type { Append } from './own-log.ts'

/** A rating, and where it stands. */
export interface LoggedRating {
  author: string
  seq: number
  /** when it was written, milliseconds since 1970 */
  time: number
  body: SignedRating
}

/** An entry that its author takes back, and the later entry by which it does so. */
export interface TakenBack {
  author: string
  seq: number
  by: number
}

export interface Ratings {
  /** Says how an agent did in a contract with us: to those who care for that topic. */
  rate(rated: SignedRating, options?: AppendOptions): Promise<Entry>
  /** Called with ratings by anybody, ours among them, as they come here. They are shaped as they must be, and not checked further. */
  onRating(listener: (heard: LoggedRating) => void): () => void
  /** Ratings that are held. */
  ratings(): AsyncIterable<LoggedRating>
  /** Called when an agent takes back what may have been a rating. */
  onTakenBack(listener: (taken: TakenBack) => void): () => void
  /** Has us hear of ratings in these topics. */
  careFor(topics: readonly string[]): Promise<void>
}

export interface RatingsComponents {
  /** our own agent */
  self: string
  logs: Pick<Logs, 'declared' | 'header'>
  meaning: Pick<Meaning, 'topic' | 'tellsTopic'>
  interests: Pick<OwnInterests, 'caresFor'>
  append: Append
  /** A body is not what its sketch says. */
  refuse: (entry: Entry) => Promise<void>
}

export interface RatingsHearing extends Ratings {
  /** An entry of kind `rating` is here. */
  hear(entry: Entry): Promise<void>
  /** An entry of another kind is here: it may take a rating back. */
  hearWithdrawal(entry: Entry): Promise<void>
}

export function createRatings({ self, logs, meaning, interests, append, refuse }: RatingsComponents): RatingsHearing {
  const { on, emit } = createEmitter<{ rating: LoggedRating; takenBack: TakenBack }>()

  return {
    async hear(entry) {
      const rating = ratingOf(entry)
      const { sketch } = entry.header
      if (rating === null || sketch === null) return
      // what was said with the model of another version is no lie, and counts
      const isLie = entry.author !== self && (await meaning.tellsTopic(rating.body.rating.topic, sketch)) === false
      if (isLie) await refuse(entry)
      else emit('rating', rating)
    },

    async hearWithdrawal({ author, header, body }) {
      const back = header.kind === 'withdrawal' ? z.safeParse(withdrawal, body).data : undefined
      if (back === undefined) return
      // what is not held may have been one
      const kind = (await logs.header(author, back.seq))?.header.kind ?? 'rating'
      if (kind === 'rating') emit('takenBack', { author, seq: back.seq, by: header.seq })
    },

    async rate(rated, options = {}) {
      return append('rating', rated, { ...options, sketch: await meaning.topic(rated.rating.topic) })
    },
    onRating: (listener) => on('rating', listener),
    async *ratings() {
      for await (const entry of logs.declared(({ kind }) => kind === 'rating')) {
        const rating = ratingOf(entry)
        if (rating !== null) yield rating
      }
    },
    onTakenBack: (listener) => on('takenBack', listener),
    async careFor(topics) {
      interests.caresFor(await Promise.all(topics.map(meaning.topic)))
    }
  }
}

/** What is no rating says nothing. */
function ratingOf({ author, header: { seq, time }, body }: Entry): LoggedRating | null {
  const { data } = z.safeParse(signedRating, body)
  return data === undefined ? null : { author, seq, time, body: data }
}
