/**
 * What our operator looks for until it is found. Each offer that comes is held against it as soon as it can be judged; what
 * fits is kept and told for as long as it is offered on these terms by somebody whom we work with. Nothing of it is said to anybody:
 * others can tell no more than in which shards we listen.
 */
import type { Adaptation } from './adapt/adaptation.ts'
import type { Declared } from './adapt/declarations.ts'
import type { StandingInterest } from './client.ts'
import { digest, equalBytes, toHex } from './crypto/hash.ts'
import { keyOf, lookedAt, shown, withFitting, withHolding, type Fitting, type KeptInterest } from './finds.ts'
import { encode, parse } from './schema/codec.ts'
import { constraints as constraintsSchema, type Capability, type Constraints } from './schema/declaration.ts'
import { textOf } from './semantic/matcher.ts'
import type { Changes } from './store/changes.ts'
import type { Locks } from './store/locks.ts'
import type { Store } from './store/store.ts'
import type { Clock } from './support/clock.ts'
import { createEmitter } from './support/emitter.ts'

export interface Listening {
  /** Reads what is kept, and looks at what has come meanwhile. */
  start(): Promise<void>
  all(): StandingInterest[]
  /**
   * Resolves to its id once it is kept; to that of the one that is there, when it is the same on the same terms.
   *
   * @throws RangeError for an empty text or one too many, InvalidBytesError for constraints that are none
   */
  add(text: string, constraints?: Constraints): Promise<string>
  remove(id: string): Promise<void>
  /** What was found for it has been looked at. */
  seen(id: string): Promise<void>
  /** Called when something is found or holds no more, or changes otherwise. */
  watch(listener: () => void): () => void
  close(): void
}

export interface ListeningComponents {
  adaptation: Pick<Adaptation, 'judge' | 'meeting' | 'capabilities' | 'onOffered' | 'listensFor' | 'watch'>
  store: Store
  locks: Locks
  changes: Changes
  clock: Clock
  random: (length: number) => Uint8Array
  report: (error: unknown) => void
}

const KEY = 'interests'
const MAX_INTERESTS = 16
const MAX_TEXT = 500
/** What is less likely than this to be what is looked for is not worth telling. */
export const LEAST_LIKELY = 0.25
/** So long after something has changed it is looked whether what was found holds: what was said anew can be judged by then. */
const CHECK_MS = 3_000
/** And so often when nothing has: what is offered lapses, too. */
const IDLE_MS = 60_000

