/** For a test: a worker that, like the peer worker, starts skill workers of its own. */
import type { ProgramRun } from '../../node/skill/runner.ts'
import { createBrowserRunner } from '../skill-runner.ts'

const runner = createBrowserRunner()

addEventListener('message', ({ data }: MessageEvent<ProgramRun>) => {
  runner.run(data, { signal: new AbortController().signal, onProgress: ({ note }) => postMessage({ note }) }).then(
    (result) => postMessage({ summary: result.summary }),
    (error: unknown) => postMessage({ error: String(error) })
  )
})
