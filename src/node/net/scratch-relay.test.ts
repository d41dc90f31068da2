import { writeFileSync, existsSync, rmSync } from 'node:fs'
import { it } from 'vitest'
import { startRelay } from '../../../relay/run.ts'
import { parseRelayOptions } from '../../../relay/options.ts'
it('runs', { timeout: 600_000 }, async () => {
  const options = parseRelayOptions(['--port', '18111', '--app', '/tmp/relayapp', '--data', '/tmp/relaydata'], {})
  let relay = await startRelay(options)
  writeFileSync('/tmp/relay.address', `/ip4/127.0.0.1/tcp/18111/ws/p2p/${relay.peer}`)
  for (let i = 0; i < 500 && !existsSync('/tmp/relay.stop'); i++) {
    await new Promise((r) => setTimeout(r, 1000))
    if (existsSync('/tmp/relay.restart')) {
      rmSync('/tmp/relay.restart')
      await relay.stop()
      await new Promise((r) => setTimeout(r, 1500))
      relay = await startRelay(options)
    }
  }
  await relay.stop()
})
