/**
 * Whose judgement of others counts here: our own, that of agents whom our operator has chosen, and that of the agents on lists that our
 * operator follows. A list as a whole weighs as much as one agent that was chosen, so that no list outweighs what our operator chose.
 * Kept; the tabs of a profile tell each other.
 */
import type { Adaptation } from '../adapt/adaptation.ts'
import type { JudgesOf, SharedJudges } from '../adapt/judges.ts'
import type { Changes } from '../store/changes.ts'
import type { Locks } from '../store/locks.ts'
import type { Store } from '../store/store.ts'
import type { Clock } from '../support/clock.ts'
import { createEmitter } from '../support/emitter.ts'
import { createRateLimit } from '../support/rate-limit.ts'

/** How much the word of each agent weighs beside our own, which weighs 1. Ours is not in it. */
export type Weights = ReadonlyMap<string, number>

/** A list that is followed: whose it is, and what is known of it. */
export type FollowedJudges = { agent: string } & JudgesOf

export interface WhoseWord {
  /** Reads what is kept. When the logs were read, so that the lists in them are known. */
  start(): Promise<void>
  /** Agents whose judgement our operator has chosen. */
  trusted(): readonly string[]
  /** Has an agent's judgement count, or not any more. Resolves when it is kept. @throws RangeError when there are too many */
  trust(agent: string, trusts: boolean): Promise<void>
  /** The lists that our operator follows, in the order in which that began. */
  followed(): FollowedJudges[]
  /** Follows the list that an agent shares, or leaves it. Resolves when it is kept. @throws RangeError for our own, or one too many */
  follow(agent: string, follows: boolean): Promise<void>
  /** The list that an agent shares, as far as it is known; for a while we want to hear of it, until another is looked at. */
  look(agent: string): JudgesOf
  /** Resolves, once we have started, to how much whose word weighs. */
  weights(): Promise<Weights>
  /** Called when the weights are others. */
  onWeights(listener: () => void): () => void
  /** Called when anything here has changed. */
  watch(listener: () => void): () => void
  close(): void
}

export interface WhoseWordComponents {
  /** our own agent */
  agent: string
  adaptation: Pick<Adaptation, 'judgesOf' | 'onJudges' | 'lookForJudges'>
  store: Store
  locks: Locks
  changes: Changes
  clock: Clock
  report: (error: unknown) => void
}

const TRUSTED_KEY = 'trusted'
const FOLLOWED_KEY = 'followed'
const MAX_TRUSTED = 256
const MAX_FOLLOWED = 8
/** How long we want to hear of a list that was looked at. */
const LOOK_MS = 10 * 60_000
/** So often another choice of one list's author counts. What agents it names takes up room in the book of trust for good. */
const CHANGE_RATE = { rate: 1 / 300, burst: 16, keys: 2 * MAX_FOLLOWED }
/** What was one too many is looked at again after this, and what lapses at the latest. */
const AGAIN_MS = 5 * 60_000

/** How much whose word weighs beside our own: 1 for whom our operator chose, and 1 for each list, in equal parts to all that are on it but us. */
export function weightsOf(self: string, trusted: readonly string[], lists: Iterable<readonly string[]>): Weights {
  const weights = new Map(trusted.filter((agent) => agent !== self).map((agent) => [agent, 1]))
  for (const list of lists) {
    const others = list.filter((agent) => agent !== self)
    for (const agent of others) weights.set(agent, (weights.get(agent) ?? 0) + 1 / others.length)
  }
  return weights
}

