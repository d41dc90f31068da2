import { parse } from '../schema/codec.ts'
import { ProgramError } from './runner.ts'
import { runInSandbox } from './sandbox.ts'
import { runRequest, type WorkerMessage } from './worker-messages.ts'

/**
 * A worker's whole life: does the one run that it was asked for and tells how it went. Never rejects.
 *
 * @param request what the runner sent
 * @param loadWasm gives the bytes of `@jitl/quickjs-wasmfile-release-sync/wasm`
 */
export async function serveRun(
  request: unknown,
  { loadWasm, post }: { loadWasm: () => Promise<Uint8Array<ArrayBuffer>>; post: (message: WorkerMessage) => void }
): Promise<void> {
  try {
    const run = parse(request, runRequest)
    const result = await runInSandbox(run, {
      wasm: await loadWasm(),
      onStart: () => post({ type: 'started' }),
      onProgress: (fraction, note) => post({ type: 'progress', fraction, note })
    })
    post({ type: 'done', result })
  } catch (error) {
    const { failure, message } =
      error instanceof ProgramError
        ? error
        : { failure: 'broken' as const, message: `The sandbox could not be started: ${String(error)}` }
    post({ type: 'failed', failure, message: message.slice(0, 1000) })
  }
}
