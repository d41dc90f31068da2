/**
 * `npm test`: installs and builds what is missing, runs the unit tests (in Node and in Chromium) and the end-to-end
 * tests, and ends with one line, `tests: N passed, N failed`.
 *
 * `npm test -- --unit`, `npm test -- --e2e`, `npm test -- src/node/log`, `npm test -- e2e/task.spec.ts`
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureBuilt } from './build.mjs'
import { SetupError, checkNode, ensureInstalled, root } from './setup.mjs'
import { countPlaywright, countVitest } from './test-report.mjs'

const results = join(root, 'test-results')
const vitestReport = join(results, 'vitest.json')
const playwrightReport = join(results, 'playwright.json')

async function main() {
  const { unit, e2e, filters } = readOptions()
  checkNode()
  ensureInstalled()
  const { ensureChromium } = await import('./install-chromium.mjs')
  ensureChromium()
  ensureBuilt()
  mkdirSync(results, { recursive: true })
  const counts = []
  if (unit) counts.push(await runUnit(filters.filter((filter) => !isE2e(filter))))
  if (e2e) counts.push(await runE2e(filters.filter(isE2e)))
  const total = counts.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed }))
  // nothing ran: a filter that fits no file must not look like success
  return total.passed + total.failed === 0 ? { passed: 0, failed: 1 } : total
}

/** Both kinds, or those asked for; a filter asks for its own kind. */
function readOptions() {
  let parsed
  try {
    const options = /** @type {const} */ ({ unit: { type: 'boolean' }, e2e: { type: 'boolean' } })
    parsed = parseArgs({ options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new SetupError(`${error instanceof Error ? error.message : error}\nExpected --unit, --e2e or names of files.`)
  }
  const { values, positionals: filters } = parsed
  const all = !values.unit && !values.e2e && filters.length === 0
  return {
    unit: all || values.unit === true || filters.some((filter) => !isE2e(filter)),
    e2e: all || values.e2e === true || filters.some(isE2e),
    filters
  }
}

/** @param {string} filter */
const isE2e = (filter) => /^(\.\/)?e2e\b|\.spec\.ts$/.test(filter)

/** @param {string[]} filters */
async function runUnit(filters) {
  rmSync(vitestReport, { force: true })
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${vitestReport}`]
  const ok = await runs(join('node_modules', 'vitest', 'vitest.mjs'), [...args, ...filters])
  return countVitest(readReport(vitestReport), ok)
}

/** @param {string[]} filters */
async function runE2e(filters) {
  rmSync(playwrightReport, { force: true })
  const ok = await runs(join('node_modules', '@playwright', 'test', 'cli.js'), ['test', ...filters])
  return countPlaywright(readReport(playwrightReport), ok)
}

let runner
let interrupted = false

/** @param {string} script @param {string[]} args @returns {Promise<boolean>} whether it ended well */
async function runs(script, args) {
  if (interrupted) return false
  const stdio = /** @type {const} */ (['ignore', 'inherit', 'inherit'])
  runner = spawn(process.execPath, [join(root, script), ...args], { cwd: root, stdio })
  const [code] = await once(runner, 'exit')
  return code === 0
}

/** @param {string} path */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    console.error(`no report of the tests in ${path}: ${error instanceof Error ? error.message : error}`)
    return null
  }
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => {
    interrupted = true
    runner?.kill(signal)
  })
}

let total = { passed: 0, failed: 1 }
try {
  total = await main()
} catch (error) {
  console.error(error instanceof SetupError ? `\n${error.message}` : error)
}
process.exitCode = total.failed === 0 ? 0 : 1
console.log(`tests: ${total.passed} passed, ${total.failed} failed`)
