/**
 * `npm run bench -- CASE`: figures from real Chromium, as one line of JSON at the end.
 *
 * - `connect [--times 5] [--tabs 2]`: from opening the URL to the relay and to the first direct connection
 * - `mesh [--times 20] [--tabs 8]`: until everybody is connected directly with everybody
 */
import { parseArgs } from 'node:util'
import { ensureBuilt } from '../scripts/build.mjs'
import { SetupError, checkNode, ensureInstalled, runMain } from '../scripts/setup.mjs'

const usual = { connect: { times: 5, tabs: 2 }, mesh: { times: 20, tabs: 8 } }

async function main() {
  const { values, positionals } = parseArgs({
    options: { times: { type: 'string' }, tabs: { type: 'string' } },
    allowPositionals: true
  })
  const name = positionals[0]
  if (name !== 'connect' && name !== 'mesh') throw new SetupError('Expected a case: connect or mesh.')
  const times = whole('times', values.times ?? usual[name].times)
  const tabs = whole('tabs', values.tabs ?? usual[name].tabs)
  checkNode()
  ensureInstalled()
  const { ensureChromium } = await import('../scripts/install-chromium.mjs')
  ensureChromium()
  ensureBuilt()
  console.log(JSON.stringify(name === 'connect' ? await connect(times, tabs) : await mesh(times, tabs)))
}

/** A network and a browser of their own for each round. @param {(open: () => Promise<import('@playwright/test').Page>) => Promise<void>} round */
async function inNewWorld(round) {
  const { chromium } = await import('@playwright/test')
  const { chromiumLaunchOptions } = await import('../scripts/chromium.mjs')
  const { openWorld } = await import('../scripts/world.mjs')
  const world = await openWorld()
  const browser = await chromium.launch(chromiumLaunchOptions())
  try {
    await round(async () => (await world.person(browser)).page)
  } finally {
    await browser.close()
    await world.close()
  }
}

async function connect(times, tabs) {
  const { timesOfConnection } = await import('../scripts/world.mjs')
  const relayed = []
  const direct = []
  for (let i = 0; i < times; i++) {
    await inNewWorld(async (open) => {
      const pages = await Promise.all(Array.from({ length: tabs }, open))
      for (const { relayedMs, directMs } of await Promise.all(pages.map((page) => timesOfConnection(page)))) {
        relayed.push(relayedMs)
        direct.push(directMs)
      }
    })
    console.log(`round ${i + 1}: direct after ${direct.slice(-tabs).join(', ')} ms`)
  }
  return { case: 'connect', times, tabs, urlToRelayedMs: spread(relayed), urlToDirectMs: spread(direct) }
}

async function mesh(times, tabs) {
  const { connectedDirectly } = await import('../scripts/world.mjs')
  const complete = []
  let failed = 0
  for (let i = 0; i < times; i++) {
    await inNewWorld(async (open) => {
      const since = Date.now()
      const pages = await Promise.all(Array.from({ length: tabs }, open))
      try {
        await Promise.all(pages.map((page) => connectedDirectly(page, tabs - 1, 60_000)))
        complete.push(Date.now() - since)
        console.log(`round ${i + 1}: complete after ${complete.at(-1)} ms`)
      } catch (error) {
        failed++
        const degrees = await Promise.all(
          pages.map((page) => page.evaluate(async () => (await globalThis.starling.status()).connections.length))
        )
        console.log(`round ${i + 1}: incomplete, connections ${degrees.join(', ')}: ${error instanceof Error ? error.name : error}`)
      }
    })
  }
  if (failed > 0) process.exitCode = 1
  return { case: 'mesh', times, tabs, failed, completeMs: spread(complete) }
}

/** @param {number[]} values */
function spread(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return { min: sorted[0] ?? null, median: sorted[Math.floor(sorted.length / 2)] ?? null, max: sorted.at(-1) ?? null }
}

/** @param {string} flag @param {string | number} text */
function whole(flag, text) {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new SetupError(`--${flag}: expected a whole number from 1, got "${text}"`)
  return value
}

await runMain(main)
