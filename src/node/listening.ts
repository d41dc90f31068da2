/**
 * What our operator looks for until it is found. Each offer that comes is held against it as soon as it can be judged; what
 * fits is kept and told. Nothing of it is said to anybody: others can tell no more than in which shards we listen.
 */
import type { Adaptation, Fit } from './adapt/adaptation.ts'
import type { StandingInterest } from './client.ts'
import { toHex } from './crypto/hash.ts'
import { parse } from './schema/codec.ts'
import { constraints as constraintsSchema, type Constraints } from './schema/declaration.ts'
import type { Changes } from './store/changes.ts'
import type { Locks } from './store/locks.ts'
import type { Store } from './store/store.ts'
import { createEmitter } from './support/emitter.ts'

export interface Listening {
  /** Reads what is kept, and looks at what has come meanwhile. */
  start(): Promise<void>
  all(): StandingInterest[]
  /** Resolves to its id once it is kept. @throws RangeError for an empty text or one too many, InvalidBytesError for constraints that are none */
  add(text: string, constraints?: Constraints): Promise<string>
  remove(id: string): Promise<void>
  /** What was found for it has been looked at. */
  seen(id: string): Promise<void>
  /** Called when something is found, or changes otherwise. */
  watch(listener: () => void): () => void
  close(): void
}

export interface ListeningComponents {
  adaptation: Pick<Adaptation, 'judge' | 'onOffered' | 'listensFor'>
  store: Store
  locks: Locks
  changes: Changes
  now: () => number
  random: (length: number) => Uint8Array
  report: (error: unknown) => void
}

const KEY = 'interests'
const MAX_INTERESTS = 16
const MAX_TEXT = 500
/** Offers that are kept for one interest: the likeliest. */
const MAX_FOUND = 32
/** What is less likely than this to be what is looked for is not worth telling. */
export const LEAST_LIKELY = 0.25

export function createListening(components: ListeningComponents): Listening {
  const { adaptation, store, locks, changes, now, random, report } = components
  const { on, emit } = createEmitter<{ change: undefined }>()
  let interests: readonly StandingInterest[] = []
  let closed = false

  function show(next: readonly StandingInterest[]): void {
    interests = next
    emit('change', undefined)
  }

  const read = async () => (await store.get<StandingInterest[]>('settings', KEY)) ?? []

  /** Changes what is kept; no two tabs do so at a time. @returns what `change` gives, when it is not null */
  async function update(change: (kept: readonly StandingInterest[]) => readonly StandingInterest[] | null): Promise<void> {
    await locks.hold('starling-interests', async () => {
      const kept = await read()
      const next = change(kept)
      if (next !== null) {
        await store.commit([{ put: 'settings', key: KEY, value: next }])
        changes.tell({ what: 'interests' })
      }
      show(next ?? kept)
    })
  }

  const say = () => adaptation.listensFor(interests.map(({ text }) => text))

  /** Holds offers against everything that is looked for; all that are known unless some are given. */
  async function lookAt(offers?: Parameters<Adaptation['judge']>[2]): Promise<void> {
    const found = new Map<string, Fit[]>()
    for (const { id, text, constraints } of interests) {
      const fits = (await adaptation.judge(text, constraints, offers)).filter(({ match }) => match.score >= LEAST_LIKELY)
      if (fits.length > 0) found.set(id, fits)
    }
    if (found.size === 0 || closed) return
    await update((kept) => {
      const next = kept.map((one) => withFound(one, found.get(one.id) ?? [], now()))
      return next.some((one, i) => one !== kept[i]) ? next : null
    })
  }

  const stops = [
    adaptation.onOffered((offers) => {
      if (interests.length > 0) lookAt(offers).catch(report)
    }),
    changes.listen(({ what }) => {
      if (what !== 'interests') return
      read()
        .then((kept) => {
          show(kept)
          return say()
        })
        .catch(report)
    })
  ]

  return {
    async start() {
      show(await read())
      if (interests.length === 0) return
      await say()
      await lookAt()
    },
    all: () => [...interests],
    async add(text, constraints = {}) {
      const wanted = text.trim().slice(0, MAX_TEXT)
      if (wanted === '') throw new RangeError('Say what you look for.')
      const checked = parse(constraints, constraintsSchema)
      const id = toHex(random(8))
      await update((kept) => {
        if (kept.length >= MAX_INTERESTS) throw new RangeError(`${MAX_INTERESTS} things can be looked for at a time. End one of them first.`)
        return [...kept, { id, text: wanted, constraints: checked, created: now(), found: [] }]
      })
      await say()
      await lookAt()
      // what is there already has been seen: it was looked for just now
      await update((kept) => seenIn(kept, id))
      return id
    },
    async remove(id) {
      await update((kept) => (kept.some((one) => one.id === id) ? kept.filter((one) => one.id !== id) : null))
      await say()
    },
    seen: (id) => update((kept) => seenIn(kept, id)),
    watch: (listener) => on('change', listener),
    close() {
      closed = true
      for (const stop of stops) stop()
    }
  }
}

function seenIn(kept: readonly StandingInterest[], id: string): readonly StandingInterest[] | null {
  const isNews = kept.some((one) => one.id === id && one.found.some(({ seen }) => !seen))
  if (!isNews) return null
  return kept.map((one) => (one.id === id ? { ...one, found: one.found.map((found) => ({ ...found, seen: true })) } : one))
}

/** The interest with what was found besides; the same object when that is nothing new. What was found before keeps its time. */
function withFound(interest: StandingInterest, fits: readonly Fit[], at: number): StandingInterest {
  const found = new Map(interest.found.map((one) => [`${one.agent} ${one.skill}`, one]))
  let changed = false
  for (const { offer, match } of fits) {
    const { id, name } = offer.declaration
    const key = `${offer.agent} ${id}`
    const before = found.get(key)
    if (before !== undefined && before.name === name && Math.abs(before.likely - match.score) < 0.01) continue
    found.set(key, { agent: offer.agent, skill: id, name, likely: match.score, at: before?.at ?? at, seen: before?.seen ?? false })
    changed = true
  }
  if (!changed) return interest
  const best = [...found.values()].sort((a, b) => b.likely - a.likely || a.at - b.at)
  return { ...interest, found: best.slice(0, MAX_FOUND) }
}
