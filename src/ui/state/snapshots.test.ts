import { expect, test, vi } from 'vitest'
import type { Snapshot } from '../../node/client.ts'
import { createSnapshotStore } from './snapshots.ts'

const snapshot = (logLength: number): Snapshot => ({
  status: {
    agent: '',
    peerId: '',
    connections: [],
    network: 'starting',
    networkReason: '',
    relay: false,
    storage: { kind: 'memory', problem: null, persistent: null }, meaning: { model: { is: 'ready' }, waiting: 0, late: 0, pending: 0 }
  },
  agents: [],
  moreAgents: 0,
  declared: 0,
  tasks: [],
  approvals: [],
  permissions: [],
  offers: [],
  interests: [],
  policy: { facts: { languages: [], region: null, tier: 0 }, insists: {} },
  state: { open: true, load: 'idle', power: 'mains', metered: false },
  trusted: [],
  followed: [],
  sharing: null,
  opinions: 0,
  logLength
})

test('holds the newest snapshot and tells its followers', async () => {
  const store = createSnapshotStore({
    async *snapshots() {
      yield snapshot(1)
      yield snapshot(2)
    }
  })
  const seen: number[] = []
  store.subscribe(() => seen.push(store.get()?.logLength ?? -1))
  expect(store.get()).toBeNull()
  expect((await store.failed).message).toContain('stopped')
  expect(seen).toEqual([1, 2])
  expect(store.get()?.logLength).toBe(2)
})

test('says why the snapshots ended', async () => {
  const store = createSnapshotStore({
    snapshots: () => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('worker died')) })
    })
  })
  expect((await store.failed).message).toBe('worker died')
})

test('ends the iteration when it is stopped', () => {
  const ended = vi.fn(async () => ({ done: true as const, value: undefined }))
  const store = createSnapshotStore({
    snapshots: () => ({
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}), return: ended })
    })
  })
  store.stop()
  expect(ended).toHaveBeenCalledOnce()
})
