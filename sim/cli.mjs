/** `npm run sim:gossip`: the simulation, built from TypeScript and run here. */
import { loadModule } from '../scripts/run-ts.mjs'

// errors are made by the thousand, when streams end; nobody reads where
Error.stackTraceLimit = 0
const { main } = await loadModule('sim/main.ts')
process.exitCode = await main(process.argv.slice(2))
