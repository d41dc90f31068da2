/**
 * Whether our operator shares, with everybody, whose judgement of others counts here, and under which name. While it is shared, a change of
 * it is published anew, several together; it is said again at half of its life, and taken back when it is shared no more.
 */
import * as z from 'zod/mini'
import type { Adaptation } from './adapt/adaptation.ts'
import type { SaidJudges } from './published-judges.ts'
import { MAX_JUDGES, judgesName, type Judges } from './schema/judges.ts'
import type { Changes } from './store/changes.ts'
import type { Locks } from './store/locks.ts'
import type { Operation, Store } from './store/store.ts'
import type { Clock } from './support/clock.ts'
import { createEmitter } from './support/emitter.ts'
import type { WhoseWord } from './trust/whose-word.ts'

export interface Sharing {
  /** Under which name it is shared; null: it is not. */
  current(): string | null
  /** Shares it under a name, or not any more. @throws RangeError for a name that is none */
  set(name: string | null): Promise<void>
  /** Reads what is kept, and brings what is public in line with it. */
  renew(): Promise<void>
  /** Called when it has changed. */
  watch(listener: () => void): () => void
  close(): void
}

export interface SharingComponents {
  /** our own agent */
  agent: string
  adaptation: Pick<Adaptation, 'shareJudges' | 'withdraw'>
  whoseWord: Pick<WhoseWord, 'trusted' | 'watch'>
  store: Store
  locks: Locks
  changes: Changes
  clock: Clock
  report: (error: unknown) => void
}

/** As it is kept. */
interface SharingRecord {
  name: string | null
  /** what is public now; null: nothing */
  said: SaidJudges | null
}

const KEY = 'sharing'
const NOT_SHARED: SharingRecord = { name: null, said: null }
/** Changes within this are one entry. */
const GATHER_MS = 30_000

export function createSharing({ agent: self, adaptation, whoseWord, store, locks, changes, clock, report }: SharingComponents): Sharing {
  const { on, emit } = createEmitter<{ change: undefined }>()
  let current: string | null = null
  let cancelGathering: (() => void) | null = null

  const read = async () => (await store.get<SharingRecord>('settings', KEY)) ?? NOT_SHARED
  const put = (value: SharingRecord): Operation => ({ put: 'settings', key: KEY, value })

  function show(name: string | null): void {
    if (name === current) return
    current = name
    emit('change', undefined)
  }

  /** Brings what is public in line with what is meant. */
  async function publish(): Promise<void> {
    const { name, said } = await read()
    show(name)
    if (name === null && said === null) return
    const agents = whoseWord.trusted().filter((agent) => agent !== self).slice(-MAX_JUDGES)
    const wanted: Judges | null = name === null || agents.length === 0 ? null : { kind: 'judges', version: 1, name, agents }
    // few share anything: it is not loaded at the start
    const { publishJudges } = await import('./published-judges.ts')
    await publishJudges({ adaptation, store, clock, put: (next) => put({ name, said: next }) }, said, wanted)
  }

  const renew = () => locks.hold('starling-sharing', publish)

  const stops = [
    whoseWord.watch(() => {
      if (current === null) return
      cancelGathering ??= clock.after(GATHER_MS, () => {
        cancelGathering = null
        renew().catch(report)
      })
    }),
    changes.listen(({ what }) => {
      if (what !== 'sharing') return
      read()
        .then(({ name }) => show(name))
        .catch(report)
    })
  ]

  return {
    current: () => current,
    async set(name) {
      const checked = name?.trim() ?? null
      if (checked !== null && !z.safeParse(judgesName, checked).success) throw new RangeError('Give your list a name of up to 60 characters.')
      await locks.hold('starling-sharing', async () => {
        await store.commit([put({ ...(await read()), name: checked })])
        await publish()
      })
      changes.tell({ what: 'sharing' })
    },
    renew,
    watch: (listener) => on('change', listener),
    close() {
      cancelGathering?.()
      for (const stop of stops) stop()
    }
  }
}
