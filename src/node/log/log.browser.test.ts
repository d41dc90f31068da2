import { deleteDB } from 'idb'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { agentKey, generateKeyPair, type AgentKey } from '../crypto/keys.ts'
import { openIndexedDbStore } from '../store/indexeddb.ts'
import type { Store } from '../store/store.ts'
import { systemClock } from '../support/clock.ts'
import { headerHash, verifyHeader } from './header.ts'
import type { WriterRequest, WriterReply } from './log-writer.fixture.ts'
import { createLogs, type Lock, type Logs, type LogsInit } from './log.ts'
import { NOW, at, forge } from './testing/logs.ts'

const intention = (goal: string) => ({ kind: 'intention', goal, tags: [] })
const webLock: Lock = async (name, task) => navigator.locks.request(name, task)

let name = ''
let count = 0
let pair: CryptoKeyPair
let key: AgentKey
const stores: Store[] = []
const workers: Worker[] = []

beforeEach(async () => {
  name = `log-test-${Date.now()}-${count++}`
  pair = await generateKeyPair()
  key = await agentKey(pair)
})
afterEach(async () => {
  for (const worker of workers.splice(0)) worker.terminate()
  await Promise.all(stores.splice(0).map((store) => store.close()))
  await deleteDB(name)
})

async function openLogs(lock?: Lock, init: LogsInit = {}): Promise<Logs> {
  const store = await openIndexedDbStore(name)
  stores.push(store)
  return createLogs({ store, clock: systemClock, ...(lock ? { lock } : {}) }, init)
}

async function expectSound(logs: Logs, author: string, length: number): Promise<void> {
  const entries = await logs.entries(author)
  expect(entries.map(({ header }) => header.seq)).toEqual(Array.from({ length }, (_, i) => i + 1))
  let previous: Uint8Array | null = null
  for (const { header, bytes, body } of entries) {
    expect(header.previous).toEqual(previous)
    expect(await verifyHeader(header)).toBe(true)
    expect(body).toMatchObject({ kind: 'intention' })
    previous = await headerHash(bytes)
  }
  expect(await logs.forked(author)).toBeNull()
}

test.for<[string, Lock | undefined]>([
  ['without a lock', undefined],
  ['with Web Locks', webLock]
])('two that append to one log at once, %s, never fork it', async ([, lock]) => {
  const tabs = [await openLogs(lock), await openLogs(lock)]
  const entries = await Promise.all(
    tabs.flatMap((logs, tab) =>
      Array.from({ length: 8 }, (_, i) => logs.append(key, 'intention', intention(`${tab}: ${i}`)))
    )
  )
  expect(new Set(entries.map(({ header }) => header.seq)).size).toBe(16)
  for (const logs of tabs) await expectSound(logs, key.agent, 16)
})

test('neither do two workers, each with a store of its own', async () => {
  const write = (from: string): Promise<WriterReply> => {
    const worker = new Worker(new URL('./log-writer.fixture.ts', import.meta.url), { type: 'module' })
    workers.push(worker)
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<WriterReply>) => resolve(data)
      worker.onerror = ({ message }) => reject(new Error(message))
      const request: WriterRequest = { name, pair, from, times: 10 }
      worker.postMessage(request)
    })
  }
  expect(await Promise.all([write('one'), write('two')])).toEqual([{ agent: key.agent }, { agent: key.agent }])
  await expectSound(await openLogs(), key.agent, 20)
})

test('an entry is there after the store was closed and opened again', async () => {
  const logs = await openLogs()
  const first = await logs.append(key, 'intention', intention('one'))
  await stores[0]?.close()
  const again = await openLogs()
  expect(await again.entries(key.agent)).toEqual([first])
  const second = await again.append(key, 'intention', intention('two'))
  expect(second.header.previous).toEqual(first.hash)
})

test('headers of another agent are accepted once by two tabs', async () => {
  const source = await openLogs()
  const headers: Uint8Array[] = []
  for (let i = 0; i < 5; i++) headers.push((await source.append(key, 'intention', intention(`${i}`))).bytes)
  await Promise.all(stores.splice(0).map((store) => store.close()))
  await deleteDB(name)

  const tabs = [await openLogs(), await openLogs()]
  const verdicts = await Promise.all(tabs.map((logs) => Promise.all(headers.map((bytes) => logs.accept(bytes)))))
  for (let i = 0; i < headers.length; i++) {
    expect(verdicts.map((found) => found[i]?.status).sort()).toEqual(['known', 'new'])
  }
  for (const logs of tabs) expect(await logs.authors()).toEqual([[key.agent, 5]])
})

test('two tabs at their limit let whole logs go and take others, and agree on what there is', { repeats: 10 }, async () => {
  const tabs = [await openLogs(undefined, { maxHeaders: 6 }), await openLogs(undefined, { maxHeaders: 6 })]
  const authors = await Promise.all(Array.from({ length: 20 }, async () => agentKey(await generateKeyPair())))
  for (let i = 0; i < authors.length; i += 4) {
    const headers = await Promise.all(authors.slice(i, i + 4).map((author, n) => forge(author, { time: NOW + i + n })))
    await Promise.all(headers.map((bytes, n) => at(tabs, n % 2).accept(bytes)))
  }
  const verdict = await at(tabs, 0).accept(await forge(key, { time: NOW + 100 }))
  expect(verdict.status).toBe('new')
  const found = await at(tabs, 0).authors()
  expect(await at(tabs, 1).authors()).toEqual(found)
  expect(found.map(([author]) => author)).toContain(key.agent)
  expect(found.length).toBeLessThanOrEqual(6)
  const [store] = stores
  expect((await store?.list('heads'))?.length).toBe(found.length)
  expect((await store?.list('headers'))?.length).toBe(found.length)
  expect(await store?.get('settings', 'log-usage')).toMatchObject({ headers: found.length })
})
