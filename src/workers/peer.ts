/**
 * The peer worker: the node of this tab. Everything but WebRTC's own objects lives here, so that a busy page
 * does not slow the peer.
 */
import type { AgentKey } from '../node/crypto/keys.ts'
import { createIndexedDbVault } from '../node/identity/indexeddb-vault.ts'
import { createMemoryVault } from '../node/identity/memory-vault.ts'
import { relayAtOrigin } from '../node/net/relay-source.ts'
import { createNode, type StarlingNode } from '../node/node.ts'
import { openIndexedDbStore } from '../node/store/indexeddb.ts'
import { createMemoryStore } from '../node/store/memory.ts'
import { StoreUnavailableError, type Store } from '../node/store/store.ts'
import { installStandIns } from './bridge/worker.ts'
import type { PageMessage, WorkerMessage } from './peer-messages.ts'
import { serveRpc } from './rpc.ts'
import { createBrowserRunner } from './skill-runner.ts'
import { packSnapshots } from './snapshot-updates.ts'
import { tabChanges, tabLocks } from './tabs.ts'

const DATABASE = 'starling'

interface Kept {
  store: Store
  key: AgentKey
  /** why nothing is kept, if so */
  problem: string | null
}

/** The browser's database and the key in it; or, where they are refused, memory and a key for this visit. */
async function openKept(): Promise<Kept> {
  try {
    const store = await openIndexedDbStore(DATABASE, { onLost: fail })
    return { store, key: await createIndexedDbVault(`${DATABASE}-key`).load(), problem: null }
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error
    return { store: createMemoryStore(), key: await createMemoryVault().load(), problem: error.message }
  }
}

function fail(error: unknown): void {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  postMessage({ type: 'failed', message } satisfies WorkerMessage)
}

async function start({ origin, bridge, rpc }: Extract<PageMessage, { type: 'start' }>): Promise<StarlingNode> {
  installStandIns(bridge)
  // libp2p takes WebRTC's globals as it is loaded: not before the stand-ins are there
  const libp2p = import('../node/net/libp2p.ts')
  const { store, key, problem } = await openKept()
  const { createLibp2pNetwork } = await libp2p
  const node = await createNode({
    key,
    store,
    storageProblem: problem,
    network: await createLibp2pNetwork({ relays: [relayAtOrigin(origin)] }),
    runner: createBrowserRunner(),
    locks: tabLocks,
    changes: tabChanges('starling'),
    now: Date.now,
    report: (error) => console.error(error)
  })
  const { client } = node
  serveRpc(rpc, { ...client, snapshots: () => packSnapshots(client.snapshots()) })
  // what the page has asked for meanwhile has waited in the port
  rpc.start()
  await node.start()
  return node
}

let node: Promise<StarlingNode> | undefined

addEventListener('message', ({ data }: MessageEvent<PageMessage>) => {
  if (data.type === 'start') {
    node = start(data)
    node.catch(fail)
  } else {
    void node?.then((running) => running.stop()).catch(fail)
  }
})
