/**
 * `npm run fuzz`: feeds every decoder of bytes from outside with spoilt input, and fails when one throws what it
 * should not, takes long, or keeps memory. What fails is shown with its seed and its bytes, and saved in
 * `fuzz/regressions`.
 *
 * `npm run fuzz -- --inputs 1000000 --seed 7 --only header`: inputs over all targets; those whose name has this in it
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import v8 from 'node:v8'
import vm from 'node:vm'
import { loadModule } from '../scripts/run-ts.mjs'
import { SetupError, checkNode, ensureInstalled, root, runMain } from '../scripts/setup.mjs'

const SHOWN_BYTES = 400

async function main() {
  const { values } = parseArgs({
    options: {
      inputs: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string', default: '' }
    }
  })
  const inputs = whole('inputs', values.inputs)
  const seed = whole('seed', values.seed)
  checkNode()
  ensureInstalled()
  const { fuzz, saveRegression, targets } = await loadModule('fuzz/index.ts')
  const chosen = targets.filter(({ name }) => name.includes(values.only))
  if (chosen.length === 0)
    throw new SetupError(`--only: expected part of one of: ${targets.map(({ name }) => name).join(', ')}`)

  const since = performance.now()
  const reports = await fuzz(chosen, { inputs, seed, collect: collector(), memory, onDone: show })
  const seconds = (performance.now() - since) / 1000
  const failures = reports.flatMap((report) => report.failures)
  for (const failure of failures) {
    const path = saveRegression(join(root, 'fuzz', 'regressions'), failure)
    const hex = Buffer.from(failure.bytes).toString('hex')
    console.error(`\n${failure.target}: ${failure.message}`)
    console.error(
      `  --seed ${failure.seed}, input ${failure.number}, ${failure.bytes.length} bytes: ${hex.slice(0, 2 * SHOWN_BYTES)}`
    )
    if (path !== null) console.error(`  saved as ${path}`)
  }
  const done = reports.reduce((sum, report) => sum + report.inputs, 0)
  const figures = {
    inputs: done,
    seed,
    targets: chosen.length,
    inputsPerSecond: Math.round(done / seconds),
    failures: failures.length
  }
  console.log(JSON.stringify(figures))
  if (failures.length > 0) process.exitCode = 1
}

/** @param {import('./fuzz.ts').TargetReport} report */
function show({ target, inputs, taken, inputsPerSecond, slowestMs, grownBytes, failures }) {
  const columns = [
    target.padEnd(38),
    `${inputs} inputs`.padStart(14),
    `${inputsPerSecond}/s`.padStart(10),
    `${((100 * taken) / inputs).toFixed(1)} % taken`.padStart(14),
    `slowest ${slowestMs.toFixed(1)} ms`.padStart(18),
    `${(grownBytes / 1e6).toFixed(1)} MB more`.padStart(14)
  ]
  console.log(columns.join(''), failures.length > 0 ? `  ${failures.length} FAILURES` : '')
}

/** Garbage collection by hand, without a flag that everybody would have to know. */
function collector() {
  v8.setFlagsFromString('--expose-gc')
  return vm.runInNewContext('gc')
}

function memory() {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** @param {string} flag @param {string} text */
function whole(flag, text) {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1)
    throw new SetupError(`--${flag}: expected a whole number from 1, got "${text}"`)
  return value
}

await runMain(main)
