/** The sentence model in a worker of its own, which is started when somebody wants it. */
import { EmbedderError, type CloseText, type LazyEmbedder, type ModelState } from '../node/semantic/embedder.ts'
import type { SentenceEncoder } from '../node/semantic/sentences/encoder.ts'
import { SENTENCE_DIMENSIONS, SENTENCE_MODEL } from '../node/semantic/sentences/model.ts'
import { createEmitter } from '../node/support/emitter.ts'
import type { EmbedForget, EmbedReply, EmbedRequest } from './embed-messages.ts'

export interface WorkerEmbedder extends LazyEmbedder {
  embedClosely: SentenceEncoder['embedClosely']
  /** Ends the worker. What is being embedded fails. */
  close(): void
}

interface Waiting {
  /** texts */
  count: number
  /** whichever was asked for */
  resolve: (made: { vectors: Float32Array } | { texts: CloseText[] }) => void
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
      case 'closely':
        settle(reply.id, ({ resolve }) => resolve(reply))
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

  /** Asks the worker. @throws EmbedderError, the signal's reason */
  async function ask({ texts, closely, purpose }: Omit<EmbedRequest, 'id'>, signal?: AbortSignal): ReturnType<typeof answer> {
    signal?.throwIfAborted()
    if (worker === null) throw new EmbedderError('expected a model that was loaded')
    const queued = [...waiting.values()].reduce((sum, { count }) => sum + count, 0)
    if (queued + texts.length > MAX_WAITING) throw new EmbedderError('too many texts wait to be embedded')
    const request: EmbedRequest = { id: next++, texts, closely, purpose }
    worker.postMessage(request)
    return answer(request, signal)
  }

  function answer({ id, texts }: EmbedRequest, signal?: AbortSignal): Promise<{ vectors: Float32Array } | { texts: CloseText[] }> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        const message: EmbedForget = { forget: id }
        worker?.postMessage(message)
        settle(id, () => reject(signal?.reason as Error))
      }
      signal?.addEventListener('abort', stop, { once: true })
      const over = () => signal?.removeEventListener('abort', stop)
      waiting.set(id, {
        count: texts.length,
        resolve(made) {
          over()
          resolve(made)
        },
        reject(error) {
          over()
          reject(error)
        }
      })
    })
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
    async embed(texts, signal, purpose = 'search') {
      const made = await ask({ texts: [...texts], closely: false, purpose }, signal)
      if (!('vectors' in made)) throw new EmbedderError('expected vectors')
      const { vectors } = made
      return texts.map((_, i) => vectors.slice(i * SENTENCE_DIMENSIONS, (i + 1) * SENTENCE_DIMENSIONS))
    },
    async embedClosely(texts, signal) {
      const made = await ask({ texts: [...texts], closely: true, purpose: 'search' }, signal)
      if (!('texts' in made)) throw new EmbedderError('expected texts with their pieces')
      return made.texts
    },
    close: () => fail('it was closed')
  }
}
