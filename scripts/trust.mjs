/** `npm run trust`: the trust engine on a file of ratings, built from TypeScript and run here. */
import { loadModule } from './run-ts.mjs'

const { main } = await loadModule('scripts/trust/main.ts')
process.exitCode = await main(process.argv.slice(2))
