/**
 * How this agent is at this moment: what the page says of the device, whether the operator lets it take on work, and how much it
 * has to do. Others are told of it by the adaptation layer.
 */
import type { Adaptation } from './adapt/adaptation.ts'
import { READY, type OwnState } from './adapt/states.ts'
import type { Changes } from './store/changes.ts'
import type { Store } from './store/store.ts'
import { createEmitter } from './support/emitter.ts'
import type { Tasks } from './task/tasks.ts'

export interface Availability {
  current(): OwnState
  /** Reads whether work is taken on. */
  start(): Promise<void>
  setDevice(device: Pick<OwnState, 'power' | 'metered'>): void
  /** Whether work is taken on for others; kept. */
  setOpen(open: boolean): Promise<void>
  watch(listener: () => void): () => void
  close(): void
}

export interface AvailabilityComponents {
  adaptation: Pick<Adaptation, 'setState'>
  tasks: Pick<Tasks, 'all' | 'watch'>
  store: Store
  changes: Changes
  report: (error: unknown) => void
}

const KEY = 'closed'
/** With so many tasks for others an agent has its hands full. */
const FULL = 3

export function createAvailability({ adaptation, tasks, store, changes, report }: AvailabilityComponents): Availability {
  const { on, emit } = createEmitter<{ change: undefined }>()
  let current = READY

  function set(part: Partial<OwnState>): void {
    const next = { ...current, ...part }
    if (JSON.stringify(next) === JSON.stringify(current)) return
    current = next
    adaptation.setState(next)
    emit('change', undefined)
  }

  function load(): OwnState['load'] {
    const working = tasks.all().filter(({ role, state }) => role === 'follower' && state === 'working').length
    return working === 0 ? 'idle' : working < FULL ? 'busy' : 'full'
  }

  async function read(): Promise<void> {
    set({ open: (await store.get<boolean>('settings', KEY)) !== true })
  }

  const stops = [
    tasks.watch((_, what) => {
      if (what === 'record') set({ load: load() })
    }),
    changes.listen(({ what }) => {
      if (what === 'availability') read().catch(report)
    })
  ]

  return {
    current: () => current,
    start: read,
    setDevice: ({ power, metered }) => set({ power, metered }),
    async setOpen(open) {
      await store.commit([{ put: 'settings', key: KEY, value: !open }])
      set({ open })
      changes.tell({ what: 'availability' })
    },
    watch: (listener) => on('change', listener),
    close() {
      for (const stop of stops) stop()
    }
  }
}
