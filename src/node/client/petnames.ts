/**
 * Our operator's own names for agents: kept, and the same in all tabs.
 */
import type { Changes } from '../store/changes.ts'
import type { Store } from '../store/store.ts'
import { createEmitter } from '../support/emitter.ts'

export interface Petnames {
  /** null: none was given */
  of(agent: string): string | null
  /** Gives a name, in place of one before; an empty one removes it. */
  set(agent: string, petname: string): Promise<void>
  /** Called when they have changed, here or in another tab. */
  watch(listener: () => void): () => void
  close(): void
}

export interface PetnamesComponents {
  store: Pick<Store, 'list' | 'commit'>
  changes: Changes
  report: (error: unknown) => void
}

const MAX_NAME = 60

/** Resolves once what is kept is read. */
export async function createPetnames({ store, changes, report }: PetnamesComponents): Promise<Petnames> {
  const names = new Map<string, string>()
  const { on, emit } = createEmitter<{ change: undefined }>()
  const notify = () => emit('change', undefined)

  async function read(): Promise<void> {
    const kept = await store.list<string>('names')
    names.clear()
    for (const [agent, name] of kept) names.set(agent, name)
  }
  await read()

  const stopListening = changes.listen(({ what }) => {
    if (what === 'names') read().then(notify, report)
  })

  return {
    of: (agent) => names.get(agent) ?? null,
    async set(agent, petname) {
      const name = petname.trim().slice(0, MAX_NAME)
      await store.commit([name === '' ? { delete: 'names', key: agent } : { put: 'names', key: agent, value: name }])
      await read()
      changes.tell({ what: 'names' })
      notify()
    },
    watch: (listener) => on('change', listener),
    close: stopListening
  }
}
