import { createVerifier, type Signed, type Verifier } from '../node/crypto/verifier.ts'
import { packBatch, type VerifyReply, type VerifyRequest } from './verify-messages.ts'

export interface WorkerVerifier extends Verifier {
  /** Ends the worker. What is being checked fails. */
  close(): void
}

export interface WorkerVerifierInit {
  /** smaller batches are checked where they are, which is sooner; 16 unless told */
  minBatch?: number
}

/** The verifier was closed while it was asked. */
export class VerifierClosedError extends Error {
  override readonly name = 'VerifierClosedError'
}

interface Waiting {
  batch: readonly Signed[]
  resolve: (holds: boolean[] | Promise<boolean[]>) => void
  reject: (error: Error) => void
}

/**
 * A verifier with a worker of its own, started when the first batch comes that is worth it. Should the worker die,
 * everything is checked here from then on.
 */
export function createWorkerVerifier({ minBatch = 16 }: WorkerVerifierInit = {}): WorkerVerifier {
  const here = createVerifier()
  const waiting = new Map<number, Waiting>()
  let worker: Worker | null = null
  let isOver = false
  let count = 0

  function end(settle: (waiting: Waiting) => void): void {
    worker?.terminate()
    worker = null
    isOver = true
    for (const one of waiting.values()) settle(one)
    waiting.clear()
  }

  function goOnHere(why: string): void {
    console.warn(`Signatures are checked without a worker: ${why}`)
    end(({ batch, resolve }) => resolve(here.verify(batch)))
  }

  function hear(reply: VerifyReply): void {
    if ('error' in reply) {
      goOnHere(reply.error)
      return
    }
    waiting.get(reply.id)?.resolve(Array.from(reply.holds, (holds) => holds === 1))
    waiting.delete(reply.id)
  }

  function start(): Worker {
    const started = new Worker(new URL('./verify.ts', import.meta.url), { type: 'module', name: 'verify' })
    started.onmessage = ({ data }: MessageEvent<VerifyReply>) => hear(data)
    started.onmessageerror = () => goOnHere('it answered with something that can’t be read')
    started.onerror = (event) => {
      event.preventDefault()
      goOnHere(event.message || 'it could not be loaded')
    }
    return started
  }

  return {
    verify(batch) {
      if (isOver || batch.length < minBatch) return here.verify(batch)
      worker ??= start()
      const request: VerifyRequest = { id: count++, batch: packBatch(batch) }
      const answer = new Promise<boolean[]>((resolve, reject) => waiting.set(request.id, { batch, resolve, reject }))
      worker.postMessage(request, [request.batch])
      return answer
    },
    close: () => end(({ reject }) => reject(new VerifierClosedError('the verifier was closed')))
  }
}
