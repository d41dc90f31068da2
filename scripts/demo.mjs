/**
 * `npm run demo`: drives real headless Chromium through the whole path and says what happens. Several people open
 * the URL, their tabs meet, one asks and another approves, the work is done; then the relay is stopped and it is
 * done again. Ends with one line of JSON.
 *
 * `npm run demo -- --tabs 5 --shots shots`
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureBuilt } from './build.mjs'
import { checkNode, ensureInstalled, runMain } from './setup.mjs'

const STEP_WITHIN = 60_000
const phone = { width: 360, height: 740 }
const desk = { width: 1440, height: 900 }

async function main() {
  const { values } = parseArgs({ options: { tabs: { type: 'string', default: '3' }, shots: { type: 'string' } } })
  const tabs = Number(values.tabs)
  if (!Number.isInteger(tabs) || tabs < 2 || tabs > 16) throw new Error(`--tabs: expected 2 to 16, got ${values.tabs}`)
  checkNode()
  ensureInstalled()
  const { ensureChromium } = await import('./install-chromium.mjs')
  ensureChromium()
  ensureBuilt()
  const figures = await demonstrate(tabs, values.shots === undefined ? null : resolve(values.shots))
  console.log(JSON.stringify(figures))
  if (!figures.ok) process.exitCode = 1
}

/** @param {number} tabs @param {string | null} shots folder */
async function demonstrate(tabs, shots) {
  const { chromium } = await import('@playwright/test')
  const { chromiumLaunchOptions } = await import('./chromium.mjs')
  const world = await import('./world.mjs')
  const figures = {
    ok: false,
    tabs,
    urlToRelayedMs: [],
    urlToDirectMs: [],
    transports: [],
    meshComplete: false,
    relayStopped: false,
    requestToResultMs: null,
    resultAfterRelayStoppedMs: null,
    bytesByProtocol: {},
    memoryPerTabMB: null
  }
  const since = Date.now()
  const say = (text) => console.log(`${((Date.now() - since) / 1000).toFixed(1).padStart(6)} s  ${text}`)
  if (shots !== null) mkdirSync(shots, { recursive: true })
  const network = await world.openWorld()
  const browser = await chromium.launch(chromiumLaunchOptions())
  try {
    say(`the relay serves the app at ${network.url}`)
    const people = await Promise.all(Array.from({ length: tabs }, () => network.person(browser)))
    const pages = people.map(({ page }) => page)
    const times = await Promise.all(pages.map((page) => world.timesOfConnection(page)))
    figures.urlToRelayedMs = times.map(({ relayedMs }) => relayedMs)
    figures.urlToDirectMs = times.map(({ directMs }) => directMs)
    say(`${tabs} people have opened it; first direct connection after ${figures.urlToDirectMs.join(', ')} ms`)

    await Promise.all(pages.map((page) => world.connectedDirectly(page, tabs - 1, STEP_WITHIN)))
    const statuses = await Promise.all(pages.map((page) => page.evaluate(() => globalThis.starling.status())))
    const direct = statuses.flatMap(({ connections }) => connections.filter((connection) => connection.direct))
    figures.transports = [...new Set(direct.map(({ address }) => (address.includes('/webrtc') ? 'webrtc' : address)))]
    figures.meshComplete = statuses.every(({ connections }) => connections.filter((one) => one.direct).length === tabs - 1)
    say(`everybody is connected with everybody, by ${figures.transports.join(', ')}`)

    figures.requestToResultMs = await doTask(world, pages, 'Average price by city', say)
    if (shots !== null) await takeShots(world, pages, shots, say)

    await network.stopRelay()
    await Promise.all(pages.map((page) => world.until(page, async () => !(await globalThis.starling.status()).relay)))
    figures.relayStopped = true
    say('the relay is stopped: the tabs have only each other')
    figures.resultAfterRelayStoppedMs = await doTask(world, pages, 'Statistics and a chart of the prices', say)

    figures.bytesByProtocol = await traffic(pages)
    figures.memoryPerTabMB = await memoryPerTab(browser, tabs)
    figures.ok = figures.meshComplete && figures.transports.join() === 'webrtc'
  } catch (error) {
    say(`it went wrong: ${error instanceof Error ? error.message : error}`)
  } finally {
    await browser.close()
    await network.close()
  }
  return figures
}

