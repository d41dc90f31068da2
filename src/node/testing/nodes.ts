/** For tests: whole nodes on a memory hub, and profiles that outlive them. */
import type { StarlingClient, TaskView } from '../client.ts'
import { agentKey, generateKeyPair, type AgentKey } from '../crypto/keys.ts'
import type { MemoryHub } from '../net/memory.ts'
import type { Network } from '../net/network.ts'
import { createNode, type StarlingNode } from '../node.ts'
import type { LazyEmbedder } from '../semantic/embedder.ts'
import { loadTopics } from '../semantic/topics/topics.ts'
import type { Runner } from '../skill/runner.ts'
import { runHere } from '../skill/testing/run-program.ts'
import type { Changes } from '../store/changes.ts'
import { createMemoryLocks, type Locks } from '../store/locks.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/store.ts'
import { createSharedChanges } from '../store/testing/shared-changes.ts'
import { createDesk } from '../trust/desk.ts'

/** What survives a reload, and is shared by tabs. */
export interface Profile {
  key: AgentKey
  store: Store
  locks: Locks
  changes: () => Changes
}

export async function createProfile(): Promise<Profile> {
  return {
    key: await agentKey(await generateKeyPair()),
    store: createMemoryStore(),
    locks: createMemoryLocks(),
    changes: createSharedChanges()
  }
}

/** The sandbox itself; the worker around it has tests of its own. */
export const sandboxRunner: Runner = {
  run: (run, { onProgress }) =>
    runHere(run, { onProgress: (fraction, note) => onProgress({ fraction, note, at: Date.now() }) })
}

/** A program that takes until it is stopped. @param stopped called when it is */
export function endlessRunner(stopped: () => void = () => undefined): Runner {
  return {
    run: (_, { signal }) =>
      new Promise((_resolve, reject) => {
        const stop = () => {
          stopped()
          reject(signal.reason)
        }
        if (signal.aborted) stop()
        else signal.addEventListener('abort', stop, { once: true })
      })
  }
}

export interface NodesInit {
  runner?: Runner
  store?: Store
  network?: (network: Network) => Network
  embedder?: LazyEmbedder
}

export interface Nodes {
  open(peer: string, profile: Profile, init?: NodesInit): Promise<StarlingNode>
  close(node: StarlingNode): Promise<void>
  closeAll(): Promise<void>
  /** what no task could be told of */
  reports: unknown[]
}

export function createNodes(hub: MemoryHub): Nodes {
  const running = new Set<StarlingNode>()
  const reports: unknown[] = []
  async function close(node: StarlingNode): Promise<void> {
    running.delete(node)
    await node.stop()
  }
  return {
    reports,
    async open(peer, { key, store, locks, changes }, init = {}) {
      const network = hub.network(peer)
      const node = await createNode({
        key,
        // the next node of the profile goes on with it
        store: { ...(init.store ?? store), close: () => Promise.resolve() },
        storageProblem: null,
        network: init.network?.(network) ?? network,
        ...(init.embedder === undefined ? {} : { embedder: init.embedder }),
        runner: init.runner ?? sandboxRunner,
        desk: createDesk({ loadTopics }),
        locks,
        changes: changes(),
        now: Date.now,
        report: (error) => reports.push(error)
      })
      await node.start()
      running.add(node)
      return node
    },
    close,
    async closeAll() {
      await Promise.all([...running].map(close))
    }
  }
}

/** The first version of a task for which `wanted` holds. */
export async function reaches(client: StarlingClient, id: string, wanted: (task: TaskView) => boolean): Promise<TaskView> {
  for await (const { tasks } of client.snapshots()) {
    const task = tasks.find((one) => one.id === id)
    if (task !== undefined && wanted(task)) return task
    if (task !== undefined && task.entries.outcome !== null) throw new Error(`it ended otherwise: ${JSON.stringify(task)}`)
  }
  throw new Error('the node was closed')
}

/** The first request that waits for an answer. */
export async function approval(client: StarlingClient) {
  for await (const { approvals } of client.snapshots()) {
    if (approvals[0] !== undefined) return approvals[0]
  }
  throw new Error('no approval came')
}

/** So many other agents that can do something. */
export async function agents(client: StarlingClient, wanted: number) {
  for await (const snapshot of client.snapshots()) {
    const able = snapshot.agents.filter(({ offers }) => offers.count > 0)
    if (able.length >= wanted) return able
  }
  throw new Error('the agents did not come')
}

export const csv = { name: 'prices.csv', type: 'text/csv', text: 'city,price\nBern,3\nBasel,5\nBern,7\n' }
