/**
 * The worker thread of one run in Node: gets a request, runs it in QuickJS, tells how it went. Whoever started it
 * ends it.
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { parentPort } from 'node:worker_threads'
import { serveRun } from '../src/node/skill/serve-run.ts'

const port = parentPort
if (port === null) throw new Error('expected to run as a worker thread')

const wasmPath = createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm')

port.once('message', (request: unknown) => {
  void serveRun(request, {
    loadWasm: async () => new Uint8Array(await readFile(wasmPath)),
    post: (message) => port.postMessage(message)
  })
})
