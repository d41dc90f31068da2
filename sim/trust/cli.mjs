/** `npm run sim:trust`: the simulation of reputation under attack, built from TypeScript and run here. */
import { loadModule } from '../../scripts/run-ts.mjs'

const { main } = await loadModule('sim/trust/main.ts')
process.exitCode = main(process.argv.slice(2))
