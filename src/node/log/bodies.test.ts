import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { AgentKey } from '../crypto/keys.ts'
import { encode } from '../schema/codec.ts'
import { createMemoryStore } from '../store/memory.ts'
import { StoreFullError, type Store } from '../store/store.ts'
import { encodeForkProof } from './fork-proof.ts'
import type { Entry, Logs } from './log.ts'
import { NOW, at, forge, intention, newKey, newLogs, standingClock } from './testing/logs.ts'

let key: AgentKey
let other: AgentKey
let third: AgentKey
beforeAll(async () => {
  ;[key, other, third] = await Promise.all([newKey(), newKey(), newKey()])
})

/** Appends elsewhere, and gives header and body to these logs. */
async function bring(logs: Logs, source: Logs, author: AgentKey, goal: string, expiry?: number): Promise<Entry> {
  const entry = await source.append(author, 'intention', intention(goal), expiry === undefined ? {} : { expiry })
  await logs.accept(entry.bytes)
  await logs.putBody(encode(entry.body), [{ author: author.agent, seq: entry.header.seq }])
  return entry
}

async function withdraw(logs: Logs, source: Logs, author: AgentKey, seq: number): Promise<Entry> {
  const body = { kind: 'withdrawal', seq }
  const entry = await source.append(author, 'withdrawal', body)
  await logs.accept(entry.bytes)
  await logs.putBody(encode(body), [{ author: author.agent, seq: entry.header.seq }])
  return entry
}

async function goals(logs: Logs): Promise<string[]> {
  const found: string[] = []
  for await (const { body } of logs.declared()) {
    if (typeof body === 'object' && body !== null && 'goal' in body) found.push(String(body.goal))
  }
  return found.sort()
}

describe('one body of several entries', () => {
  test('is kept for all that it fits, and told for each', async () => {
    const logs = newLogs()
    const [one, two] = [await newLogs().append(other, 'intention', intention('same')), await newLogs().append(third, 'intention', intention('same'))]
    const lie = await forge(key, { bodyHash: one.header.bodyHash, bodySize: 3 })
    for (const bytes of [one.bytes, two.bytes, lie]) await logs.accept(bytes)
    const heard: string[] = []
    logs.on('body', ({ author }) => heard.push(author))
    const of = [other, third, key].map(({ agent }) => ({ author: agent, seq: 1 }))
    expect(await logs.putBody(encode(intention('same')), of)).toEqual({ status: 'new' })
    expect(await logs.putBody(encode(intention('same')), of)).toEqual({ status: 'known' })
    expect(heard).toEqual([other.agent, third.agent])
    expect(await logs.body(key.agent, 1)).toBeNull()
  })

  test('stays until the last of them is dropped', async () => {
    const logs = newLogs()
    const entry = await bring(logs, newLogs(), other, 'same')
    await bring(logs, newLogs(), third, 'same')
    await logs.dropBody(other.agent, 1)
    expect(await logs.body(other.agent, 1)).toBeNull()
    expect(await logs.body(third.agent, 1)).toEqual(intention('same'))
    await logs.dropBody(third.agent, 1)
    expect(await logs.bodyBytes(entry.header.bodyHash)).toBeNull()
  })

  test('ours stays when another’s, the same, is let go', async () => {
    const clock = standingClock()
    const logs = newLogs({}, createMemoryStore(), clock)
    await logs.append(key, 'intention', intention('same'))
    const entry = await newLogs().append(other, 'intention', intention('same'), { expiry: NOW + 5 })
    await logs.accept(entry.bytes)
    expect(await logs.wanted(entry)).toBe(false)
    clock.set(NOW + 5)
    await logs.sweep()
    expect(await logs.body(other.agent, 1)).toBeNull()
    expect(await logs.body(key.agent, 1)).toEqual(intention('same'))
  })
})

