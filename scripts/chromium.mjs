/**
 * Where Chromium is, and how tests start it: one answer for the unit tests in a browser, the end-to-end
 * tests, the demonstration and the benchmarks. No dependency: it runs before anything is installed.
 */
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome']

/** Flags that every test's Chromium is started with: no sandbox (containers), no calls home. */
export const chromiumArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync'
]

/**
 * The path of a Chromium that can be started, or null: the one that `PLAYWRIGHT_CHROMIUM` names, else the first
 * on PATH, else the one that Playwright has downloaded.
 *
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | null}
 * @throws Error when `PLAYWRIGHT_CHROMIUM` names something that can't be started
 */
export function findChromium(env = process.env) {
  const named = env['PLAYWRIGHT_CHROMIUM']
  if (named) {
    if (isExecutable(named)) return named
    throw new Error(`PLAYWRIGHT_CHROMIUM is ${named}, which is not a program that can be started`)
  }
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    for (const name of names) {
      const path = join(folder, name)
      if (folder && isExecutable(path)) return path
    }
  }
  return downloadedChromium()
}

/**
 * How Playwright and Vitest launch Chromium. Without one, Playwright looks for its own and says what is missing.
 *
 * @returns {{ args: string[], executablePath?: string }}
 */
export function chromiumLaunchOptions() {
  const executablePath = findChromium()
  return executablePath ? { executablePath, args: [...chromiumArgs] } : { args: [...chromiumArgs] }
}

/** Playwright's own download, when Playwright is installed and has one. */
function downloadedChromium() {
  let path
  try {
    path = createRequire(import.meta.url)('playwright-core').chromium.executablePath()
  } catch (error) {
    if (error?.code === 'MODULE_NOT_FOUND' || /not supported/.test(String(error))) return null
    throw error
  }
  return path && existsSync(path) ? path : null
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
