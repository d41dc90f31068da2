/**
 * The log in real Chromium, in a worker as in the app: appending, checking and catching up, beside what WebCrypto and
 * IndexedDB do by themselves in the same run; and opening a store with many headers.
 */
import { createServer } from 'node:http'
import { readFile, rm } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import { root } from '../scripts/setup.mjs'

const RATES = { headers: 5 * 2048, authors: 64, appends: 100 }
const FILLED = { headers: 200_000, authors: 4_000, bodies: 2_000 }

const types = { '.html': 'text/html', '.js': 'text/javascript' }

/** @param {number} times rounds; medians of their figures are what is told */
export async function log(times) {
  const { chromium } = await import('@playwright/test')
  const { chromiumLaunchOptions } = await import('../scripts/chromium.mjs')
  const folder = await bundle()
  const server = await serve(folder)
  const browser = await chromium.launch(chromiumLaunchOptions())
  try {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(server.url)
    await page.waitForFunction(() => 'ask' in globalThis)
    const ask = (question) => page.evaluate((asked) => globalThis.ask(asked), question)

    const rounds = []
    for (let i = 0; i < times; i++) {
      rounds.push(withRatios(await ask({ what: 'rates', ...RATES })))
      console.log(`round ${i + 1}: ${JSON.stringify(rounded(rounds.at(-1)))}`)
    }
    await ask({ what: 'fill', ...FILLED })
    const openings = []
    for (let i = 0; i < times; i++) {
      // a page of its own each, so that nothing is warm but the disk
      const fresh = await context.newPage()
      await fresh.goto(server.url)
      await fresh.waitForFunction(() => 'ask' in globalThis)
      openings.push(await fresh.evaluate(() => globalThis.ask({ what: 'open' })))
      await fresh.close()
      console.log(`opening ${i + 1}: ${JSON.stringify(rounded(openings.at(-1)))}`)
    }
    return { case: 'log', times, ...RATES, ...rounded(medians(rounds)), open: rounded(medians(openings)) }
  } finally {
    await browser.close()
    await server.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** What is told of a round: ours as a share of the raw rate in the same round. */
function withRatios(round) {
  return {
    ...round,
    verifyRatio: round.verify / round.rawVerify,
    verifyInWorkerRatio: round.verifyInWorker / round.rawVerify,
    writeRatio: round.write / round.rawWrite,
    catchUpRatio: round.catchUp / round.rawVerify,
    catchUpInWorkerRatio: round.catchUpInWorker / round.rawVerify
  }
}

async function bundle() {
  const { build } = await import('vite')
  const outDir = join(root, '.starling', `bench-log-${process.pid}`)
  await build({
    configFile: false,
    root: join(root, 'bench', 'log'),
    logLevel: 'warn',
    build: { target: 'es2023', outDir, emptyOutDir: true, modulePreload: { polyfill: false } },
    worker: { format: 'es' }
  })
  return outDir
}

/** The bundle, isolated from other origins, so that memory can be measured. */
async function serve(folder) {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    try {
      const file = join(folder, normalize(path === '/' ? '/index.html' : path))
      const body = await readFile(file)
      response.writeHead(200, {
        'content-type': types[extname(file)] ?? 'application/octet-stream',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp'
      })
      response.end(body)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return { url: `http://localhost:${port}/`, close: () => new Promise((resolve) => server.close(resolve)) }
}

function medians(rounds) {
  const keys = Object.keys(rounds[0] ?? {})
  return Object.fromEntries(keys.map((key) => [key, median(rounds.map((round) => round[key]))]))
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}

function rounded(figures) {
  return Object.fromEntries(
    Object.entries(figures).map(([key, value]) => [key, value >= 100 ? Math.round(value) : Math.round(value * 1000) / 1000])
  )
}
