/**
 * Starts the page's agent in its worker and gives the client that speaks to it. The page keeps the WebRTC
 * connections, because workers have none, and hands their data channels over.
 */
import type { Snapshot, StarlingClient } from '../node/client.ts'
import { serveConnections } from './bridge/page.ts'
import type { PageMessage, WorkerMessage } from './peer-messages.ts'
import { askForPersistence } from './persistence.ts'
import { createRpcClient } from './rpc.ts'
import { unpackSnapshots, type SnapshotUpdate } from './snapshot-updates.ts'

export interface PeerHandle {
  client: StarlingClient
  /** Resolves to why, if the worker could not start or has died. */
  failed: Promise<Error>
}

/** The agent could not be started, or its worker has died. */
export class PeerFailedError extends Error {
  override readonly name = 'PeerFailedError'
}

export function startPeer(): PeerHandle {
  const worker = new Worker(new URL('./peer.ts', import.meta.url), { type: 'module', name: 'peer' })
  const bridge = new MessageChannel()
  const calls = new MessageChannel()
  const connections = serveConnections(bridge.port1)
  const rpc = createRpcClient(calls.port1)
  calls.port1.start()

  const failed = new Promise<Error>((resolve) => {
    const fail = (message: string) => {
      // others must not keep a link to nobody
      connections.close()
      rpc.disconnect(message)
      worker.terminate()
      resolve(new PeerFailedError(message))
    }
    worker.addEventListener('error', (event) => {
      event.preventDefault()
      fail(event.message || 'the worker could not be loaded')
    })
    worker.addEventListener('message', ({ data }: MessageEvent<WorkerMessage>) => fail(data.message))
  })

  const say = (message: PageMessage, transfer: Transferable[] = []) => worker.postMessage(message, transfer)
  const [connectionPort, callPort] = [bridge.port2, calls.port2]
  say({ type: 'start', origin: location.origin, bridge: connectionPort, rpc: callPort }, [connectionPort, callPort])
  // a browser may ask its user, who may take any time: nothing waits for it
  askForPersistence().then(
    (granted) => say({ type: 'persistent', granted }),
    (error: unknown) => console.warn('The browser was not asked to keep what is stored here', error)
  )
  addEventListener('pagehide', ({ persisted }) => {
    if (!persisted) say({ type: 'leave' })
  })

  return { client: clientOver(rpc), failed }
}

/** The client's methods, each a call to the worker. */
function clientOver(rpc: ReturnType<typeof createRpcClient>): StarlingClient {
  const call = <K extends keyof StarlingClient>(method: K) =>
    ((...args: unknown[]) => rpc.call(method, args)) as unknown as StarlingClient[K]
  return {
    status: call('status'),
    declare: call('declare'),
    withdraw: call('withdraw'),
    listen: call('listen'),
    stopListening: call('stopListening'),
    seen: call('seen'),
    preview: call('preview'),
    setPolicy: call('setPolicy'),
    setDevice: call('setDevice'),
    setOpen: call('setOpen'),
    agentCard: call('agentCard'),
    readAgentCard: call('readAgentCard'),
    chains: call('chains'),
    loadMeaning: call('loadMeaning'),
    find: call('find'),
    agent: call('agent'),
    submit: call('submit'),
    tasks: call('tasks'),
    watch: (id) => rpc.stream('watch', [id]),
    cancel: call('cancel'),
    approvals: call('approvals'),
    approve: call('approve'),
    decline: call('decline'),
    revoke: call('revoke'),
    log: call('log'),
    exportLog: call('exportLog'),
    importLog: call('importLog'),
    forget: call('forget'),
    offer: call('offer'),
    source: call('source'),
    removeOffer: call('removeOffer'),
    reputation: call('reputation'),
    why: call('why'),
    trust: call('trust'),
    judges: call('judges'),
    follow: call('follow'),
    share: call('share'),
    rate: call('rate'),
    name: call('name'),
    snapshots: (): AsyncIterable<Snapshot> => unpackSnapshots(rpc.stream<SnapshotUpdate>('snapshots', [])),
    file: call('file'),
    traffic: call('traffic')
  }
}
