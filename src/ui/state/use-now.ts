import { useSyncExternalStore } from 'react'

const EVERY_MS = 15_000
let now = Date.now()
let timer: ReturnType<typeof setInterval> | null = null
const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    now = Date.now()
    for (const each of [...listeners]) each()
  }, EVERY_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0 || timer === null) return
    clearInterval(timer)
    timer = null
  }
}

/** The present, coarse: it moves on every 15 seconds, for words such as “5 minutes ago”. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now)
}
