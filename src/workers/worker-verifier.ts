import { createVerifier, type Verifier } from '../node/crypto/verifier.ts'
import { packBatch, type VerifyReply, type VerifyRequest } from './verify-messages.ts'

export interface WorkerVerifier extends Verifier {
  /** Ends the worker. What is being checked fails. */
  close(): void
}

/** The worker that checks signatures could not be started, or has died. */
export class VerifierFailedError extends Error {
  override readonly name = 'VerifierFailedError'
}

interface Waiting {
  resolve: (holds: boolean[]) => void
  reject: (error: Error) => void
}

export interface WorkerVerifierInit {
  /** smaller batches are checked where they are, which is sooner; 16 unless told */
  minBatch?: number
}

/** A verifier with a worker of its own, started when the first batch comes that is worth it. */
export function createWorkerVerifier({ minBatch = 16 }: WorkerVerifierInit = {}): WorkerVerifier {
  const here = createVerifier()
  const waiting = new Map<number, Waiting>()
  let worker: Worker | null = null
  let count = 0

  function fail(message: string): void {
    worker?.terminate()
    // the next batch gets a new one
    worker = null
    const error = new VerifierFailedError(message)
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }

  function hear(reply: VerifyReply): void {
    const one = waiting.get(reply.id)
    waiting.delete(reply.id)
    if ('error' in reply) one?.reject(new VerifierFailedError(reply.error))
    else one?.resolve(Array.from(reply.holds, (holds) => holds === 1))
  }

  function start(): Worker {
    const started = new Worker(new URL('./verify.ts', import.meta.url), { type: 'module', name: 'verify' })
    started.onmessage = ({ data }: MessageEvent<VerifyReply>) => hear(data)
    started.onmessageerror = () => fail('the worker answered with something that can’t be read')
    started.onerror = (event) => {
      event.preventDefault()
      fail(event.message || 'the worker could not be loaded')
    }
    return started
  }

  return {
    verify(batch) {
      if (batch.length < minBatch) return here.verify(batch)
      worker ??= start()
      const request: VerifyRequest = { id: count++, batch: packBatch(batch) }
      const answer = new Promise<boolean[]>((resolve, reject) => waiting.set(request.id, { resolve, reject }))
      worker.postMessage(request, [request.batch])
      return answer
    },
    close: () => fail('the verifier was closed')
  }
}
