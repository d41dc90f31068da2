/**
 * Where everything that must survive a reload is kept: ordered keys to structured values, in named
 * collections, with one atomic and durable `commit`. Adapters: `memory.ts`, `indexeddb.ts` (browsers) and
 * `level.ts` (Node); one conformance suite (`store-conformance.ts`) holds all to the same behaviour.
 *
 * Values are plain: objects, arrays, strings, numbers, booleans, null, and `Uint8Array`.
 */
export const collections = [
  'headers',
  'heads',
  'forks',
  'bodies',
  'ownBodies',
  'references',
  'dropped',
  'tasks',
  'permissions',
  'skills',
  'names',
  'trust',
  'blobs',
  'vectors',
  'settings'
] as const
export type Collection = (typeof collections)[number]

/** What logs are kept in (`log/records.ts`). */
export const logCollections = [
  'headers',
  'heads',
  'forks',
  'bodies',
  'ownBodies',
  'references',
  'dropped'
] as const satisfies readonly Collection[]
/** Keys in `settings` that belong to them. */
export const logSettings = ['log-usage', 'body-usage'] as const

export type Operation =
  | { put: Collection; key: string; value: unknown }
  | { delete: Collection; key: string }

/** What must hold, in the same transaction, for a commit to happen: a key that is absent, or a value's `revision`. */
export type Condition =
  | { absent: Collection; key: string }
  | { present: Collection; key: string }
  | { revision: Collection; key: string; is: number }

export interface Range {
  /** keys above this, without it */
  after?: string
  /** keys that start with this */
  prefix?: string
  limit?: number
  /** from the highest key down */
  reverse?: boolean
}

export interface Store {
  /** `indexeddb`, `level` or `memory`: people are told when what they do will not be kept. */
  readonly kind: string
  get<T>(collection: Collection, key: string): Promise<T | undefined>
  /** Several values at once, in the order of their keys. */
  getMany<T>(collection: Collection, keys: readonly string[]): Promise<Array<T | undefined>>
  list<T>(collection: Collection, range?: Range): Promise<Array<[key: string, value: T]>>
  /**
   * All or nothing, and durable before it resolves. Resolves to false, with nothing written, when a
   * condition does not hold.
   *
   * @throws StoreFullError when the device has no room: nothing was written
   * @throws StoreUnavailableError when the store was closed or taken away
   */
  commit(operations: Operation[], conditions?: Condition[]): Promise<boolean>
  close(): Promise<void>
}

export class StoreFullError extends Error {
  override readonly name = 'StoreFullError'
}

export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError'
}
