/**
 * Where trust runs: this Node, and a real Chromium.
 *
 * @typedef {{ way: 'plain' | 'one' | 'two', iterations: number, alpha: number }} Run
 * @typedef {{ msPerIteration: number, difference: number | null }} Timing
 * @typedef {{ open(graph: string, reference: string | null): Promise<void>, run(run: Run): Promise<Timing>, close(): Promise<void> }} Runtime
 *   `open` takes names of files in the folder
 * @typedef {import('./questions.ts').Question} Question
 * @typedef {import('./questions.ts').FramesQuestion} FramesQuestion
 * @typedef {{ ask(question: Question): Promise<any>, frames(question: FramesQuestion): Promise<any>, close(): Promise<void> }} Page
 * @typedef {{ openPage(): Promise<Page>, close(): Promise<void> }} Chromium a page is a new one with nothing in it; its storage stays
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MessageChannel, Worker } from 'node:worker_threads'
import { chromiumLaunchOptions } from '../../scripts/chromium.mjs'
import { buildModule, loadModule } from '../../scripts/run-ts.mjs'
import { buildPage, serve } from './serve.mjs'

/** @param {string} folder @returns {Promise<Runtime>} */
export async function openNode(folder) {
  const { createRunner } = await loadModule('bench/trust/runner.ts')
  const { port1, port2 } = new MessageChannel()
  const helper = new Worker(await buildModule('src/node/trust/kernel/testing/helper.ts'), { workerData: { port: port2 }, transferList: [port2] })
  let runner = null
  return {
    async open(graph, reference) {
      runner?.close()
      const [graphBytes, referenceBytes] = await Promise.all([graph, reference].map((name) => name && bytesOf(join(folder, name))))
      runner = await createRunner(graphBytes, referenceBytes, port1)
    },
    run: async (run) => runner.run(run),
    async close() {
      port1.close()
      await helper.terminate()
    }
  }
}

/**
 * A Chromium that is served a folder.
 *
 * @param {string} folder in which the bench's page is put @returns {Promise<Chromium>}
 */
export async function openChromium(folder) {
  const { chromium } = await import('@playwright/test')
  await buildPage(folder)
  const server = await serve(folder)
  const browser = await chromium.launch(chromiumLaunchOptions())
  const context = await browser.newContext()
  return {
    async openPage() {
      const page = await context.newPage()
      await page.goto(server.url)
      await page.waitForFunction(() => 'askTrust' in globalThis)
      return {
        ask: (question) => page.evaluate((asked) => globalThis.askTrust(asked), question),
        frames: (question) => page.evaluate((asked) => globalThis.framesOfTrust(asked), question),
        close: () => page.close()
      }
    },
    async close() {
      await browser.close()
      await server.close()
    }
  }
}

/** @param {Page} page @returns {Runtime} */
export function runnerIn(page) {
  return {
    open: (graph, reference) => page.ask({ what: 'open', graph: `/${graph}`, reference: reference && `/${reference}` }),
    run: (run) => page.ask({ what: 'run', ...run }),
    close: page.close
  }
}

/** @param {string} path @returns {Promise<ArrayBuffer>} */
async function bytesOf(path) {
  const { buffer, byteOffset, byteLength } = await readFile(path)
  return byteOffset === 0 && byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength)
}
