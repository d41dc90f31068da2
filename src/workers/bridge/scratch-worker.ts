import { installStandIns } from './worker.ts'
addEventListener('message', ({ data }) => {
  void (async () => {
    if (data.type === 'start') {
      installStandIns(data.port)
      const { createLibp2pNetwork } = await import('../../node/net/libp2p.ts')
      const network = await createLibp2pNetwork({ relays: [{ name: 'r', find: async () => data.address }] })
      const t0 = performance.now()
      const at = () => Math.round(performance.now() - t0)
      network.subscribe('t', async (m, from) => { postMessage({ type: 'gossip', text: new TextDecoder().decode(m) , at: Date.now()}); return 'accept' })
      network.handle('/e/1', { maxMessageBytes: 1 << 20, maxStreamsPerPeer: 8 }, async (s, signal) => {
        for (let m = await s.read({ signal }); m !== null; m = await s.read({ signal })) await s.write(m, { signal })
      })
      network.on('status', () => postMessage({ type: 'status', at: at(), status: network.status() }))
      network.on('connect', (c) => postMessage({ type: 'connect', at: at(), c }))
      network.on('disconnect', (c) => postMessage({ type: 'disconnect', at: at(), c }))
      await network.start()
      postMessage({ type: 'started', at: at(), peer: network.peer })
      addEventListener('message', ({ data }) => {
        void (async () => {
          if (data.type === 'publish') postMessage({ type: 'published', n: await network.publish('t', new TextEncoder().encode(data.text)) })
          if (data.type === 'stop') { await network.stop(); postMessage({ type: 'stopped' }) }
          if (data.type === 'bulk') {
            const signal = AbortSignal.timeout(30000)
            const s = await network.open(data.peer, '/e/1', { maxMessageBytes: 1 << 20, maxStreamsPerPeer: 8, signal })
            const t = performance.now()
            const n = 256
            const reading = (async () => { for (let i = 0; i < n; i++) await s.read({ signal }) })()
            for (let i = 0; i < n; i++) await s.write(new Uint8Array(65536), { signal })
            await reading
            const ms = performance.now() - t
            const t1 = performance.now()
            for (let i = 0; i < 50; i++) { await s.write(new Uint8Array(10), { signal }); await s.read({ signal }) }
            postMessage({ type: 'bulk', mbps: 16 * 2 / (ms / 1000), rtt: (performance.now() - t1) / 50, bytes: network.bytesByProtocol() })
            await s.close()
          }
        })()
      })
    }
  })()
})
