import { it } from 'vitest'
import { serveConnections } from './page.ts'
const log = (...a: unknown[]) => console.log(a.map((x) => typeof x === 'string' ? x : JSON.stringify(x)).join(' '))
const N = Number(import.meta.env.VITE_N ?? 2)
it('meets', { timeout: 120_000 }, async () => {
  const address = import.meta.env.VITE_RELAY
  for (let round = 0; round < Number(import.meta.env.VITE_ROUNDS ?? 2); round++) {
    const tabs = Array.from({ length: N }, (_, i) => {
      const worker = new Worker(new URL('./scratch-worker.ts', import.meta.url), { type: 'module' })
      const { port1, port2 } = new MessageChannel()
      const served = serveConnections(port1)
      const tab = { i, worker, served, peer: '', direct: new Map<string, number>(), looking: 0, gossip: [] as number[], statuses: [] as unknown[] }
      worker.addEventListener('message', ({ data }) => {
        if (data.type === 'started') tab.peer = data.peer
        if (data.type === 'connect' && data.c.direct) tab.direct.set(data.c.peer, data.at)
        if (data.type === 'connect' && !data.c.direct) log('relayed', i, data.at)
        if (data.type === 'disconnect') { tab.direct.delete(data.c.peer) }
        if (data.type === 'status') tab.statuses.push([data.at, data.status.state, data.status.reason])
        if (data.type === 'status' && data.status.relay && !tab.looking) tab.looking = data.at
        if (data.type === 'gossip') tab.gossip.push(data.at)
        if (['bulk', 'published'].includes(data.type)) log(i, data)
      })
      worker.addEventListener('error', (e) => log('ERROR', i, e.message))
      worker.postMessage({ type: 'start', port: port2, address }, [port2])
      return tab
    })
    const t0 = performance.now()
    while (tabs.some((t) => t.direct.size < N - 1) && performance.now() - t0 < 60000) await new Promise((r) => setTimeout(r, 10))
    log('round', round, 'mesh in', Math.round(performance.now() - t0), 'looking', tabs.map((t) => t.looking), 'first direct', tabs.map((t) => Math.min(...t.direct.values())), 'last', tabs.map((t) => Math.max(...t.direct.values())), tabs.map((t) => t.direct.size))
    if (tabs.some((t) => t.direct.size < N - 1)) log(tabs.map((t) => t.statuses))
    const t1 = Date.now()
    tabs[0]!.worker.postMessage({ type: 'publish', text: 'x' })
    await new Promise((r) => setTimeout(r, 1500))
    log('gossip reached', tabs.map((t) => t.gossip.map((at) => at - t1)))
    if (round === 0) {
      tabs[0]!.worker.postMessage({ type: 'bulk', peer: tabs[1]!.peer })
      await new Promise((r) => setTimeout(r, 4000))
    }
    // one leaves in order, one dies, one page goes
    const gone = async (what: string, tab: typeof tabs[0], leave: () => void) => {
      const t = performance.now()
      const others = tabs.filter((x) => x !== tab && x.direct.has(tab.peer))
      leave()
      while (others.some((x) => x.direct.has(tab.peer)) && performance.now() - t < 30000) await new Promise((r) => setTimeout(r, 5))
      log(what, 'noticed by', others.length, 'after', Math.round(performance.now() - t))
    }
    const [a, b, c] = tabs
    await gone('goodbye', a!, () => a!.worker.postMessage({ type: 'stop' }))
    if (b && N > 2) await gone('worker death', b, () => b.worker.terminate())
    if (c && N > 3) await gone('page close', c, () => c.served.close())
    for (const t of tabs) { t.worker.terminate(); t.served.close() }
    await new Promise((r) => setTimeout(r, 500))
  }
})
