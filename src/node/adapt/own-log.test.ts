import { beforeEach, expect, test } from 'vitest'
import { agentKey, generateKeyPair, type AgentKey } from '../crypto/keys.ts'
import { createLogs, type Logs } from '../log/log.ts'
import { InvalidBytesError } from '../schema/codec.ts'
import type { Declaration, Intention } from '../schema/declaration.ts'
import type { Sketch } from '../schema/header.ts'
import { createMemoryStore } from '../store/memory.ts'
import { createTestTime, type TestTime } from '../support/testing/time.ts'
import { createOwnLog, type OwnLogAppending } from './own-log.ts'
import { table } from './table.ts'

const sketch: Sketch = [1, new Uint8Array(32).fill(7), [1]]
const better: Sketch = [6, new Uint8Array(32).fill(9), [2]]
const wish: Intention = { kind: 'intention', goal: 'tea', tags: [] }

let time: TestTime
let key: AgentKey
let logs: Logs
let announced: Uint8Array[]
let log: OwnLogAppending
/** what all that is said is sketched as, constraints aside */
let now: Sketch

beforeEach(async () => {
  time = createTestTime()
  key = await agentKey(await generateKeyPair())
  logs = createLogs({ store: createMemoryStore(), clock: time })
  announced = []
  now = sketch
  log = createOwnLog({
    key,
    logs,
    gossip: { announce: async (bytes) => void announced.push(bytes) },
    meaning: { sketch: async ({ kind }) => (kind === 'constraint' ? null : now), isBest: ([model]) => model === 6, knowsBest: () => now === better },
    now: time.now
  })
})

test('a declaration is kept with its sketch and the life that the table gives it, and announced', async () => {
  const said = await log.declare(wish)
  expect(said.header).toMatchObject({ kind: 'intention', sketch, expiry: time.now() + table.intention.lifeMs })
  const insisted = await log.declare({ kind: 'constraint', facts: { languages: [], region: null, tier: 0 }, insists: {} })
  expect(insisted.header).toMatchObject({ sketch: null, expiry: time.now() + table.constraint.lifeMs })
  expect(announced).toEqual([said.bytes, insisted.bytes])
})

test('it is taken back where it was said', async () => {
  const { seq } = (await log.declare(wish)).header
  const { header, body } = await log.withdraw(seq)
  expect([header.kind, header.sketch, body]).toEqual(['withdrawal', sketch, { kind: 'withdrawal', seq }])
  expect((await log.withdraw(99)).header.sketch).toBeNull()
})

test('what is said in place of something takes that back where it was said, when that was elsewhere', async () => {
  const { seq } = (await log.declare(wish)).header
  const same = await log.replace(seq, wish)
  expect(await logs.entries(key.agent)).toHaveLength(2)
  now = better
  const next = await log.replace(same.header.seq, wish)
  expect(next.header.sketch).toEqual(better)
  const [, , said, back, ...more] = await logs.entries(key.agent)
  expect(said?.header.seq).toBe(next.header.seq)
  expect([back?.header.sketch, back?.body]).toEqual([sketch, { kind: 'withdrawal', seq: same.header.seq }])
  expect(more).toEqual([])
})

test('saying it again tells better when the best model is there and was not, and worse when it is gone', async () => {
  const { seq } = (await log.declare(wish)).header
  expect(await log.saidAgain(seq, wish)).toBe('as well')
  now = better
  expect(await log.saidAgain(seq, wish)).toBe('better')
  const again = await log.replace(seq, wish)
  expect(await log.saidAgain(again.header.seq, wish)).toBe('as well')
  now = sketch
  expect(await log.saidAgain(again.header.seq, wish)).toBe('worse')
})

test('what is no declaration is not said', async () => {
  await expect(log.declare({ kind: 'intention', goal: 7 } as unknown as Declaration)).rejects.toThrow(InvalidBytesError)
  expect([await logs.entries(key.agent), announced]).toEqual([[], []])
})
