/**
 * `npm run meaning`: works out anew, from the tuning set, how much words and meaning say: `calibration.json`. Takes some minutes. The
 * benchmark's own set is not looked at.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadModule } from './run-ts.mjs'
import { root, runMain } from './setup.mjs'

async function main() {
  const { fitCalibration } = await loadModule('bench/match/fit.ts')
  const fitted = await fitCalibration(join(root, 'bench', 'match', 'tuning'))
  writeFileSync(join(root, 'src', 'node', 'semantic', 'calibration.json'), `${JSON.stringify(fitted, null, 2)}\n`)
  console.log(JSON.stringify(fitted))
}

await runMain(main)
