/**
 * The built app, held in memory with its compressed forms: a rebuild while the relay runs can't mix two builds,
 * and no request reaches the file system.
 */
import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

export interface StaticFile {
  type: string
  etag: string
  cacheControl: string
  body: Buffer
  /** the same bytes, smaller; absent where it does not pay */
  br?: Buffer
  gzip?: Buffer
}

/** Files by path, `/assets/a.js`; the page is at `/`. */
export type StaticFiles = ReadonlyMap<string, StaticFile>

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2'
}
const compressed = new Set(['.css', '.html', '.js', '.json', '.svg', '.txt', '.wasm', '.webmanifest'])

/** Names under these carry a hash of their content, or the number of a model, so a name never means other bytes. */
const NAMED_BY_CONTENT = ['/assets/', '/models/']
const FOR_EVER = 'public, max-age=31536000, immutable'
const ASK_FIRST = 'no-cache'

const compressBrotli = promisify(brotliCompress)
const compressGzip = promisify(gzip)

/** Reads all files below a folder. @throws when the folder or its `index.html` is not there */
export async function loadStaticFiles(folder: string): Promise<StaticFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !relative(folder, path).startsWith('.'))
  const files = new Map(
    await Promise.all(
      paths.map(async (path): Promise<[string, StaticFile]> => {
        const name = `/${relative(folder, path).split(sep).join('/')}`
        return [name, await staticFile(name, await readFile(path))]
      })
    )
  )
  const index = files.get('/index.html')
  if (index === undefined) throw new Error(`expected index.html in ${folder}: build the app first (npm run build)`)
  return files.set('/', index)
}

async function staticFile(name: string, body: Buffer): Promise<StaticFile> {
  const file: StaticFile = {
    type: types[extname(name)] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    cacheControl: NAMED_BY_CONTENT.some((folder) => name.startsWith(folder)) ? FOR_EVER : ASK_FIRST,
    body
  }
  if (!compressed.has(extname(name)) || body.length < 512) return file
  const [br, gz] = await Promise.all([
    compressBrotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
    compressGzip(body, { level: 9 })
  ])
  return { ...file, ...(br.length < body.length && { br }), ...(gz.length < body.length && { gzip: gz }) }
}

/**
 * The file for a path, or undefined. A path without an extension that a browser navigates to is a place inside
 * the app, so it is answered with the page.
 */
export function findStaticFile(files: StaticFiles, path: string, accept: string): StaticFile | undefined {
  const navigates = accept.includes('text/html') && extname(path) === ''
  return files.get(path) ?? (navigates ? files.get('/') : undefined)
}

/** Answers with a file: compressed if wanted, or 304 when the browser has it already. */
export function sendStaticFile(file: StaticFile, request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Cache-Control', file.cacheControl)
  response.setHeader('ETag', file.etag)
  response.setHeader('Vary', 'Accept-Encoding')
  if (matches(request.headers['if-none-match'], file.etag)) {
    response.writeHead(304).end()
    return
  }
  const encoding = chooseEncoding(request.headers['accept-encoding'] ?? '', file)
  const body = encoding === null ? file.body : (file[encoding] ?? file.body)
  if (encoding !== null) response.setHeader('Content-Encoding', encoding)
  response.writeHead(200, { 'Content-Type': file.type, 'Content-Length': body.length })
  response.end(request.method === 'HEAD' ? undefined : body)
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  return (ifNoneMatch ?? '').split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
}

/** The smallest form that the browser takes (RFC 9110, section 12.5.3). */
function chooseEncoding(accept: string, file: StaticFile): 'br' | 'gzip' | null {
  const taken = new Set(
    accept
      .toLowerCase()
      .split(',')
      .map((item) => item.trim().split(/\s*;\s*/))
      .filter(([, quality]) => !/^q=0(\.0*)?$/.test(quality ?? ''))
      .map(([coding]) => coding)
  )
  if (file.br !== undefined && taken.has('br')) return 'br'
  if (file.gzip !== undefined && taken.has('gzip')) return 'gzip'
  return null
}
