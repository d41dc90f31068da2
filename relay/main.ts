/** `node dist/server/relay.js`: the relay and the static server, in one process on one port. */
import '../src/node/net/polyfill.ts'
import { RelayOptionError, parseRelayOptions, relayHelp } from './options.ts'

/** Time for connections to end in order before the process ends anyway, ms. */
const GRACE = 5_000

async function main(args: string[]): Promise<void> {
  if (args.includes('--help')) {
    console.log(relayHelp())
    return
  }
  const options = parseRelayOptions(args, process.env)
  // loaded after the polyfill
  const { startRelay } = await import('./run.ts')
  const relay = await startRelay(options)
  const stop = () => {
    setTimeout(() => process.exit(0), GRACE).unref()
    relay.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error)
    )
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  // started with a channel to a parent process, it ends with that
  process.once('disconnect', stop)
  const scheme = options.tls === null ? 'http' : 'https'
  console.log(`relay ${relay.peer} at ${scheme}://${options.host}:${relay.port}`)
  if (relay.loopbackPort !== null) console.log(`and at http://127.0.0.1:${relay.loopbackPort}`)
}

function fail(error: unknown): void {
  if (error instanceof RelayOptionError) console.error(`${error.message}\n\n${relayHelp()}`)
  else console.error(error instanceof Error ? `relay: ${error.message}` : error)
  process.exitCode = 1
  process.exit()
}

main(process.argv.slice(2)).catch(fail)