/** The first asks whoever is best, and whoever that is approves. @returns {Promise<number>} milliseconds from the request to the result */
async function doTask(world, pages, goal, say) {
  const [asking, ...others] = pages
  const began = Date.now()
  const id = await world.ask(asking, goal)
  say(`somebody asks: “${goal}”`)
  await world.allow(await askedPage(world, others))
  say('the asked one approves')
  const task = await world.taskEnd(asking, id, STEP_WITHIN)
  if (task.state !== 'completed') throw new Error(`the task ended as ${task.state}: ${task.problem}`)
  const ms = Date.now() - began
  say(`the result is here: ${task.result.summary}`)
  await asking.getByRole('region', { name: 'Result', exact: true }).waitFor()
  return ms
}

/** Whose agent was asked: the page with a request to approve. */
function askedPage(world, pages) {
  return Promise.any(
    pages.map(async (page) => {
      await world.until(page, async () => (await globalThis.starling.approvals()).length > 0, null, STEP_WITHIN)
      return page
    })
  )
}

/** Every place, at phone and desk width, light and dark. */
async function takeShots(world, pages, folder, say) {
  const [asking, ...others] = pages
  const id = await world.ask(asking, 'Average price by month')
  const other = await askedPage(world, others)
  for (const [name, viewport] of [['360', phone], ['1440', desk]]) {
    for (const colorScheme of ['light', 'dark']) {
      for (const page of [asking, other]) {
        await page.setViewportSize(viewport)
        await page.emulateMedia({ colorScheme })
      }
      for (const [place, page] of [['ask', asking], ['tasks', asking], ['network', asking], ['me', asking], ['approvals', other]]) {
        await page.goto(`${page.url().split('#')[0]}#/${place}`)
        await page.getByRole('main').waitFor()
        await page.screenshot({ path: join(folder, `${place}-${name}-${colorScheme}.png`) })
      }
      const done = await asking.evaluate(async () => (await globalThis.starling.tasks()).find(({ state }) => state === 'completed').id)
      await asking.goto(`${asking.url().split('#')[0]}#/tasks/${done}`)
      await asking.getByRole('region', { name: 'Result', exact: true }).waitFor()
      await asking.screenshot({ path: join(folder, `result-${name}-${colorScheme}.png`) })
    }
  }
  for (const page of [asking, other]) {
    await page.setViewportSize(desk)
    await page.emulateMedia({ colorScheme: 'light' })
  }
  await asking.evaluate((task) => globalThis.starling.cancel(task), id)
  await world.taskEnd(asking, id)
  say(`screenshots are in ${folder}`)
}

/** Bytes sent by all tabs together, by protocol. */
async function traffic(pages) {
  const total = {}
  for (const page of pages) {
    const each = await page.evaluate(() => globalThis.starling.traffic())
    for (const [protocol, { sent }] of Object.entries(each)) total[protocol] = (total[protocol] ?? 0) + sent
  }
  return total
}

/** Memory of the tabs' own processes, shared pages counted in part (PSS); null where the system does not tell. */
async function memoryPerTab(browser, tabs) {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  try {
    const kilobytes = processInfo
      .filter(({ type }) => type === 'renderer')
      .map(({ id }) => Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${id}/smaps_rollup`, 'utf8'))?.[1]))
    return Math.round(kilobytes.reduce((a, b) => a + b, 0) / 1024 / tabs)
  } catch {
    return null
  }
}

await runMain(main)
