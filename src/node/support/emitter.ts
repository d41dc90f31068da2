/** Tells listeners that something happened. */
export interface Emitter<Events> {
  /** Calls `listener` for each event until the function that is returned is called. */
  on<K extends keyof Events>(event: K, listener: (detail: Events[K]) => void): () => void
  emit<K extends keyof Events>(event: K, detail: Events[K]): void
}

export function createEmitter<Events>(): Emitter<Events> {
  const listeners = new Map<keyof Events, Set<(detail: never) => void>>()
  return {
    on(event, listener) {
      // its own function each time, so that one listener may be there twice
      const entry = (detail: never) => listener(detail)
      const set = listeners.get(event) ?? new Set()
      listeners.set(event, set.add(entry))
      return () => set.delete(entry)
    },
    emit(event, detail) {
      for (const listener of [...(listeners.get(event) ?? [])]) {
        try {
          listener(detail as never)
        } catch (error) {
          // what happened has happened: a listener's failure is the runtime's to report, not the sender's to suffer
          queueMicrotask(() => {
            throw error
          })
        }
      }
    }
  }
}
