/**
 * Bodies that neighbours ask us for: those that are on their way to us anyhow, and those that we don't want ourselves but
 * whose headers came to them through us: there may be no other way to them. They wait for a while, and only so many at a time. What may
 * not be fetched is answered for at once, so that they go on to somebody else.
 */
import type { StoredHeader } from '../log/records.ts'
import type { Clock } from '../support/clock.ts'
import { keepNewest } from '../support/keep-newest.ts'
import { idKey } from './negentropy.ts'
import type { Origin } from './sources.ts'

/** How long we make others wait for what we are still fetching, and how many of them. */
const SOON_MS = 2_000
const MAX_WAITING = 64
/** Headers whose bodies we would fetch for a neighbour. */
const MAX_NOTED = 1024

export interface LendingInit {
  /** Whether a body is being fetched. */
  isWanted(key: string): boolean
  /** Whether the body of an entry may be fetched for a neighbour, as things are now. */
  mayLend(stored: StoredHeader): boolean
  /** Begins to fetch a body for a neighbour; false: it is not to be fetched. */
  fetch(stored: StoredHeader, origin: Origin): Promise<boolean>
}

export interface Lending {
  /** Knows of an entry that we don't want, in case that a neighbour asks for its body. One whose body may not be lent is not noted. */
  note(stored: StoredHeader, origin: Origin): void
  /** Resolves when a body that we are fetching, or can fetch, has come, or won't soon; null: we can't fetch it. */
  soon(hash: Uint8Array): Promise<void> | null
  /** A body has come, or is not fetched any more. */
  settled(key: string): void
  /** An entry has come to be wanted by ourselves. */
  forget(key: string): void
}

export function createLending({ clock }: { clock: Clock }, { isWanted, mayLend, fetch }: LendingInit): Lending {
  const noted = new Map<string, { stored: StoredHeader; origin: Origin }>()
  /** neighbours that wait, by what for */
  const waiting = new Map<string, Set<() => void>>()
  let count = 0

  async function lend(key: string, { stored, origin }: { stored: StoredHeader; origin: Origin }): Promise<void> {
    noted.delete(key)
    if (await fetch(stored, origin)) await arrival(key)
  }

  function arrival(key: string): Promise<void> {
    const others = waiting.get(key) ?? new Set()
    waiting.set(key, others)
    count++
    return new Promise((resolve) => {
      const done = () => {
        cancel()
        count--
        others.delete(done)
        if (others.size === 0) waiting.delete(key)
        resolve()
      }
      const cancel = clock.after(SOON_MS, done)
      others.add(done)
    })
  }

  return {
    note(stored, origin) {
      const key = idKey(stored.header.bodyHash)
      if (isWanted(key) || !mayLend(stored)) return
      noted.delete(key)
      noted.set(key, { stored, origin })
      keepNewest(noted, MAX_NOTED)
    },
    soon(hash) {
      const key = idKey(hash)
      if (count >= MAX_WAITING) return null
      const known = noted.get(key)
      // since it was noted its author may have come to be avoided, or our connection to cost
      if (known !== undefined) return mayLend(known.stored) ? lend(key, known) : null
      return isWanted(key) ? arrival(key) : null
    },
    settled(key) {
      for (const done of [...(waiting.get(key) ?? [])]) done()
    },
    forget: (key) => void noted.delete(key)
  }
}
