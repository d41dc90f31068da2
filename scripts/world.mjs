/**
 * A small network on this machine: a relay with the app, resident agents, and people, each with a browser
 * profile of their own. The end-to-end tests, the demonstration and the benchmarks stand on it.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './setup.mjs'

const READY_WITHIN = 20_000
const STOP_WITHIN = 8_000

/**
 * @typedef {import('@playwright/test').Browser} Browser
 * @typedef {import('@playwright/test').Page} Page
 * @typedef {{ page: Page, context: import('@playwright/test').BrowserContext }} Person
 */

/**
 * Starts a relay that serves the built app. `npm run build` must have been run.
 *
 * @param {{ residents?: number, relayArgs?: string[], place?: { host: string, command: readonly string[] } }} [init]
 *   `place`: elsewhere than on this machine's loopback: the address there, and the command that runs another one there
 */
export async function openWorld({ residents = 0, relayArgs = [], place } = {}) {
  const data = mkdtempSync(join(tmpdir(), 'starling-'))
  const port = await freePort()
  const url = `http://${place?.host ?? 'localhost'}:${port}`
  /** @type {Set<import('node:child_process').ChildProcess>} */
  const children = new Set()
  let relay = await startRelay()
  for (let i = 0; i < residents; i++) {
    start('headless.js', ['--relay', url.replace('localhost', '127.0.0.1'), '--data', join(data, `resident-${i}`), '--name', `resident ${i}`])
  }

  /** @param {string} script @param {string[]} args */
  function start(script, args) {
    const [program = '', ...rest] = [...(place?.command ?? []), process.execPath, join(root, 'dist', 'server', script), ...args]
    const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
    child.stdout.resume()
    children.add(child)
    child.once('exit', () => children.delete(child))
    return child
  }

  async function startRelay() {
    const child = start('relay.js', [
      '--host', place?.host ?? '127.0.0.1', '--port', String(port), '--app', join(root, 'dist', 'app'), '--data', data,
      '--connections-per-second', '200', ...relayArgs
    ])
    const deadline = AbortSignal.timeout(READY_WITHIN)
    const exited = once(child, 'exit', { signal: deadline }).then(([code]) => {
      throw new Error(`the relay ended with code ${code}`)
    })
    // it says so once it listens
    await Promise.race([once(child.stdout, 'data', { signal: deadline }), exited])
    exited.catch(() => undefined)
    child.stdout.resume()
    return child
  }

  return {
    url,
    async stopRelay() {
      await end(relay)
    },
    async restartRelay() {
      await end(relay)
      relay = await startRelay()
    },
    /**
     * Somebody who opens the app in a profile of their own.
     *
     * @param {Browser} browser
     * @param {import('@playwright/test').BrowserContextOptions} [options]
     * @returns {Promise<Person>}
     */
    async person(browser, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
      const page = await context.newPage()
      await page.goto(url)
      await page.waitForFunction(() => globalThis.starling !== undefined)
      return { page, context }
    },
    async close() {
      await Promise.all([...children].map(end))
      rmSync(data, { recursive: true, force: true })
    }
  }
}

/** @param {import('node:child_process').ChildProcess} child */
async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const hard = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN)
  await exited
  clearTimeout(hard)
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

/** @param {number} ms */
export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/**
 * Asks the page again and again until it answers with something true, and gives that.
 *
 * @template A, T
 * @param {Page} page @param {(argument: A) => T | Promise<T>} look runs in the page
 * @param {A} [argument] @param {number} [timeout] milliseconds
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(page, look, argument, timeout = 30_000) {
  const deadline = Date.now() + timeout
  for (;;) {
    const found = await page.evaluate(look, argument)
    if (found) return found
    if (Date.now() > deadline) throw new Error(`not within ${timeout} ms: ${look}`)
    await pause(50)
  }
}

/**
 * Waits until the page's agent has so many direct connections to agents that it knows.
 *
 * @param {Page} page @param {number} count @param {number} [timeout] milliseconds
 */
export async function connectedDirectly(page, count, timeout) {
  await until(
    page,
    async (wanted) => {
      const { connections } = await globalThis.starling.status()
      return connections.filter(({ direct, agent }) => direct && agent !== null).length >= wanted
    },
    count,
    timeout
  )
}

/**
 * When, after the page was opened, its agent had a relay and a direct connection: milliseconds.
 *
 * @param {Page} page @param {number} [timeout] milliseconds
 * @returns {Promise<{ relayedMs: number, directMs: number }>}
 */
export function timesOfConnection(page, timeout = 30_000) {
  return page.evaluate(async (within) => {
    const times = { relayedMs: -1, directMs: -1 }
    while (performance.now() < within) {
      const { relay, connections } = await globalThis.starling.status()
      if (relay && times.relayedMs < 0) times.relayedMs = Math.round(performance.now())
      if (times.directMs < 0 && connections.some(({ direct }) => direct)) times.directMs = Math.round(performance.now())
      if (times.relayedMs >= 0 && times.directMs >= 0) return times
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    throw new Error(`not connected within ${within} ms: ${JSON.stringify(await globalThis.starling.status())}`)
  }, timeout)
}

export const sampleCsv = {
  name: 'prices.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from('city,month,price\nBern,2026-01,310\nBasel,2026-01,290\nBern,2026-02,325\nBasel,2026-02,301\nGeneva,2026-02,420\n')
}

/**
 * Asks as a person does: words, a file, and the button. Resolves to the task's id when its page is shown.
 *
 * @param {Page} page @param {string} goal @param {typeof sampleCsv | null} [file]
 */
export async function ask(page, goal, file = sampleCsv) {
  await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: /^Ask/ }).click()
  await page.getByLabel('Your goal, in words').fill(goal)
  if (file !== null) await page.getByLabel('Files to attach').setInputFiles(file)
  await page.getByRole('form', { name: 'Ask' }).getByRole('button', { name: /^Ask ./ }).click()
  await page.waitForURL(/#\/tasks\/[0-9a-f]{64}/)
  return page.url().split('/').at(-1) ?? ''
}

/**
 * Allows the next request as a person does.
 *
 * @param {Page} page
 */
export async function allow(page) {
  await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: /^Approvals/ }).click()
  await page.getByRole('button', { name: 'Allow once' }).first().click()
}

/**
 * Waits until a task has ended and gives it as the client has it.
 *
 * @param {Page} page @param {string} id @param {number} [timeout] milliseconds
 */
export function taskEnd(page, id, timeout = 60_000) {
  return until(
    page,
    async (wanted) => {
      const task = (await globalThis.starling.tasks()).find((one) => one.id === wanted)
      return task !== undefined && ['completed', 'failed', 'canceled', 'rejected'].includes(task.state) ? task : null
    },
    id,
    timeout
  )
}
