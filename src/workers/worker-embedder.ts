/** The sentence model in a worker of its own, which is started when somebody wants it. */
import { EmbedderError, type LazyEmbedder, type ModelState } from '../node/semantic/embedder.ts'
import { SENTENCE_DIMENSIONS, SENTENCE_MODEL } from '../node/semantic/sentences/model.ts'
import { createEmitter } from '../node/support/emitter.ts'
import type { EmbedReply, EmbedRequest } from './embed-messages.ts'

export interface WorkerEmbedder extends LazyEmbedder {
  /** Ends the worker. What is being embedded fails. */
  close(): void
}

interface Waiting {
  count: number
  resolve: (vectors: Float32Array[]) => void
  reject: (error: Error) => void
}

/** Texts that may wait; whoever wants more is told that it is too much. */
const MAX_WAITING = 2048

export function createWorkerEmbedder(): WorkerEmbedder {
  const { on, emit } = createEmitter<{ change: undefined }>()
  const waiting = new Map<number, Waiting>()
  let worker: Worker | null = null
  let state: ModelState = { is: 'absent' }
  let next = 0

  function turn(to: ModelState): void {
    state = to
    emit('change', undefined)
  }

  function fail(reason: string): void {
    worker?.terminate()
    worker = null
    for (const { reject } of waiting.values()) reject(new EmbedderError(reason))
    waiting.clear()
    turn({ is: 'failed', reason })
  }

  function settle(id: number, how: (one: Waiting) => void): void {
    const one = waiting.get(id)
    waiting.delete(id)
    if (one !== undefined) how(one)
  }

  function hear(reply: EmbedReply): void {
    switch (reply.type) {
      case 'progress':
        turn({ is: 'loading', fraction: reply.fraction })
        break
      case 'ready':
        turn({ is: 'ready' })
        break
      case 'failed':
        fail(reply.message)
        break
      case 'refused':
        settle(reply.id, ({ reject }) => reject(new EmbedderError(reply.message)))
        break
      case 'vectors':
        settle(reply.id, ({ count, resolve }) =>
          resolve(
            Array.from({ length: count }, (_, i) =>
              reply.vectors.slice(i * SENTENCE_DIMENSIONS, (i + 1) * SENTENCE_DIMENSIONS)
            )
          )
        )
    }
  }

  function start(): Worker {
    const started = new Worker(new URL('./embed.ts', import.meta.url), { type: 'module', name: 'embed' })
    started.onmessage = ({ data }: MessageEvent<EmbedReply>) => hear(data)
    started.onmessageerror = () => fail('the worker said something that can’t be read')
    started.onerror = (event) => {
      event.preventDefault()
      fail(event.message || 'the worker could not be loaded')
    }
    return started
  }

  return {
    model: SENTENCE_MODEL,
    dimensions: SENTENCE_DIMENSIONS,
    state: () => state,
    watch: (listener) => on('change', listener),
    load() {
      if (worker !== null) return
      worker = start()
      turn({ is: 'loading', fraction: 0 })
    },
    async embed(texts, signal) {
      signal?.throwIfAborted()
      if (worker === null) throw new EmbedderError('expected a model that was loaded')
      if (texts.length === 0) return []
      const queued = [...waiting.values()].reduce((sum, { count }) => sum + count, 0)
      if (queued + texts.length > MAX_WAITING) throw new EmbedderError('too many texts wait to be embedded')
      const request: EmbedRequest = { id: next++, texts: [...texts] }
      worker.postMessage(request)
      const vectors = await new Promise<Float32Array[]>((resolve, reject) => {
        const stop = () => settle(request.id, () => reject(signal?.reason as Error))
        signal?.addEventListener('abort', stop, { once: true })
        const over = () => signal?.removeEventListener('abort', stop)
        waiting.set(request.id, {
          count: texts.length,
          resolve(vectors) {
            over()
            resolve(vectors)
          },
          reject(error) {
            over()
            reject(error)
          }
        })
      })
      return vectors
    },
    close: () => fail('it was closed')
  }
}
