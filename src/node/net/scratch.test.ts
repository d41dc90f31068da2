import '../../../headless/web-socket.ts'
import './polyfill.ts'
import { it } from 'vitest'
import { createTestRelay } from './test-relay.ts'
import { createLibp2pNetwork } from './libp2p.ts'
import { connected, nextEvent } from './network-conformance.ts'

it('times', { timeout: 60_000 }, async () => {
  const relay = await createTestRelay()
  for (let i = 0; i < 4; i++) {
    const a = await createLibp2pNetwork({ relays: [relay.source] })
    const b = await createLibp2pNetwork({ relays: [relay.source] })
    const t0 = Date.now()
    for (const [n, net] of [['a', a], ['b', b]] as const) {
      net.on('status', () => console.log(n, 'status', Date.now() - t0, net.status().state, net.status().relay, net.status().reason))
      net.on('connect', (c) => console.log(n, 'connect', Date.now() - t0, c.direct))
      net.on('disconnect', (c) => console.log(n, 'disconnect', Date.now() - t0))
    }
    const both = connected(a, b)
    await Promise.all([a.start(), b.start()])
    console.log('started', Date.now() - t0)
    await both
    console.log('connected', Date.now() - t0)
    await new Promise((r) => setTimeout(r, i * 700))
    const t1 = Date.now()
    const gone = nextEvent(b, 'disconnect')
    const stop = a.stop()
    await gone
    console.log('heard goodbye after', Date.now() - t1)
    await stop
    console.log('stopped after', Date.now() - t1)
    const t2 = Date.now()
    await b.stop()
    console.log('b stopped after', Date.now() - t2)
  }
  await relay.stop()
})
