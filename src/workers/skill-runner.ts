import type { Runner } from '../node/skill/runner.ts'
import { createWorkerRunner } from '../node/skill/worker-runner.ts'

/** A runner for browsers: a nested worker for each run. QuickJS is loaded by that worker only. */
export function createBrowserRunner(): Runner {
  return createWorkerRunner({
    spawn({ onMessage, onFailure }) {
      const worker = new Worker(new URL('./skill.ts', import.meta.url), { type: 'module', name: 'skill' })
      worker.onmessage = ({ data }: MessageEvent<unknown>) => onMessage(data)
      worker.onmessageerror = () => onFailure(new Error('a message that can’t be read'))
      worker.onerror = (event) => {
        event.preventDefault()
        onFailure(new Error(event.message || 'the worker could not be loaded'))
      }
      return { post: (message) => worker.postMessage(message), terminate: () => worker.terminate() }
    }
  })
}
