import { useSyncExternalStore } from 'react'
import type { Value } from './value.ts'

/** The value now; the component draws again when it changes. */
export function useValue<T>(value: Pick<Value<T>, 'get' | 'subscribe'>): T {
  return useSyncExternalStore(value.subscribe, value.get, value.get)
}
