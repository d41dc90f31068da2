/** How many fork proofs are kept, and which make room for others, on whatever way they come in. */
import { beforeAll, expect, test } from 'vitest'
import type { AgentKey } from '../crypto/keys.ts'
import type { Verifier } from '../crypto/verifier.ts'
import { createMemoryStore } from '../store/memory.ts'
import { encodeForkProof } from './fork-proof.ts'
import { createLogs, type Logs, type LogsComponents } from './log.ts'
import { at, forge, newKey, standingClock } from './testing/logs.ts'

const believer: Verifier = { verify: async (batch) => batch.map(() => true) }
const LIMITS = { maxForks: 20 }

let keys: AgentKey[]
beforeAll(async () => {
  keys = await Promise.all(Array.from({ length: 50 }, newKey))
})

const logsOf = (components: Partial<LogsComponents> = {}): Logs =>
  createLogs({ store: createMemoryStore(), clock: standingClock(), verifier: believer, ...components }, LIMITS)

const branches = (key: AgentKey) => Promise.all([forge(key), forge(key, { bodySize: 3 })])

async function proofOf(key: AgentKey): Promise<Uint8Array> {
  return encodeForkProof(...(await branches(key)))
}

async function fill(logs: Logs, peer = 'evil'): Promise<void> {
  for (const key of keys.slice(0, 30)) await logs.acceptFork(await proofOf(key), peer)
}

test('strangers’ proofs fill half of the room, and not more', async () => {
  const logs = logsOf()
  await fill(logs)
  expect(await logs.forks()).toHaveLength(10)
})

test('what one peer has filled makes room for a fork that is found here, and for what others bring', async () => {
  const logs = logsOf()
  const unforked: string[] = []
  logs.on('unforked', ({ author }) => unforked.push(author))
  await fill(logs)
  const [one, other] = await branches(at(keys, 40))
  expect((await logs.accept(one, 'honest')).status).toBe('new')
  expect((await logs.accept(other, 'honest')).status).toBe('fork')
  expect((await logs.acceptFork(await proofOf(at(keys, 41)), 'honest')).status).toBe('new')
  expect(await logs.forked(at(keys, 40).agent)).not.toBeNull()
  expect(unforked).toEqual([at(keys, 0).agent, at(keys, 1).agent])
  expect(await logs.forked(at(keys, 0).agent)).toBeNull()
  expect(await logs.forks()).toHaveLength(10)
  // whoever has filled it gets no more of it
  expect(await logs.acceptFork(await proofOf(at(keys, 0)), 'evil')).toEqual({ status: 'full', author: at(keys, 0).agent })
})

test('the proof that an acquaintance has forked its log has room of its own, and makes room for itself', async () => {
  const friends = new Set(keys.slice(30).map(({ agent }) => agent))
  const store = createMemoryStore()
  const logs = logsOf({ store, isStranger: (author) => !friends.has(author) })
  await fill(logs)
  for (const key of keys.slice(30)) expect((await logs.acceptFork(await proofOf(key), 'evil')).status).toBe('new')
  const authors = (await logs.forks()).map(([author]) => author)
  expect(authors.sort()).toEqual([...friends].sort())
  expect((await logs.acceptFork(await proofOf(at(keys, 0)), 'honest')).status).toBe('full')
  // the store says the same
  const again = logsOf({ store, isStranger: (author) => !friends.has(author) })
  expect((await again.acceptFork(await proofOf(at(keys, 1)), 'honest')).status).toBe('full')
  expect((await again.accept(await forge(at(keys, 0)), 'honest')).status).toBe('new')
})

test('after a restart room is made all the same, of what was held before', async () => {
  const store = createMemoryStore()
  await fill(logsOf({ store }), 'honest')
  const logs = logsOf({ store })
  expect((await logs.acceptFork(await proofOf(at(keys, 45)), 'other')).status).toBe('full')
  const friends = logsOf({ store, isStranger: (author) => author !== at(keys, 45).agent })
  expect((await friends.acceptFork(await proofOf(at(keys, 45)), 'other')).status).toBe('new')
})
