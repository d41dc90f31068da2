/**
 * The worker of one run in a browser: gets a request, runs it in QuickJS, tells how it went. Whoever started it
 * ends it.
 */
import wasmUrl from '@jitl/quickjs-wasmfile-release-sync/wasm?url'
import { serveRun } from '../node/skill/serve-run.ts'

async function loadWasm(): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(wasmUrl)
  if (!response.ok) throw new Error(`${wasmUrl} could not be loaded: ${response.status}`)
  return new Uint8Array(await response.arrayBuffer())
}

addEventListener(
  'message',
  ({ data }: MessageEvent<unknown>) => void serveRun(data, { loadWasm, post: (message) => postMessage(message) }),
  { once: true }
)
