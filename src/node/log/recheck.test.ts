/** Headers whose leaves are lies: refused on every way in, and thrown away if they were kept before. */
import { beforeAll, expect, test } from 'vitest'
import type { AgentKey } from '../crypto/keys.ts'
import { InvalidBytesError } from '../schema/codec.ts'
import type { Sketch } from '../schema/header.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/store.ts'
import { createLogs, type LeavesCheck, type Logs } from './log.ts'
import { apart, at, forge, held, intention, newKey, newLogs, standingClock } from './testing/logs.ts'

const sketch = (leaf: number): Sketch => [1, new Uint8Array(32), [leaf]]
const [TRUE, LIE] = [sketch(0), sketch(5)]

/** All bits are 0, and so is the leaf that they belong to. */
function leavesCheck(name = 'now') {
  let checked = 0
  const check: LeavesCheck = { name, fits: ([, , leaves]) => (checked++, leaves[0] === 0) }
  return { check, checked: () => checked }
}

const checking = (store: Store, leaves = leavesCheck().check): Logs => createLogs({ store, clock: standingClock(), leaves })

let keys: AgentKey[]
beforeAll(async () => {
  keys = await Promise.all(Array.from({ length: 4 }, newKey))
})

test('such a header is invalid', async () => {
  const logs = checking(createMemoryStore())
  expect(await logs.accept(await forge(at(keys, 0), { sketch: LIE }))).toMatchObject({ status: 'invalid' })
  expect((await logs.accept(await forge(at(keys, 0), { sketch: TRUE }))).status).toBe('new')
})

test('a file with such a header is refused as a whole', async () => {
  const elsewhere = newLogs()
  const [key] = keys as [AgentKey]
  await elsewhere.append(key, 'intention', intention('true'), { sketch: TRUE })
  await elsewhere.append(key, 'intention', intention('a lie'), { sketch: LIE })
  const logs = checking(createMemoryStore())
  await expect(logs.importLog(elsewhere.exportLog(key.agent))).rejects.toThrow(InvalidBytesError)
  expect(await logs.head(key.agent)).toBeNull()
})

test('what was kept before it could be checked goes, once, and ours stays', async () => {
  const store = createMemoryStore()
  const before = newLogs({}, store)
  const [own, mixed, liar, honest] = keys as [AgentKey, AgentKey, AgentKey, AgentKey]
  const [low, middle, high] = apart(3) as [number, number, number]
  await before.append(own, 'intention', intention('ours'), { sketch: LIE })
  for (const [seq, of] of [[low, TRUE], [middle, LIE], [high, LIE]] as const) await before.accept(await forge(mixed, { seq, sketch: of }))
  await before.accept(await forge(liar, { sketch: LIE }))
  await before.accept(await forge(honest))

  const { check, checked } = leavesCheck()
  const logs = checking(store, check)
  await logs.ready()
  expect(await held(logs, mixed.agent)).toEqual([low])
  expect(await logs.head(liar.agent)).toBeNull()
  expect(await held(logs, honest.agent)).toEqual([1])
  expect(await held(logs, own.agent)).toEqual([1])
  expect(logs.index.size).toBe(3)
  expect((await store.get<{ headers: number }>('settings', 'log-usage'))?.headers).toBe(2)

  const looked = checked()
  expect(looked).toBe(4)
  await checking(store, check).ready()
  expect(checked()).toBe(looked)
  // another codebook, another look
  await checking(store, { ...check, name: 'later' }).ready()
  expect(checked()).toBe(looked + 1)
})
