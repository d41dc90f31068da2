/** `npm run trust:otc`: how well trust tells later ratings of Bitcoin OTC's traders, built from TypeScript and run here. */
import { loadModule } from './run-ts.mjs'

const { main } = await loadModule('scripts/trust/otc.ts')
process.exitCode = main(process.argv.slice(2))
