import { Worker } from 'node:worker_threads'
import type { Runner } from '../src/node/skill/runner.ts'
import { createWorkerRunner } from '../src/node/skill/worker-runner.ts'

export interface NodeRunnerInit {
  /** `skill-worker.ts`, built; by default it lies beside what runs */
  worker?: URL
}

/** A runner for Node: a worker thread for each run. */
export function createNodeRunner({
  worker = new URL('./skill-worker.js', import.meta.url)
}: NodeRunnerInit = {}): Runner {
  return createWorkerRunner({
    spawn({ onMessage, onFailure }) {
      const thread = new Worker(worker, { name: 'skill', env: {}, argv: [], execArgv: [] })
      thread.on('message', onMessage)
      thread.on('messageerror', onFailure)
      thread.on('error', onFailure)
      thread.on('exit', (code) => onFailure(new Error(`the worker thread ended with code ${code}`)))
      return { post: (message) => thread.postMessage(message), terminate: () => void thread.terminate() }
    }
  })
}
