/**
 * Standing permissions, as they are kept.
 */
import { toHex } from '../crypto/hash.ts'
import { parse } from '../schema/codec.ts'
import type { Limits } from '../schema/declaration.ts'
import { permissionRecord, type PermissionRecord } from '../schema/task.ts'
import type { Changes } from '../store/changes.ts'
import type { Store } from '../store/store.ts'
import { createEmitter } from '../support/emitter.ts'
import { dayOf, spend, usedToday } from './permission.ts'

export interface Permissions {
  all(): Promise<PermissionRecord[]>
  grant(permission: { agent: string | null; skill: string; limits: Limits; perDay: number }): Promise<PermissionRecord>
  revoke(id: string): Promise<void>
  /** Uses a permission once. Resolves to false when it is gone or used up for today. */
  spend(permission: PermissionRecord): Promise<boolean>
  watch(listener: () => void): () => void
  close(): void
}

export interface PermissionsComponents {
  store: Store
  changes: Changes
  now: () => number
  random: (length: number) => Uint8Array
}

const MAX_TRIES = 20

export function createPermissions({ store, changes, now, random }: PermissionsComponents): Permissions {
  const { on, emit } = createEmitter<{ change: undefined }>()
  const notify = () => emit('change', undefined)
  const changed = () => {
    changes.tell({ what: 'permissions' })
    notify()
  }
  const stopListening = changes.listen(({ what }) => {
    if (what === 'permissions') notify()
  })

  return {
    async all() {
      return (await store.list('permissions')).map(([, value]) => parse(value, permissionRecord))
    },

    async grant({ agent, skill, limits, perDay }) {
      const permission: PermissionRecord = {
        revision: 1,
        id: toHex(random(16)),
        agent,
        skill,
        limits,
        perDay,
        used: { day: dayOf(now()), runs: 0 },
        created: now()
      }
      await store.commit([{ put: 'permissions', key: permission.id, value: parse(permission, permissionRecord) }])
      changed()
      return permission
    },

    async revoke(id) {
      await store.commit([{ delete: 'permissions', key: id }])
      changed()
    },

    async spend({ id }) {
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const value = await store.get('permissions', id)
        if (value === undefined) return false
        const permission = parse(value, permissionRecord)
        if (usedToday(permission, now()) >= permission.perDay) return false
        const kept = await store.commit(
          [{ put: 'permissions', key: id, value: spend(permission, now()) }],
          [{ revision: 'permissions', key: id, is: permission.revision }]
        )
        if (kept) {
          changed()
          return true
        }
      }
      return false
    },

    watch: (listener) => on('change', listener),
    close: stopListening
  }
}
