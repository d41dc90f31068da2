/**
 * The bodies that are wanted and not here, and how far each has come. They are bounded, and whoever causes the most gives
 * up its own first: a flood of headers drives out nobody else's.
 */
import type { StoredHeader } from '../log/records.ts'
import type { Part } from './body-stream.ts'
import type { BodyFacts } from './interests.ts'
import { idKey } from './negentropy.ts'
import type { Share, Suspicion } from './shares.ts'
import type { Origin } from './sources.ts'

const MAX_WANTED = 4096
/** Entries that are known to want one body. */
const MAX_ENTRIES = 64
/** Bodies of which a part is kept while nobody gives the rest. */
const MAX_PARTIAL = 16

export interface Ask {
  peer: string
  /** whether it has given nothing for so long that another may be asked */
  silent: boolean
  ending: AbortController
}

/** An entry whose body is to come. */
export interface WantedEntry extends BodyFacts {
  seq: number
  /** whether only neighbours want it */
  lent: boolean
}

export interface Wish {
  key: string
  hash: Uint8Array
  entries: WantedEntry[]
  origin: Origin
  time: number
  /** peers to be asked in this round, and those that had nothing in one before */
  sources: string[]
  without: Set<string>
  asks: Set<Ask>
  /** whether it has just been announced, and we want it ourselves */
  hurry: boolean
  /** whether those who are asked are to fetch it for us if they don't hold it */
  fetch: boolean
  /** whether peers are still being asked who holds it */
  sought: boolean
  /** who says that it holds it */
  holder: string | null
  /** whether a second peer may be asked while the first is silent */
  hedged: boolean
  rounds: number
  cancelRound: (() => void) | null
  /** what has come of it, and from whom */
  begun: (Part & { shares: Share[] }) | null
  /** a body put together from several peers' pieces was wrong: pieces are not put together any more */
  distrusted: boolean
  /** who gave which share of that one */
  suspicions: Suspicion[]
}

export interface Wishes {
  /** @param lent whether it is for a neighbour that waits for it, @param sought whether peers are asked first who holds it */
  add(stored: StoredHeader, origin: Origin, how: { lent: boolean; sought: boolean }): Wish
  get(key: string): Wish | undefined
  /** One more entry wants it, or one that only neighbours wanted is wanted by us. @returns false: too many do */
  join(wish: Wish, stored: StoredHeader, lent: boolean): boolean
  /** @returns whether it was there */
  delete(wish: Wish): boolean
  /** One that is to be given up before another is added; none while there is room. */
  surplus(): Wish | undefined
  /** Keeps what has come of it; of too many, the part that was wanted first is lost. */
  keepPart(wish: Wish, part: NonNullable<Wish['begun']>): void
  values(): IterableIterator<Wish>
  readonly size: number
}

/** What a wish keeps of an entry. @param lent whether only neighbours want its body */
export function wantedEntry({ author, header: { seq, kind, bodySize: size } }: StoredHeader, lent: boolean): WantedEntry {
  return { author, seq, kind, size, lent }
}

export function createWishes(): Wishes {
  const wishes = new Map<string, Wish>()
  /** how many each peer has caused */
  const caused = new Map<string | undefined, number>()

  function count({ origin }: Wish, change: 1 | -1): void {
    const now = (caused.get(origin.from) ?? 0) + change
    if (now === 0) caused.delete(origin.from)
    else caused.set(origin.from, now)
  }

  return {
    add(stored, origin, { lent, sought }) {
      const { header } = stored
      const isNews = origin.publisher !== undefined
      const key = idKey(header.bodyHash)
      const wish: Wish = {
        key,
        hash: header.bodyHash.slice(),
        entries: [wantedEntry(stored, lent)],
        origin,
        time: header.time,
        sources: [],
        without: new Set(),
        asks: new Set(),
        hurry: isNews && !lent,
        fetch: isNews || lent,
        sought,
        holder: null,
        hedged: false,
        rounds: 0,
        cancelRound: null,
        begun: null,
        distrusted: false,
        suspicions: []
      }
      wishes.set(key, wish)
      count(wish, 1)
      return wish
    },
    get: (key) => wishes.get(key),
    join({ entries }, stored, lent) {
      const { author, header } = stored
      const known = entries.find((entry) => entry.author === author && entry.seq === header.seq)
      if (known !== undefined) {
        known.lent &&= lent
        return true
      }
      if (entries.length >= MAX_ENTRIES) return false
      entries.push(wantedEntry(stored, lent))
      return true
    },
    delete(wish) {
      const wasThere = wishes.delete(wish.key)
      if (wasThere) count(wish, -1)
      return wasThere
    },
    surplus() {
      if (wishes.size < MAX_WANTED) return undefined
      const [most] = [...caused].reduce((a, b) => (b[1] > a[1] ? b : a))
      for (const wish of wishes.values()) if (wish.origin.from === most) return wish
      return undefined
    },
    keepPart(wish, part) {
      wish.begun = part
      const kept = [...wishes.values()].filter(({ begun }) => begun !== null)
      if (kept.length > MAX_PARTIAL && kept[0] !== undefined) kept[0].begun = null
    },
    values: () => wishes.values(),
    get size() {
      return wishes.size
    }
  }
}
