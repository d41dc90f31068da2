/**
 * On what terms our operator works with others at all: kept, told to others, and held to here by the adaptation layer. It
 * is declared again at half of its life, while it says anything.
 */
import type { Adaptation } from './adapt/adaptation.ts'
import { NO_STAND, saysAnything, type Stand } from './adapt/constraints.ts'
import { table } from './adapt/table.ts'
import { equalBytes } from './crypto/hash.ts'
import { encode, parse } from './schema/codec.ts'
import { constraint } from './schema/declaration.ts'
import type { Changes } from './store/changes.ts'
import type { Locks } from './store/locks.ts'
import type { Store } from './store/store.ts'
import { createEmitter } from './support/emitter.ts'

export interface Policy {
  current(): Stand
  /** @throws InvalidBytesError when it is none */
  set(stand: Stand): Promise<void>
  /** Reads what is kept and stands for it; says it again where that is due. */
  renew(): Promise<void>
  /** Called when it has changed. */
  watch(listener: () => void): () => void
  close(): void
}

export interface PolicyComponents {
  adaptation: Pick<Adaptation, 'standFor' | 'declare'>
  store: Store
  locks: Locks
  changes: Changes
  now: () => number
  report: (error: unknown) => void
}

/** As it is kept. */
interface PolicyRecord {
  stand: Stand
  /** when it was declared, milliseconds since 1970 */
  declaredAt: number
}

const KEY = 'policy'
const HALF_LIFE_MS = table.constraint.lifeMs / 2

export function createPolicy({ adaptation, store, locks, changes, now, report }: PolicyComponents): Policy {
  let current: Stand = NO_STAND
  const { on, emit } = createEmitter<{ change: undefined }>()

  async function standFor(stand: Stand): Promise<void> {
    if (equalBytes(encode(stand), encode(current))) return
    current = stand
    await adaptation.standFor(stand)
    emit('change', undefined)
  }

  const read = () => store.get<PolicyRecord>('settings', KEY)

  async function declare(stand: Stand): Promise<void> {
    const value: PolicyRecord = { stand, declaredAt: now() }
    await store.commit([{ put: 'settings', key: KEY, value }])
    await adaptation.declare({ kind: 'constraint', ...stand })
  }

  const stopListening = changes.listen(({ what }) => {
    if (what !== 'policy') return
    read()
      .then((kept) => standFor(kept?.stand ?? NO_STAND))
      .catch(report)
  })

  return {
    current: () => current,
    async set(stand) {
      const { facts, insists } = parse({ kind: 'constraint', ...stand }, constraint)
      await standFor({ facts, insists })
      await locks.hold('starling-policy', () => declare({ facts, insists }))
      changes.tell({ what: 'policy' })
    },
    async renew() {
      await locks.hold('starling-policy', async () => {
        const kept = await read()
        if (kept === undefined) return
        await standFor(kept.stand)
        if (saysAnything(kept.stand) && now() - kept.declaredAt >= HALF_LIFE_MS) await declare(kept.stand)
      })
    },
    watch: (listener) => on('change', listener),
    close: stopListening
  }
}
