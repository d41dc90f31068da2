/** The bench's page in Chromium: built, and served from where it can share memory between threads. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { root } from '../../scripts/setup.mjs'

const types = { '.html': 'text/html', '.js': 'text/javascript' }

/** @param {string} outDir */
export async function buildPage(outDir) {
  const { build } = await import('vite')
  await build({
    configFile: false,
    root: join(root, 'bench', 'trust'),
    logLevel: 'warn',
    build: { target: 'es2023', outDir, emptyOutDir: false, modulePreload: { polyfill: false } },
    worker: { format: 'es' }
  })
}

/** Serves a folder, isolated from other origins. @param {string} folder */
export async function serve(folder) {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const file = join(folder, normalize(path === '/' ? '/index.html' : path))
    try {
      const { size } = await stat(file)
      response.writeHead(200, {
        'content-type': types[extname(file)] ?? 'application/octet-stream',
        'content-length': size,
        'cache-control': 'no-store',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp'
      })
      await pipeline(createReadStream(file), response)
    } catch {
      if (response.headersSent) response.destroy()
      else response.writeHead(404).end()
    }
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return { url: `http://localhost:${port}/`, close: () => new Promise((resolve) => server.close(resolve)) }
}