export function createWhoseWord({ agent: self, adaptation, store, locks, changes, clock, report }: WhoseWordComponents): WhoseWord {
  const { on, emit } = createEmitter<{ change: undefined; weights: undefined }>()
  const mayChange = createRateLimit(CHANGE_RATE)
  let trusted: readonly string[] = []
  let followed: readonly string[] = []
  let lookedAt: string | null = null
  /** the lists that count, as they count, by whose they are */
  let counted: ReadonlyMap<string, SharedJudges> = new Map()
  let weights: Weights = new Map()
  let cancelCounting = (): void => undefined
  let cancelLooking = (): void => undefined
  let isOpen = false
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })

  const read = async (key: string) => (await store.get<string[]>('settings', key)) ?? []

  const say = () => adaptation.lookForJudges([...new Set([...followed, ...(lookedAt === null ? [] : [lookedAt])])])

  /** Counts the lists as they are now, and again when one of them lapses. */
  function count(): void {
    cancelCounting()
    const now = clock.now()
    const next = new Map<string, SharedJudges>()
    for (const agent of followed) {
      const known = adaptation.judgesOf(agent)
      if (known.is !== 'shared') continue
      const before = counted.get(agent)
      const isSame = before !== undefined && before.agents.join() === known.agents.join()
      if (isSame || mayChange(agent, now)) next.set(agent, known)
      else if (before !== undefined && before.expiry > now) next.set(agent, before)
    }
    counted = next
    if (followed.length > 0) cancelCounting = clock.after(AGAIN_MS, count)
    const after = weightsOf(self, trusted, [...counted.values()].map(({ agents }) => agents))
    const isNews = !isSameWeights(after, weights)
    weights = after
    if (isNews && isOpen) emit('weights', undefined)
  }

  function show(next: { trusted: readonly string[]; followed: readonly string[] }): void {
    trusted = next.trusted
    followed = next.followed
    say()
    count()
    emit('change', undefined)
  }

  const readAll = async () => {
    const [nextTrusted, nextFollowed] = await Promise.all([read(TRUSTED_KEY), read(FOLLOWED_KEY)])
    show({ trusted: nextTrusted, followed: nextFollowed })
  }

  /** Puts an agent on a list of ours, or takes it off; no two tabs do so at a time. */
  async function change(key: string, agent: string, on: boolean, most: number, tooMany: string): Promise<void> {
    await locks.hold('starling-trusted', async () => {
      const others = (await read(key)).filter((one) => one !== agent)
      const next = on ? [...others, agent] : others
      if (next.length > most) throw new RangeError(tooMany)
      await store.commit([{ put: 'settings', key, value: next }])
    })
    changes.tell({ what: 'trusted' })
    await readAll()
  }

  const stops = [
    adaptation.onJudges((agent) => {
      if (followed.includes(agent)) count()
      if (followed.includes(agent) || agent === lookedAt) emit('change', undefined)
    }),
    changes.listen(({ what }) => {
      if (what === 'trusted') readAll().catch(report)
    })
  ]

  return {
    async start() {
      await readAll()
      isOpen = true
      open()
    },
    trusted: () => trusted,
    trust: (agent, trusts) =>
      change(TRUSTED_KEY, agent, trusts, MAX_TRUSTED, `At most ${MAX_TRUSTED} agents’ judgement can count: take one back first.`),
    followed: () =>
      followed.map((agent) => {
        const known = adaptation.judgesOf(agent)
        // what counts is shown, and what is too new to count is not yet
        return { agent, ...known, ...(known.is === 'shared' ? counted.get(agent) : {}) }
      }),
    async follow(agent, follows) {
      if (agent === self) throw new RangeError('Your own list counts already: it is whom you have chosen.')
      await change(FOLLOWED_KEY, agent, follows, MAX_FOLLOWED, `At most ${MAX_FOLLOWED} lists can be followed: leave one first.`)
    },
    look(agent) {
      if (agent !== self && agent !== lookedAt) {
        lookedAt = agent
        say()
      }
      cancelLooking()
      cancelLooking = clock.after(LOOK_MS, () => {
        lookedAt = null
        say()
      })
      return adaptation.judgesOf(agent)
    },
    async weights() {
      await opened
      return weights
    },
    onWeights: (listener) => on('weights', listener),
    watch: (listener) => on('change', listener),
    close() {
      // who waits for the weights waits no longer
      open()
      cancelCounting()
      cancelLooking()
      for (const stop of stops) stop()
    }
  }
}

function isSameWeights(a: Weights, b: Weights): boolean {
  return a.size === b.size && [...a].every(([agent, weight]) => b.get(agent) === weight)
}