export function createListening(components: ListeningComponents): Listening {
  const { adaptation, store, locks, changes, clock, random, report } = components
  const { now } = clock
  const { on, emit } = createEmitter<{ change: undefined }>()
  let interests: readonly KeptInterest[] = []
  /** as people see them: the same objects until they change */
  let views: readonly StandingInterest[] = []
  /** what offers say, as long as they are known */
  const digests = new WeakMap<Offer, Promise<string>>()
  let closed = false
  let cancelCheck = () => {}
  let checksSoon = false

  function show(next: readonly KeptInterest[]): void {
    interests = next
    views = next.map(shown)
    emit('change', undefined)
  }

  const read = async () => (await store.get<KeptInterest[]>('settings', KEY)) ?? []

  /** Changes what is kept; no two tabs do so at a time. @returns what `change` gives, when it is not null */
  async function update(change: (kept: readonly KeptInterest[]) => readonly KeptInterest[] | null): Promise<void> {
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

  /** Changes each interest, when that makes another one of any. */
  async function updateEach(change: (interest: KeptInterest) => KeptInterest): Promise<void> {
    const isNews = (one: KeptInterest): boolean => change(one) !== one
    if (interests.some(isNews)) await update((kept) => (kept.some(isNews) ? kept.map(change) : null))
  }

  const seen = (id: string) => updateEach((one) => (one.id === id ? lookedAt(one) : one))

  const say = () => adaptation.listensFor(interests.map(({ text }) => text))

  /** A digest of all that an offer says of itself. */
  function saidBy(offer: Offer): Promise<string> {
    const said = digests.get(offer) ?? digest(new TextEncoder().encode(textOf(offer.declaration))).then(toHex)
    digests.set(offer, said)
    return said
  }

  /** Holds offers against everything that is looked for; all that are known unless some are given. */
  async function lookAt(offers?: readonly Offer[]): Promise<void> {
    const found = new Map<string, Fitting[]>()
    for (const interest of interests) {
      const fitting = await fittingOf(interest, offers)
      if (fitting.length > 0) found.set(interest.id, fitting)
    }
    if (found.size === 0 || closed) return
    await updateEach((one) => withFitting(one, found.get(one.id) ?? [], now()))
  }

  /** Looks for something for the first time. */
  async function begin(id: string): Promise<void> {
    await say()
    const begun = interests.find((one) => one.id === id)
    if (begun === undefined) return
    const fitting = await fittingOf(begun)
    if (closed) return
    // what is there already has been seen: it was looked for just now
    const there = new Set(fitting.map(keyOf))
    await updateEach((one) => (one.id === id ? lookedAt(withFitting(one, fitting, now()), there) : one))
  }

  async function fittingOf({ text, constraints }: KeptInterest, offers?: readonly Offer[]): Promise<Fitting[]> {
    const fits = (await adaptation.judge(text, constraints, offers)).filter(({ match }) => match.score >= LEAST_LIKELY)
    return Promise.all(
      fits.map(async ({ offer, match }) => {
        const { id, name } = offer.declaration
        return { agent: offer.agent, skill: id, name, likely: match.score, said: await saidBy(offer) }
      })
    )
  }

  /**
   * Looks whether what was found holds: whether it is offered still, on terms that are wanted, by somebody whom we work with. Only what
   * says something else by now is judged anew: how well the rest fits may look otherwise while the model is not there.
   */
  async function check(): Promise<void> {
    if (interests.every(({ found }) => found.length === 0)) return
    const offers = new Map(adaptation.capabilities().map((offer) => [keyOfOffer(offer), offer]))
    const results = new Map<string, { holding: ReadonlyMap<string, boolean>; fitting: Fitting[] }>()
    for (const interest of interests) {
      const before = new Map(interest.found.map((find) => [keyOf(find), find]))
      const meeting = await adaptation.meeting(interest.constraints, [...before.keys()].flatMap((key) => offers.get(key) ?? []))
      const said = await Promise.all(meeting.map(saidBy))
      const isSame = (offer: Offer, i: number): boolean => before.get(keyOfOffer(offer))?.said === said[i]
      const others = meeting.filter((offer, i) => !isSame(offer, i))
      const fitting = others.length === 0 ? [] : await fittingOf(interest, others)
      const holds = new Set([...meeting.filter(isSame).map(keyOfOffer), ...fitting.map(keyOf)])
      results.set(interest.id, { holding: new Map([...before.keys()].map((key) => [key, holds.has(key)])), fitting })
    }
    if (closed) return
    await updateEach((one) => {
      const result = results.get(one.id)
      // what was found meanwhile, in another tab too, stays as it is
      return result === undefined ? one : withHolding(withFitting(one, result.fitting, now()), result.holding, now())
    })
  }

  function checkIn(ms: number): void {
    cancelCheck()
    cancelCheck = clock.after(ms, () => {
      checksSoon = false
      void check()
        .catch(report)
        .finally(() => {
          if (!closed && !checksSoon) checkIn(IDLE_MS)
        })
    })
  }

  const stops = [
    adaptation.onOffered((offers) => {
      if (interests.length > 0) lookAt(offers).catch(report)
    }),
    adaptation.watch(() => {
      if (checksSoon) return
      checksSoon = true
      checkIn(CHECK_MS)
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
      if (!checksSoon) checkIn(IDLE_MS)
      if (interests.length === 0) return
      await say()
      await lookAt()
      await check()
    },
    all: () => [...views],
    async add(text, constraints = {}) {
      const wanted = text.trim().slice(0, MAX_TEXT)
      if (wanted === '') throw new RangeError('Say what you look for.')
      const checked = parse(constraints, constraintsSchema)
      const same = interests.find((one) => one.text === wanted && equalBytes(encode(one.constraints), encode(checked)))
      if (same !== undefined) return same.id
      const id = toHex(random(8))
      await update((kept) => {
        if (kept.length >= MAX_INTERESTS) throw new RangeError(`${MAX_INTERESTS} things can be looked for at a time. End one of them first.`)
        return [...kept, { id, text: wanted, constraints: checked, created: now(), found: [] }]
      })
      // it is looked for from now on; who has asked for it need not wait for what the model says of all that is there
      void begin(id).catch(report)
      return id
    },
    async remove(id) {
      await update((kept) => (kept.some((one) => one.id === id) ? kept.filter((one) => one.id !== id) : null))
      await say()
    },
    seen,
    watch: (listener) => on('change', listener),
    close() {
      closed = true
      cancelCheck()
      for (const stop of stops) stop()
    }
  }
}

type Offer = Declared<Capability>

const keyOfOffer = ({ agent, declaration }: Offer): string => keyOf({ agent, skill: declaration.id })
