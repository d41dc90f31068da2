import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMetrics } from './metrics.ts'
import { createFront } from './server.ts'
import type { Front } from './server.ts'
import { loadStaticFiles } from './static.ts'

const page = `<!doctype html><title>Starling</title>${'<p>hello</p>'.repeat(100)}`
const script = `export const a = ${JSON.stringify('a'.repeat(2000))}`

let folder: string
let front: Front
let port: number

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'starling-front-'))
  await mkdir(join(folder, 'app', 'assets'), { recursive: true })
  await mkdir(join(folder, 'app', '.vite'))
  await writeFile(join(folder, 'app', 'index.html'), page)
  await writeFile(join(folder, 'app', 'assets', 'a-1234.js'), script)
  await writeFile(join(folder, 'app', '.vite', 'manifest.json'), '{}')
  await writeFile(join(folder, 'secret.txt'), 'not for you')
  const status = () => ({ connections: 3, reservations: 2, circuits: 1 })
  front = createFront(
    {
      files: await loadStaticFiles(join(folder, 'app')),
      relay: { peer: '12D3KooW', status, accept: (_request, socket) => socket.destroy() },
      metrics: createMetrics(status)
    },
    { tls: null, trustProxy: false, maxConnections: 100, maxConnectionsPerAddress: 100 }
  )
  port = await front.listen('127.0.0.1', 0)
})

afterAll(async () => {
  await front.close()
  await rm(folder, { recursive: true, force: true })
})

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

/** A request as it is written, without what `fetch` adds or makes tidy. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ port, host: '127.0.0.1', path, headers, method, agent: false }, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) })
      )
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end()
  })
}

describe('every answer', () => {
  it.each(['/', '/assets/a-1234.js', '/health', '/metrics', '/relay.json', '/nowhere.js'])(
    'for %s isolates the page and allows no inline script',
    async (path) => {
      const { headers } = await ask(path)
      expect(headers['cross-origin-opener-policy']).toBe('same-origin')
      expect(headers['cross-origin-embedder-policy']).toBe('require-corp')
      expect(headers['cross-origin-resource-policy']).toBe('same-origin')
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['referrer-policy']).toBe('no-referrer')
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'")
      expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|\*|http:/)
    }
  )

  it('refuses methods that change something', async () => {
    const { status, headers } = await ask('/', {}, 'POST')
    expect(status).toBe(405)
    expect(headers.allow).toBe('GET, HEAD')
  })
})

describe('files', () => {
  it('with a hash in the name are kept for good, the page is asked for each time', async () => {
    expect((await ask('/assets/a-1234.js')).headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect((await ask('/')).headers['cache-control']).toBe('no-cache')
    expect((await ask('/relay.json')).headers['cache-control']).toBe('no-store')
  })

  it('come compressed as the browser takes it, and always with the same content', async () => {
    const plain = await ask('/assets/a-1234.js')
    expect(String(plain.body)).toBe(script)
    expect(plain.headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect(plain.headers.vary).toBe('Accept-Encoding')
    const br = await ask('/assets/a-1234.js', { 'accept-encoding': 'gzip, deflate, br' })
    expect(br.headers['content-encoding']).toBe('br')
    expect(String(brotliDecompressSync(br.body))).toBe(script)
    const gzip = await ask('/assets/a-1234.js', { 'accept-encoding': 'gzip, br;q=0' })
    expect(gzip.headers['content-encoding']).toBe('gzip')
    expect(String(gunzipSync(gzip.body))).toBe(script)
  })

  it('are not sent again when unchanged', async () => {
    const { headers } = await ask('/')
    const again = await ask('/', { 'if-none-match': `"other", W/${headers.etag}` })
    expect(again.status).toBe(304)
    expect(again.body).toHaveLength(0)
  })

  it('answer HEAD without a body', async () => {
    const { status, headers, body } = await ask('/', {}, 'HEAD')
    expect([status, body.length]).toEqual([200, 0])
    expect(Number(headers['content-length'])).toBe(page.length)
  })

  it('are the page for a place inside the app, and 404 for a file that is not there', async () => {
    expect(String((await ask('/tasks/7', { accept: 'text/html' })).body)).toBe(page)
    expect((await ask('/tasks/7')).status).toBe(404)
    expect((await ask('/assets/gone-1.js', { accept: 'text/html' })).status).toBe(404)
  })

  it.each(['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '//secret.txt', '/.vite/manifest.json', '/%ff'])(
    'outside the app or hidden are never given: %s',
    async (path) => {
      expect((await ask(path)).status).toBe(404)
    }
  )

  it('survive a range that makes no sense', async () => {
    expect((await ask('/', { range: 'bytes=5-2' })).status).toBe(200)
  })
})

describe('what operators ask', () => {
  it('/health answers in JSON', async () => {
    expect(JSON.parse(String((await ask('/health')).body))).toEqual({
      status: 'ok', peer: '12D3KooW', connections: 3, reservations: 2, circuits: 1
    })
  })

  it('/metrics counts requests, without a label that strangers choose', async () => {
    await ask('/', {}, 'PROPFIND')
    const { headers, body } = await ask('/metrics')
    expect(headers['content-type']).toContain('text/plain')
    expect(String(body)).toMatch(/^starling_http_requests_total\{method="other",status="405"\} 1$/m)
    expect(String(body)).toContain('process_cpu_seconds_total')
  })
})
