/**
 * `npm run meaning`: works out anew what matching by meaning has learned: `sentences/centres.json` from the seed topics, then
 * `calibration.json` from the tuning set. Takes some minutes; `-- --calibration` leaves the centres as they are. The benchmark's
 * own set is not looked at.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadModule } from './run-ts.mjs'
import { root, runMain } from './setup.mjs'

async function main() {
  const folder = join(root, 'src', 'node', 'semantic')
  const write = (/** @type {string} */ name, /** @type {unknown} */ value) =>
    writeFileSync(join(folder, name), `${JSON.stringify(value, null, 2)}\n`)
  if (!process.argv.includes('--calibration')) {
    const { fitCentres } = await loadModule('bench/match/fit.ts')
    write(join('sentences', 'centres.json'), await fitCentres(join(folder, 'topics')))
  }
  // a module of its own, for the centres are part of it
  const { fitCalibration } = await loadModule('bench/match/fit.ts')
  const fitted = await fitCalibration(join(root, 'bench', 'match', 'tuning'))
  write('calibration.json', fitted)
  console.log(JSON.stringify(fitted))
}

await runMain(main)
