import { beforeEach, expect, test } from 'vitest'
import type { AppendOptions, Entry } from './log/log.ts'
import type { Judges } from './schema/judges.ts'
import { createSharing, type Sharing } from './sharing.ts'
import { createMemoryLocks } from './store/locks.ts'
import { createMemoryStore } from './store/memory.ts'
import type { Store } from './store/store.ts'
import { createSharedChanges } from './store/testing/shared-changes.ts'
import { createTestTime, type TestTime } from './support/testing/time.ts'

const LIFE_MS = 30 * 24 * 60 * 60_000

let time: TestTime
let store: Store
let changes: ReturnType<typeof createSharedChanges>
/** what was put in the log, lists by their agents and withdrawals by number */
let log: Array<string | number>
let trusted: string[]
let chosen: Array<() => void>
let sharing: Sharing

const locks = createMemoryLocks()

async function open(): Promise<Sharing> {
  const opened = createSharing({
    agent: 'me',
    adaptation: {
      async shareJudges({ name, agents }: Judges, options?: AppendOptions) {
        log.push(`${name}: ${agents.join(' ')}`)
        const entry = { header: { seq: log.length, expiry: time.now() + LIFE_MS } } as Entry
        const also = await options?.also?.(entry)
        await store.commit(also?.operations ?? [])
        return entry
      },
      async withdraw(seq) {
        log.push(seq)
        return {} as Entry
      }
    },
    whoseWord: {
      trusted: () => trusted,
      watch(listener) {
        chosen.push(listener)
        return () => undefined
      }
    },
    store,
    locks,
    changes: changes(),
    clock: time,
    report: (error) => expect.unreachable(String(error))
  })
  await opened.renew()
  return opened
}

function choose(...agents: string[]): void {
  trusted = agents
  for (const listener of chosen) listener()
}

beforeEach(async () => {
  time = createTestTime()
  store = createMemoryStore()
  changes = createSharedChanges()
  log = []
  trusted = ['ann', 'me']
  chosen = []
  sharing = await open()
})

test('nothing is shared until the operator says so', async () => {
  choose('ann', 'ben')
  await time.pass(60_000)
  expect(sharing.current()).toBeNull()
  expect(log).toEqual([])
})

test('it is shared at once, changes together, and taken back when it is over', async () => {
  await sharing.set('  My judges ')
  expect(log).toEqual(['My judges: ann'])
  for (const more of ['ben', 'cem', 'dan']) choose('ann', more)
  choose('ben', 'cem')
  await time.pass(60_000)
  await sharing.set('Others')
  await sharing.set(null)
  await sharing.set(null)
  choose('ann')
  await time.pass(60_000)
  expect(log).toEqual(['My judges: ann', 'My judges: ben cem', 'Others: ben cem', 3])
})

test('no name is no name, and a long one is none', async () => {
  for (const name of ['', '  ', 'x'.repeat(61)]) await expect(sharing.set(name)).rejects.toThrow('name')
  expect(sharing.current()).toBeNull()
})

test('it is said again at half of its life, not before, and not twice by two tabs', async () => {
  await sharing.set('Mine')
  const other = await open()
  expect(other.current()).toBe('Mine')
  for (const one of [sharing, other]) await one.renew()
  expect(log).toHaveLength(1)
  await time.pass(LIFE_MS / 2)
  for (const one of [sharing, other]) await one.renew()
  choose('ann', 'ben')
  await time.pass(60_000)
  expect(log).toEqual(['Mine: ann', 'Mine: ann', 'Mine: ann ben'])
})

test('who counts nobody’s word shares nothing meanwhile; of many it is the last 64', async () => {
  await sharing.set('Mine')
  choose()
  await time.pass(60_000)
  expect(log).toEqual(['Mine: ann', 1])
  choose(...Array.from({ length: 70 }, (_, i) => `agent ${i}`))
  await time.pass(60_000)
  expect(String(log.at(-1)).replace('Mine: ', '').split(' agent ')).toHaveLength(64)
  expect(log.at(-1)).toMatch(/^Mine: agent 6 .* agent 69$/)
})

test('the other tab is told', async () => {
  const other = await open()
  await sharing.set('Mine')
  await expect.poll(() => other.current()).toBe('Mine')
})