describe('wanted', () => {
  test('until it is here', async () => {
    const logs = newLogs()
    const entry = await newLogs().append(other, 'intention', intention('one'))
    await logs.accept(entry.bytes)
    expect(await logs.wanted(entry)).toBe(true)
    await logs.putBody(encode(entry.body), [{ author: other.agent, seq: 1 }])
    expect(await logs.wanted(entry)).toBe(false)
  })

  test('not when it is here for another entry: then it is this one’s too', async () => {
    const logs = newLogs()
    await logs.append(key, 'intention', intention('same'))
    const entry = await newLogs().append(other, 'intention', intention('same'))
    await logs.accept(entry.bytes)
    const heard = vi.fn()
    logs.on('body', ({ author, body }) => void heard(author, body))
    expect(await logs.body(other.agent, 1)).toBeNull()
    expect(await logs.wanted(entry)).toBe(false)
    expect(heard.mock.calls).toEqual([[other.agent, intention('same')]])
    expect(await logs.body(other.agent, 1)).toEqual(intention('same'))
    await logs.wanted(entry)
    expect(heard).toHaveBeenCalledOnce()
  })

  test('not when it has lapsed, was withdrawn, or was dropped here', async () => {
    const clock = standingClock()
    const logs = newLogs({}, createMemoryStore(), clock)
    const source = newLogs()
    const lapsing = await source.append(other, 'intention', intention('one'), { expiry: NOW + 5 })
    const withdrawn = await source.append(other, 'intention', intention('two'))
    const dropped = await source.append(other, 'intention', intention('three'))
    for (const { bytes } of [lapsing, withdrawn, dropped]) await logs.accept(bytes)
    for (const entry of [lapsing, withdrawn, dropped]) expect(await logs.wanted(entry)).toBe(true)
    await withdraw(logs, source, other, 2)
    await logs.dropBody(other.agent, 3)
    clock.set(NOW + 5)
    for (const entry of [lapsing, withdrawn, dropped]) expect(await logs.wanted(entry)).toBe(false)
    for (const [seq, goal] of [[2, 'two'], [3, 'three']] as const) {
      expect(await logs.putBody(encode(intention(goal)), [{ author: other.agent, seq }])).toEqual({ status: 'unreferenced' })
    }
  })

  test('only what was said before can be withdrawn, and only one’s own', async () => {
    const logs = newLogs()
    const source = newLogs()
    const first = await source.append(other, 'intention', intention('one'))
    await logs.accept(first.bytes)
    await withdraw(logs, source, other, 3)
    await withdraw(logs, source, other, 0)
    await withdraw(logs, newLogs(), third, 1)
    const later = await source.append(other, 'intention', intention('late'))
    await logs.accept(later.bytes)
    for (const entry of [first, later]) expect(await logs.wanted(entry)).toBe(true)
  })

  test('not of an author who has forked its log', async () => {
    const logs = newLogs()
    const entry = await newLogs().append(other, 'intention', intention('one'))
    await logs.accept(entry.bytes)
    await logs.acceptFork(encodeForkProof(entry.bytes, await forge(other)))
    expect(await logs.wanted(entry)).toBe(false)
  })
})

describe('dropping', () => {
  test('deletes what an entry says for good, ours too, and leaves the log whole', async () => {
    const store = createMemoryStore()
    const logs = newLogs({}, store)
    const dropped = vi.fn()
    logs.on('dropped', dropped)
    const entry = await logs.append(key, 'contract', { kind: 'contract', secret: 'of two' })
    await logs.append(key, 'intention', intention('stays'))
    await logs.dropBody(key.agent, 1)
    expect(dropped.mock.calls).toEqual([[{ author: key.agent, seq: 1 }]])
    expect(await logs.body(key.agent, 1)).toBeNull()
    expect(await logs.bodyBytes(entry.header.bodyHash)).toBeNull()
    expect(await store.list('ownBodies')).toHaveLength(1)
    expect((await logs.headers(key.agent)).map(({ header }) => header.seq)).toEqual([1, 2])
    expect((await logs.append(key, 'intention', intention('more'))).header.seq).toBe(3)
    await logs.dropBody(key.agent, 99)
  })

  test('one of two of ours with the same body leaves the other', async () => {
    const logs = newLogs()
    for (let i = 0; i < 2; i++) await logs.append(key, 'intention', intention('again'))
    await logs.dropBody(key.agent, 1)
    expect((await logs.entries(key.agent)).map(({ body }) => body)).toEqual([null, intention('again')])
  })
})

