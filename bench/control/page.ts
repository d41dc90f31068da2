/** The page of `npm run bench -- control`: keeps the WebRTC connections for its worker, as the app's page does. */
import { serveConnections } from '../../src/workers/bridge/page.ts'
import { createRpcClient } from '../../src/workers/rpc.ts'
import type { Start, Tab } from './worker.ts'

declare global {
  var tab: Tab
}

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
const bridge = new MessageChannel()
const calls = new MessageChannel()
serveConnections(bridge.port1)
const rpc = createRpcClient(calls.port1)
calls.port1.start()
const [bridgePort, rpcPort] = [bridge.port2, calls.port2]
worker.postMessage({ origin: location.origin, bridge: bridgePort, rpc: rpcPort } satisfies Start, [bridgePort, rpcPort])

const call = <K extends keyof Tab>(method: K) => ((...args: unknown[]) => rpc.call(method, args)) as unknown as Tab[K]

globalThis.tab = {
  peer: call('peer'),
  meets: call('meets'),
  ping: call('ping'),
  take: call('take'),
  taken: call('taken'),
  stop: call('stop')
}
