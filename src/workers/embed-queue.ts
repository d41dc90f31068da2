/** Whose turn it is at the model, by what texts are embedded for: what strangers say can't make a search wait. */
import type { Purpose } from '../node/semantic/embedder.ts'
import type { EmbedRequest } from './embed-messages.ts'

export interface EmbedQueue {
  add(request: EmbedRequest): void
  /** It is not wanted any more. */
  forget(id: number): void
  /** Takes what has its turn out; undefined: nothing waits. */
  next(): EmbedRequest | undefined
}

export function createEmbedQueue(): EmbedQueue {
  /** in the order in which they came */
  const waiting: Record<Purpose, Map<number, EmbedRequest>> = { search: new Map(), own: new Map(), index: new Map(), check: new Map() }
  let lately: Purpose = 'check'

  function purposeOfNext(): Purpose {
    if (waiting.search.size > 0) return 'search'
    if (waiting.own.size > 0) return 'own'
    // in turns: there is always more to check where others say a lot, and what they offer is to be found all the same
    const other = lately === 'check' ? 'index' : 'check'
    return waiting[other].size > 0 ? other : lately
  }

  return {
    add: (request) => void waiting[request.purpose].set(request.id, request),
    forget(id) {
      for (const some of Object.values(waiting)) some.delete(id)
    },
    next() {
      const purpose = purposeOfNext()
      const some = [...waiting[purpose].values()]
      // who searches may have typed on
      const request = purpose === 'search' ? some.at(-1) : some[0]
      if (request === undefined) return undefined
      waiting[purpose].delete(request.id)
      if (purpose === 'index' || purpose === 'check') lately = purpose
      return request
    }
  }
}
