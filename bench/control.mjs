/**
 * How long bulk delays control: round trips of small messages on a control stream between two tabs that are connected directly, with
 * nothing beside them, beside one file at full rate, and beside as many as one peer may want at once. Real Chromium, WebRTC over
 * loopback, the network in a worker as in the app.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { chromiumLaunchOptions } from '../scripts/chromium.mjs'
import { root } from '../scripts/setup.mjs'
import { openWorld, pause, until } from '../scripts/world.mjs'
import { spread } from './rounds.mjs'

const PINGS = 100
const EVERY_MS = 10
/** until a transfer has come to its rate */
const WARM_UP_MS = 1_000
/** Files that are wanted at once in each part of a round; the last is as many streams as the table lets one peer have. */
const LOADS = { alone: 0, besideOne: 1, besideEight: 8 }
const MOST_DELAY_MS = 20

/**
 * @typedef {import('@playwright/test').Page} Page
 * @typedef {{ millis: number[], megabytesPerSecond: number | null }} Part
 */

/** @param {number} times rounds, each with every load, so that what is compared is of the same moment */
export async function control(times) {
  const folder = await bundle()
  const world = await openWorld({ relayArgs: ['--app', folder] })
  const browser = await chromium.launch(chromiumLaunchOptions())
  try {
    const [pinger, taker] = await Promise.all([openTab(browser, world.url), openTab(browser, world.url)])
    const [pingers, takers] = await Promise.all([pinger, taker].map((page) => page.evaluate(() => globalThis.tab.peer())))
    await until(pinger, (peer) => globalThis.tab.meets(peer), takers)
    await until(taker, (peer) => globalThis.tab.meets(peer), pingers)

    const rounds = []
    for (let i = 0; i < times; i++) {
      /** @type {Record<string, Part>} */
      const round = {}
      for (const [name, files] of Object.entries(LOADS)) round[name] = await measure(pinger, taker, { pingers, takers, files })
      rounds.push(round)
      const words = Object.entries(round).map(([name, { millis, megabytesPerSecond }]) => {
        return `${name} ${tenths(spread(millis).median)} ms${megabytesPerSecond === null ? '' : ` (${tenths(megabytesPerSecond)} MB/s)`}`
      })
      console.log(`round ${i + 1}: ${words.join(', ')}`)
    }
    return report(times, rounds)
  } finally {
    await browser.close()
    await world.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** @returns {Promise<string>} the folder */
async function bundle() {
  const { build } = await import('vite')
  const outDir = await mkdtemp(join(tmpdir(), 'starling-bench-control-'))
  await build({
    configFile: false,
    root: join(root, 'bench', 'control'),
    logLevel: 'warn',
    build: { target: 'es2023', outDir, emptyOutDir: true, modulePreload: { polyfill: false } },
    worker: { format: 'es' }
  })
  return outDir
}

/** @param {import('@playwright/test').Browser} browser @param {string} url @returns {Promise<Page>} */
async function openTab(browser, url) {
  const page = await (await browser.newContext()).newPage()
  await page.goto(url)
  await page.waitForFunction(() => globalThis.tab !== undefined)
  return page
}

/**
 * @param {Page} pinger gives the files, so that its messages wait behind them @param {Page} taker
 * @param {{ pingers: string, takers: string, files: number }} peers
 * @returns {Promise<Part>}
 */
async function measure(pinger, taker, { pingers, takers, files }) {
  const loaded = files > 0
  if (loaded) {
    await taker.evaluate(({ peer, streams }) => globalThis.tab.take(peer, streams), { peer: pingers, streams: files })
    await pause(WARM_UP_MS)
  }
  const before = await taker.evaluate(() => globalThis.tab.taken())
  const millis = await pinger.evaluate(({ peer, times, every }) => globalThis.tab.ping(peer, times, every), {
    peer: takers,
    times: PINGS,
    every: EVERY_MS
  })
  const after = await taker.evaluate(() => globalThis.tab.taken())
  if (loaded) await taker.evaluate(() => globalThis.tab.stop())
  return { millis, megabytesPerSecond: loaded ? (after.bytes - before.bytes) / 1000 / (after.at - before.at) : null }
}

/** @param {number} times @param {Array<Record<string, Part>>} rounds */
function report(times, rounds) {
  const parts = Object.keys(LOADS).map((name) => {
    const of = rounds.flatMap((round) => round[name] ?? [])
    const roundTripMs = rounded(spread(of.flatMap(({ millis }) => millis)))
    const rates = of.flatMap(({ megabytesPerSecond }) => megabytesPerSecond ?? [])
    if (rates.length === 0) return [name, { roundTripMs }]
    return [name, { roundTripMs, delayMs: delays(rounds, name), megabytesPerSecond: rounded(spread(rates)) }]
  })
  const figures = Object.fromEntries(parts)
  const late = Object.values(figures).some(({ delayMs }) => delayMs !== undefined && delayMs.p95 > MOST_DELAY_MS)
  if (late) process.exitCode = 1
  return { case: 'control', times, pings: PINGS, ...figures }
}

/**
 * By how much the median and the 95th percentile of a round are more than with nothing beside in the same round; of all rounds the median.
 *
 * @param {Array<Record<string, Part>>} rounds @param {string} name
 */
function delays(rounds, name) {
  const more = (share) => rounds.map((round) => spread(round[name]?.millis ?? [])[share] - spread(round.alone?.millis ?? [])[share])
  return rounded({ median: spread(more('median')).median, p95: spread(more('p95')).median })
}

const tenths = (value) => Math.round((value ?? 0) * 10) / 10

/** @param {Record<string, number | null>} figures */
const rounded = (figures) => Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, tenths(value)]))
