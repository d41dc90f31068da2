/**
 * The peer worker: the node of this tab. Everything but WebRTC's own objects lives here, so that a busy page
 * does not slow the peer.
 */
import { createIndexedDbVault } from '../node/identity/indexeddb-vault.ts'
import { createMemoryVault } from '../node/identity/memory-vault.ts'
import { relayAtOrigin } from '../node/net/relay-source.ts'
import { createNode, type NodeComponents, type StarlingNode } from '../node/node.ts'
import { noChanges } from '../node/store/changes.ts'
import { openIndexedDbStore } from '../node/store/indexeddb.ts'
import { createMemoryLocks } from '../node/store/locks.ts'
import { createMemoryStore } from '../node/store/memory.ts'
import { StoreFullError, StoreUnavailableError } from '../node/store/store.ts'
import { once } from '../node/support/once.ts'
import { installStandIns } from './bridge/worker.ts'
import type { PageMessage, WorkerMessage } from './peer-messages.ts'
import { serveRpc } from './rpc.ts'
import { packSnapshots } from './snapshot-updates.ts'
import { tabChanges, tabLocks } from './tabs.ts'
import { createWorkerDesk } from './worker-desk.ts'
import { createWorkerEmbedder } from './worker-embedder.ts'
import { createWorkerVerifier } from './worker-verifier.ts'

const DATABASE = 'starling'

/** What the tabs of the profile have in common. */
type Profile = Pick<NodeComponents, 'store' | 'key' | 'locks' | 'changes' | 'storageProblem'>

/** The browser's database and the key in it; or, where they are refused, memory and a key for this visit alone. */
async function openProfile(): Promise<Profile> {
  try {
    const store = await openIndexedDbStore(DATABASE, { onLost: fail })
    const key = await createIndexedDbVault(`${DATABASE}-key`).load()
    return { store, key, locks: tabLocks, changes: tabChanges(DATABASE), storageProblem: null }
  } catch (error) {
    if (!(error instanceof StoreUnavailableError || error instanceof StoreFullError)) throw error
    const key = await createMemoryVault().load()
    // where storage is refused, locks and channels between tabs are too: this tab is a profile of its own
    const alone = { locks: createMemoryLocks(), changes: noChanges }
    return { store: createMemoryStore(), key, ...alone, storageProblem: error.message }
  }
}

function fail(error: unknown): void {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  postMessage({ type: 'failed', message } satisfies WorkerMessage)
}

/** What runs programs is loaded with the first that is to run. */
const loadRunner = once(async () => (await import('./skill-runner.ts')).createBrowserRunner())

async function start({ origin, bridge, rpc }: Extract<PageMessage, { type: 'start' }>): Promise<StarlingNode> {
  installStandIns(bridge)
  // libp2p takes WebRTC's globals as it is loaded: not before the stand-ins are there
  const libp2p = import('../node/net/libp2p.ts')
  const profile = await openProfile()
  const { createLibp2pNetwork } = await libp2p
  const node = await createNode({
    ...profile,
    network: await createLibp2pNetwork({ relays: [relayAtOrigin(origin)] }),
    verifier,
    desk: createWorkerDesk(),
    embedder,
    runner: { run: async (...run) => (await loadRunner()).run(...run) },
    persistent: () => (profile.store.kind === 'memory' ? null : persistent),
    now: Date.now,
    report: (error) => console.error(error)
  })
  const { client } = node
  serveRpc(rpc, { ...client, snapshots: () => packSnapshots(client.snapshots()) })
  // what the page has asked for meanwhile has waited in the port
  rpc.start()
  await node.start()
  if (!savesData()) embedder.load()
  return node
}

/** Whether somebody has asked the browser to load no more than it must. */
const savesData = (): boolean => (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true

const verifier = createWorkerVerifier()
const embedder = createWorkerEmbedder()
let node: Promise<StarlingNode> | undefined
let persistent: boolean | null = null

addEventListener('message', ({ data }: MessageEvent<PageMessage>) => {
  if (data.type === 'start') {
    node = start(data)
    node.catch(fail)
  } else if (data.type === 'persistent') {
    persistent = data.granted
  } else {
    void node
      ?.then((running) => running.stop())
      .then(() => {
        verifier.close()
        embedder.close()
      })
      .catch(fail)
  }
})