describe('sweeping', () => {
  test('lets lapsed and withdrawn bodies of others go, and none of ours', async () => {
    const clock = standingClock()
    const store = createMemoryStore()
    const logs = newLogs({}, store, clock)
    const source = newLogs()
    await bring(logs, source, other, 'lapses', NOW + 5)
    await bring(logs, source, other, 'withdrawn')
    await bring(logs, source, other, 'stays')
    await withdraw(logs, source, other, 2)
    await logs.append(key, 'intention', intention('mine'), { expiry: NOW + 5 })
    await logs.append(key, 'withdrawal', { kind: 'withdrawal', seq: 1 })
    clock.set(NOW + 5)
    expect(await goals(logs)).toEqual(['stays', 'withdrawn'])
    const dropped: number[] = []
    logs.on('dropped', ({ seq }) => dropped.push(seq))
    expect(await logs.sweep()).toEqual({ bodies: 2, headers: 0 })
    expect(dropped.sort()).toEqual([1, 2])
    expect(await goals(logs)).toEqual(['stays'])
    expect(await logs.body(key.agent, 1)).toEqual(intention('mine'))
    expect((await logs.headers(other.agent)).length).toBe(4)
    const kept = (await store.list<{ bytes: Uint8Array }>('bodies')).map(([, { bytes }]) => bytes.length)
    expect(await store.get('settings', 'body-usage')).toMatchObject({ bytes: kept.reduce((a, b) => a + b, 0) })
  })

  test('forgets what was dropped when neither the entry nor its withdrawal is held', async () => {
    const store = createMemoryStore()
    const logs = newLogs({}, store)
    const source = newLogs()
    await bring(logs, source, other, 'one')
    await withdraw(logs, source, other, 1)
    await store.commit([{ put: 'dropped', key: `${third.agent}/0000000000000001`, value: { by: 2 } }])
    await logs.sweep()
    expect((await store.list('dropped')).map(([one]) => one)).toEqual([`${other.agent}/0000000000000001`])
  })
})

describe('room', () => {
  const size = encode(intention('x'.repeat(50))).length

  test('the oldest of others’ bodies go first, none of ours', async () => {
    const clock = standingClock()
    const store = createMemoryStore()
    const logs = newLogs({ maxBodyBytes: 3 * size }, store, clock)
    const source = newLogs()
    for (let i = 0; i < 9; i++) await logs.append(key, 'intention', intention(`${i}`.repeat(50)))
    for (const goal of ['a', 'b', 'c', 'd', 'e']) {
      clock.set(clock.now() + 1)
      await bring(logs, source, other, goal.repeat(50))
    }
    expect((await goals(logs)).map((goal) => goal[0]).join('')).toBe('012345678cde')
    expect(await store.get('settings', 'body-usage')).toMatchObject({ bytes: 3 * size })
    // it can come again
    const [first] = await logs.headers(other.agent)
    expect(await logs.wanted(at([first], 0))).toBe(true)
  })

  test('what is larger than all the room has none', async () => {
    const logs = newLogs({ maxBodyBytes: size - 1 })
    const { bytes, body } = await newLogs().append(other, 'intention', intention('x'.repeat(50)))
    await logs.accept(bytes)
    expect(await logs.putBody(encode(body), [{ author: other.agent, seq: 1 }])).toEqual({ status: 'full' })
  })

  test('a limit that was lowered is kept to by sweeping', async () => {
    const store = createMemoryStore()
    const before = newLogs({}, store)
    const source = newLogs()
    for (const goal of ['a', 'b', 'c']) await bring(before, source, other, goal.repeat(50))
    const logs = newLogs({ maxBodyBytes: size }, store)
    expect(await logs.sweep()).toEqual({ bodies: 2, headers: 0 })
    expect(await goals(logs)).toHaveLength(1)
  })

  test('on a device that is full, others’ bodies make room for what is ours and for headers, once', async () => {
    const store = createMemoryStore()
    let full = false
    const limited: Store = {
      ...store,
      async commit(operations, conditions) {
        const isRemoval = operations.some((operation) => 'delete' in operation)
        if (full && !isRemoval) throw new StoreFullError('no room')
        if (isRemoval) full = false
        return store.commit(operations, conditions)
      }
    }
    const logs = newLogs({}, limited)
    const source = newLogs()
    for (const goal of ['a', 'b', 'c']) await bring(logs, source, other, goal)
    full = true
    await logs.append(key, 'intention', intention('mine'))
    expect(await goals(logs)).toHaveLength(3)
    full = true
    expect((await logs.accept(await forge(third))).status).toBe('new')
    expect(await goals(logs)).toHaveLength(2)
    full = true
    await bring(logs, source, other, 'd')
    expect(await goals(logs)).toEqual(['d', 'mine'])
    full = true
    const { bytes, body } = await newLogs().append(third, 'intention', intention('last'))
    expect(bytes.length).toBeGreaterThan(0)
    expect(body).toEqual(intention('last'))
  })

  test('without others’ bodies a full device is told', async () => {
    const store = createMemoryStore({ maxBytes: 300 })
    const logs = newLogs({}, store)
    await expect(logs.append(key, 'intention', intention('x'.repeat(400)))).rejects.toThrow(StoreFullError)
  })
})
