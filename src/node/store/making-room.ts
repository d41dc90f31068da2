import { StoreFullError, type Store } from './store.ts'

/**
 * A store that is written to once more when the device was full and something could go.
 *
 * @param makeRoom lets go what can be had again; resolves to how much went, 0 when there was nothing
 */
export function makingRoom(store: Store, makeRoom: () => Promise<number>): Store {
  return {
    ...store,
    async commit(operations, conditions) {
      try {
        return await store.commit(operations, conditions)
      } catch (error) {
        if (!(error instanceof StoreFullError) || (await makeRoom()) === 0) throw error
        return store.commit(operations, conditions)
      }
    }
  }
}
