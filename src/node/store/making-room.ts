import { StoreFullError, type Store } from './store.ts'

/** So often room is made for one commit: what makes room goes a share at a time. */
const MAX_ATTEMPTS = 32

/**
 * A store that is written to again when the device was full, as long as something can go.
 *
 * @param makeRoom lets go what can be had again; resolves to how much went, 0 when there was nothing
 */
export function makingRoom(store: Store, makeRoom: () => Promise<number>): Store {
  return {
    ...store,
    async commit(operations, conditions) {
      for (let attempt = 0; ; attempt++) {
        try {
          return await store.commit(operations, conditions)
        } catch (error) {
          if (!(error instanceof StoreFullError) || attempt >= MAX_ATTEMPTS || (await makeRoom()) === 0) throw error
        }
      }
    }
  }
}
