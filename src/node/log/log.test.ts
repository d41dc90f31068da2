import fc from 'fast-check'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { digest } from '../crypto/hash.ts'
import type { AgentKey } from '../crypto/keys.ts'
import { MAX_CLOCK_SKEW_MS, encode } from '../schema/codec.ts'
import { MAX_BODY_BYTES, type Sketch } from '../schema/header.ts'
import { createMemoryStore } from '../store/memory.ts'
import { StoreFullError, type Store } from '../store/store.ts'
import { encodeForkProof } from './fork-proof.ts'
import { encodeHeader, verifyHeader, type HeaderFields } from './header.ts'
import { BodyError, ForkedLogError, LogBusyError, createLogs, type Logs } from './log.ts'
import { NOW, at, foreignLog, forge, held, intention, newKey, newLogs, standingClock } from './testing/logs.ts'

const now = NOW

let key: AgentKey
let other: AgentKey
beforeAll(async () => {
  key = await newKey()
  other = await newKey()
})

async function statuses(logs: Logs, headers: Uint8Array[]): Promise<string[]> {
  const found: string[] = []
  for (const bytes of headers) found.push((await logs.accept(bytes)).status)
  return found
}

/** That a log as it is held is what a log should be, and whole. */
async function expectSound(logs: Logs, author: string, length: number): Promise<void> {
  expect(await held(logs, author)).toEqual(Array.from({ length }, (_, i) => i + 1))
  for (const { header } of await logs.headers(author)) expect(await verifyHeader(header)).toBe(true)
}

describe('append', () => {
  test('chains entries from sequence number 1', async () => {
    const logs = newLogs()
    const first = await logs.append(key, 'intention', intention('one'))
    const second = await logs.append(key, 'intention', intention('two'), { expiry: now + 1000 })
    expect(first.header.seq).toBe(1)
    expect(first.header.previous).toBeNull()
    expect(second.header.previous).toEqual(first.hash)
    expect(second.header.expiry).toBe(now + 1000)
    await expectSound(logs, key.agent, 2)
    expect(await logs.entries(key.agent)).toEqual([first, second])
    expect(await logs.body(key.agent, 2)).toEqual(intention('two'))
    expect(await logs.authors()).toEqual([[key.agent, 2]])
  })

  test('commits to the body by its hash and size', async () => {
    const logs = newLogs()
    const { header } = await logs.append(key, 'intention', intention('one'))
    const bytes = encode(intention('one'))
    expect(header.bodySize).toBe(bytes.length)
    expect(header.bodyHash).toEqual(await digest(bytes))
    expect(await logs.bodyBytes(header.bodyHash)).toEqual(bytes)
  })

  test('carries a sketch', async () => {
    const logs = newLogs()
    const sketch: Sketch = [1, new Uint8Array(32).fill(5), [3, 1]]
    await logs.append(key, 'intention', intention('one'), { sketch })
    expect((await logs.header(key.agent, 1))?.header.sketch).toEqual(sketch)
  })

  test('writes what belongs to the entry in the same commit, or nothing at all', async () => {
    const store = createMemoryStore()
    const logs = newLogs({}, store)
    await logs.append(key, 'intention', intention('one'), {
      also: async ({ header }) => ({
        operations: [{ put: 'tasks', key: 'task', value: { entry: header.seq } }],
        conditions: [{ absent: 'tasks', key: 'task' }]
      })
    })
    expect(await store.get('tasks', 'task')).toEqual({ entry: 1 })

    const refused = logs.append(key, 'intention', intention('two'), {
      also: async () => {
        throw new RangeError('the task is over')
      }
    })
    await expect(refused).rejects.toThrow('the task is over')
    await expectSound(logs, key.agent, 1)
  })

  test('asks anew what belongs to the entry when its condition did not hold', async () => {
    const store = createMemoryStore()
    const logs = newLogs({}, store)
    await store.commit([{ put: 'tasks', key: 'task', value: { revision: 2 } }])
    const guesses = [1, 2]
    await logs.append(key, 'intention', intention('one'), {
      also: async ({ header }) => ({
        operations: [{ put: 'tasks', key: 'task', value: { revision: 3, entry: header.seq } }],
        conditions: [{ revision: 'tasks', key: 'task', is: guesses.shift() ?? 0 }]
      })
    })
    expect(await store.get('tasks', 'task')).toEqual({ revision: 3, entry: 1 })
    expect(guesses).toEqual([])
  })

  test('refuses a body that is too large, of another kind, or not plain, and writes nothing', async () => {
    const logs = newLogs()
    const large = intention('x'.repeat(MAX_BODY_BYTES))
    await expect(logs.append(key, 'intention', large)).rejects.toThrow(BodyError)
    await expect(logs.append(key, 'capability', intention('x'))).rejects.toThrow(BodyError)
    await expect(logs.append(key, 'intention', 'text')).rejects.toThrow(BodyError)
    await expect(logs.append(key, 'intention', { kind: 'intention', when: new Date() })).rejects.toThrow()
    expect(await logs.authors()).toEqual([])
  })

  test('a body of exactly 1 MiB fits', async () => {
    const logs = newLogs()
    const empty = encode(intention('x'.repeat(1_000_000))).length
    const body = intention('x'.repeat(1_000_000 + MAX_BODY_BYTES - empty))
    const { header } = await logs.append(key, 'intention', body)
    expect(header.bodySize).toBe(MAX_BODY_BYTES)
  })

  test('tells listeners until they leave', async () => {
    const logs = newLogs()
    const heard: number[] = []
    const stop = logs.on('appended', ({ header }) => heard.push(header.seq))
    await logs.append(key, 'intention', intention('one'))
    stop()
    await logs.append(key, 'intention', intention('two'))
    expect(heard).toEqual([1])
  })

  test('a store that is full is told, and the log stays as it was', async () => {
    const store = createMemoryStore({ maxBytes: 2000 })
    const logs = newLogs({}, store)
    const first = await logs.append(key, 'intention', intention('one'))
    await expect(logs.append(key, 'intention', intention('x'.repeat(3000)))).rejects.toThrow(StoreFullError)
    expect(await logs.entries(key.agent)).toEqual([first])
    expect((await logs.append(key, 'intention', intention('two'))).header.previous).toEqual(first.hash)
  })

  test('runs inside the lock, one for each log', async () => {
    const held: string[] = []
    const logs = createLogs({
      store: createMemoryStore(),
      clock: standingClock(),
      lock: async (name, task) => {
        held.push(name)
        return task()
      }
    })
    await logs.append(key, 'intention', intention('one'))
    expect(held).toEqual([`starling-log-${key.agent}`])
  })

  test('gives up, and says so, when others are always faster', async () => {
    const store = createMemoryStore()
    const logs = newLogs({}, { ...store, commit: async () => false })
    await expect(logs.append(key, 'intention', intention('one'))).rejects.toThrow(LogBusyError)
  })

  test('property: however many writers interleave however, the log never forks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 12 }),
        async (scheduler, writers) => {
          const store = createMemoryStore()
          // each read and each commit waits for its turn, and the turns are what fast-check shuffles
          const slow: Store = {
            ...store,
            async get<T>(...args: Parameters<Store['get']>) {
              return scheduler.schedule(store.get<T>(...args))
            },
            async commit(...args) {
              await scheduler.schedule(Promise.resolve())
              return store.commit(...args)
            }
          }
          const tabs = [0, 1, 2, 3].map(() => newLogs({}, slow))
          const appends = Promise.all(
            writers.map((tab, i) => at(tabs, tab).append(key, 'intention', intention(`from ${tab}: ${i}`)))
          )
          const entries = await scheduler.waitFor(appends)
          const seqs = entries.map(({ header }) => header.seq).sort((a, b) => a - b)
          expect(seqs).toEqual(writers.map((_, i) => i + 1))
          const plain = newLogs({}, store)
          await expectSound(plain, key.agent, writers.length)
          expect(await plain.forked(key.agent)).toBeNull()
        }
      ),
      { numRuns: 40 }
    )
  })
})

describe('accept', () => {
  test('keeps a log header by header, and knows what it has', async () => {
    const entries = await foreignLog(3, other)
    const logs = newLogs()
    const accepted = vi.fn()
    logs.on('accepted', ({ header }) => void accepted(header.seq))
    expect(await statuses(logs, entries.map((e) => e.bytes))).toEqual(['new', 'new', 'new'])
    expect(await statuses(logs, entries.map((e) => e.bytes))).toEqual(['known', 'known', 'known'])
    expect(accepted.mock.calls).toEqual([[1], [2], [3]])
    await expectSound(logs, other.agent, 3)
    expect((await logs.entries(other.agent)).map(({ body }) => body)).toEqual([null, null, null])
  })

  test('headers that come at once are sorted out together', async () => {
    const entries = await foreignLog(20, other)
    const logs = newLogs()
    const verdicts = await Promise.all([...entries].reverse().map(({ bytes }) => logs.accept(bytes)))
    expect(new Set(verdicts.map(({ status }) => status)).has('invalid')).toBe(false)
    await Promise.all([...entries].reverse().map(({ bytes }) => logs.accept(bytes)))
    await expectSound(logs, other.agent, 20)
  })

  test('refuses what is not a header, or not signed by its author', async () => {
    const logs = newLogs()
    const [entry] = await foreignLog(1, other)
    const unsigned = encodeHeader({ ...at([entry], 0).header, signature: new Uint8Array(64) })
    for (const bytes of [new Uint8Array(), new Uint8Array(321), encode({ a: 1 }), unsigned]) {
      expect((await logs.accept(bytes)).status).toBe('invalid')
    }
    expect(await logs.authors()).toEqual([])
  })

  test('an unsigned header is no fork', async () => {
    const entries = await foreignLog(3, other)
    const logs = newLogs()
    await logs.accept(at(entries, 0).bytes)
    for (const header of [at(entries, 2).header, { ...at(entries, 0).header, time: 1 }]) {
      const bytes = encodeHeader({ ...header, signature: new Uint8Array(64) })
      expect((await logs.accept(bytes)).status).toBe('invalid')
    }
    expect(await logs.forked(other.agent)).toBeNull()
  })

  test('refuses a header from the future, and takes it when its time has come', async () => {
    const clock = standingClock()
    const logs = newLogs({}, createMemoryStore(), clock)
    const soon = await forge(other, { time: now + MAX_CLOCK_SKEW_MS + 1 })
    expect(await logs.accept(soon)).toEqual({ status: 'future', author: other.agent })
    clock.set(NOW + 1)
    expect((await logs.accept(soon)).status).toBe('new')
  })

  test('the buffer that a header came in may be used again', async () => {
    const [entry] = await foreignLog(1, other)
    const logs = newLogs()
    // Node's own kind of buffer, whose slice is no copy
    const buffer = Buffer.from(at([entry], 0).bytes)
    const accepting = logs.accept(buffer)
    buffer.fill(0)
    expect((await accepting).status).toBe('new')
    expect((await logs.header(other.agent, 1))?.bytes).toEqual(at([entry], 0).bytes)
  })

  test('property: shuffled, repeated and corrupted deliveries leave a sound log', async () => {
    const entries = await foreignLog(8, other)
    const delivery = fc.record({
      index: fc.integer({ min: 0, max: entries.length - 1 }),
      corrupt: fc.option(fc.record({ at: fc.nat(), xor: fc.integer({ min: 1, max: 255 }) }), { freq: 3 })
    })
    await fc.assert(
      fc.asyncProperty(fc.array(delivery, { maxLength: 40 }), fc.boolean(), async (deliveries, together) => {
        const logs = newLogs()
        const deliver = async ({ index, corrupt }: (typeof deliveries)[number]) => {
          const bytes = at(entries, index).bytes.slice()
          if (corrupt) {
            const i = corrupt.at % bytes.length
            bytes[i] = (bytes[i] ?? 0) ^ corrupt.xor
          }
          const { status } = await logs.accept(bytes)
          if (corrupt) expect(status).toBe('invalid')
          else expect(['new', 'known']).toContain(status)
        }
        if (together) await Promise.all(deliveries.map(deliver))
        else for (const one of deliveries) await deliver(one)
        await held(logs, other.agent)

        for (const { bytes } of entries) await logs.accept(bytes)
        await expectSound(logs, other.agent, entries.length)
        expect(await logs.forked(other.agent)).toBeNull()
      }),
      { numRuns: 40 }
    )
  })

  test('several tabs that accept the same headers at once keep them once', async () => {
    const entries = await foreignLog(10, other)
    const store = createMemoryStore()
    const tabs = [newLogs({}, store), newLogs({}, store), newLogs({}, store)]
    const verdicts = await Promise.all(
      tabs.map(async (logs) => {
        const found: string[] = []
        for (const { bytes } of entries) found.push((await logs.accept(bytes)).status)
        return found
      })
    )
    for (let i = 0; i < entries.length; i++) {
      expect(verdicts.filter((found) => found[i] === 'new')).toHaveLength(1)
    }
    await expectSound(newLogs({}, store), other.agent, 10)
    expect(await store.get('settings', 'log-usage')).toMatchObject({ headers: 10 })
  })

  test('two tabs that accept headers of two authors at once count both', async () => {
    const store = createMemoryStore()
    // neither commits before both have read
    let open = () => {}
    const both = new Promise<void>((resolve) => (open = resolve))
    let arrived = 0
    const commit: Store['commit'] = async (operations, conditions) => {
      if (++arrived === 2) open()
      await both
      return store.commit(operations, conditions)
    }
    const verdicts = await Promise.all(
      [key, other].map(async (author) => newLogs({}, { ...store, commit }).accept(await forge(author, {})))
    )
    expect(verdicts.map(({ status }) => status)).toEqual(['new', 'new'])
    expect(await store.get('settings', 'log-usage')).toMatchObject({ headers: 2 })
  })
})

describe('forks', () => {
  test('two headers with one sequence number prove one, and end the log', async () => {
    const entries = await foreignLog(3, other)
    const logs = newLogs()
    const forks = vi.fn()
    logs.on('fork', forks)
    await statuses(logs, entries.slice(0, 2).map((e) => e.bytes))
    const branch = await forge(other, { seq: 2, previous: at(entries, 0).hash })
    expect(await logs.accept(branch)).toMatchObject({ status: 'fork', author: other.agent })
    expect(await logs.forked(other.agent)).toEqual(encodeForkProof(at(entries, 1).bytes, branch))
    expect(forks.mock.calls).toEqual([[{ author: other.agent, proof: await logs.forked(other.agent) }]])

    expect((await logs.accept(at(entries, 2).bytes)).status).toBe('fork')
    expect((await logs.accept(branch)).status).toBe('fork')
    expect((await logs.accept(at(entries, 1).bytes)).status).toBe('known')
    expect(forks).toHaveBeenCalledOnce()
    await expectSound(logs, other.agent, 2)
  })

  test('a header on top of one that is not ours proves one too', async () => {
    const entries = await foreignLog(2, other)
    const logs = newLogs()
    await logs.accept(at(entries, 0).bytes)
    const branch = await forge(other, { seq: 2, previous: new Uint8Array(32).fill(7) })
    expect((await logs.accept(branch)).status).toBe('fork')
    expect(await logs.forked(other.agent)).toEqual(encodeForkProof(at(entries, 0).bytes, branch))
  })

  test('both branches at once: the first is kept, the second is the proof', async () => {
    const logs = newLogs()
    const [one, two] = [await forge(other, { bodySize: 1 }), await forge(other, { bodySize: 2 })]
    const verdicts = await Promise.all([logs.accept(one), logs.accept(two)])
    expect(verdicts.map(({ status }) => status).sort()).toEqual(['fork', 'new'])
    expect(await logs.forked(other.agent)).not.toBeNull()
  })

  test("one author's fork is nobody else's, and nobody can make it for another", async () => {
    const [mine] = await foreignLog(1, key)
    const logs = newLogs()
    await logs.accept(at([mine], 0).bytes)
    const blame = encodeHeader({ ...at([mine], 0).header, time: 5 })
    expect((await logs.accept(blame)).status).toBe('invalid')
    await logs.accept(await forge(other, { bodySize: 1 }))
    await logs.accept(await forge(other, { bodySize: 2 }))
    expect(await logs.forked(other.agent)).not.toBeNull()
    expect(await logs.forked(key.agent)).toBeNull()
  })

  test('our own log, once forked, takes no more entries', async () => {
    const logs = newLogs()
    await logs.append(key, 'intention', intention('one'))
    expect((await logs.accept(await forge(key, {}))).status).toBe('fork')
    await expect(logs.append(key, 'intention', intention('two'))).rejects.toThrow(ForkedLogError)
    await expectSound(logs, key.agent, 1)
  })
})

describe('limits', () => {
  test('all of them together too, in one batch or in many, and our own log is not counted', async () => {
    for (const together of [false, true]) {
      const logs = newLogs({ maxHeaders: 3 })
      for (let i = 0; i < 5; i++) await logs.append(key, 'intention', intention(`${i}`))
      const headers: Uint8Array[] = []
      for (let i = 0; i < 5; i++) headers.push(await forge(await newKey(), {}))
      const found = together
        ? (await Promise.all(headers.map((bytes) => logs.accept(bytes)))).map(({ status }) => status)
        : await statuses(logs, headers)
      expect(found.filter((status) => status === 'new')).toHaveLength(3)
      expect(found.filter((status) => status === 'full')).toHaveLength(2)
      expect((await logs.append(key, 'intention', intention('more'))).header.seq).toBe(6)
    }
  })

  test('so many may wait', async () => {
    const entries = await foreignLog(3, other)
    const logs = newLogs({ maxWaiting: 2 })
    const verdicts = await Promise.all(entries.map(({ bytes }) => logs.accept(bytes)))
    expect(verdicts.map(({ status }) => status)).toEqual(['new', 'new', 'busy'])
    expect((await logs.accept(at(entries, 2).bytes)).status).toBe('new')
  })

  test('a store that fails is told to whoever asked, and the next header is looked at again', async () => {
    const [entry] = await foreignLog(1, other)
    const store = createMemoryStore()
    const commit = vi.fn(store.commit).mockRejectedValueOnce(new StoreFullError('no room'))
    const logs = newLogs({}, { ...store, commit })
    await expect(logs.accept(at([entry], 0).bytes)).rejects.toThrow(StoreFullError)
    expect((await logs.accept(at([entry], 0).bytes)).status).toBe('new')
  })
})

describe('bodies', () => {
  const goal = intention('goal 1')

  test('is kept when it is what a header says, once', async () => {
    const [entry] = await foreignLog(1, other)
    const { bytes } = at([entry], 0)
    const logs = newLogs()
    const heard = vi.fn()
    logs.on('body', ({ author, header: { seq }, body }) => void heard(author, seq, body))
    expect(await logs.putBody(encode(goal), [{ author: other.agent, seq: 1 }])).toEqual({ status: 'unreferenced' })
    await logs.accept(bytes)
    expect(await logs.body(other.agent, 1)).toBeNull()
    expect(await logs.putBody(encode(goal), [{ author: other.agent, seq: 1 }])).toEqual({ status: 'new' })
    expect(await logs.putBody(encode(goal), [{ author: other.agent, seq: 1 }])).toEqual({ status: 'known' })
    expect(await logs.body(other.agent, 1)).toEqual(goal)
    expect(heard.mock.calls).toEqual([[other.agent, 1, goal]])
  })

  test('is refused when it has another hash, size or kind, or is too large or not DAG-CBOR', async () => {
    const logs = newLogs()
    const offer = async (bytes: Uint8Array, fields: Partial<HeaderFields> = {}) => {
      const author = await newKey()
      const bodyHash = await digest(bytes)
      await logs.accept(await forge(author, { bodyHash, bodySize: Math.min(bytes.length, MAX_BODY_BYTES), ...fields }))
      return (await logs.putBody(bytes, [{ author: author.agent, seq: 1 }])).status
    }
    expect(await offer(encode(goal), { bodySize: 1 })).toBe('invalid')
    expect(await offer(encode(intention('a')), { kind: 'capability' })).toBe('invalid')
    expect(await offer(new TextEncoder().encode('{"kind":"intention"}'))).toBe('invalid')
    expect(await offer(encode(['intention']))).toBe('invalid')
    expect(await offer(encode(intention('x'.repeat(MAX_BODY_BYTES))))).toBe('invalid')
    // the lie of one author does not keep the body from another, who tells the truth
    expect(await offer(encode(goal))).toBe('new')
  })

  test('an entry whose header lies about a body that is here has none', async () => {
    const logs = newLogs()
    const { header } = await logs.append(key, 'intention', goal)
    await logs.accept(await forge(other, { bodyHash: header.bodyHash, bodySize: 1 }))
    expect(await logs.body(other.agent, 1)).toBeNull()
  })

  test('a private body stays private, even if a stranger calls its hash a capability', async () => {
    const logs = newLogs()
    const secret = { kind: 'contract', contract: 'of two' }
    const { header } = await logs.append(key, 'contract', secret)
    const bait = await forge(other, { kind: 'capability', bodyHash: header.bodyHash, bodySize: header.bodySize })
    expect((await logs.accept(bait)).status).toBe('new')
    expect(await logs.publicBody(header.bodyHash)).toBeNull()
    expect(await logs.body(other.agent, 1)).toBeNull()
    expect(await logs.bodyBytes(header.bodyHash)).toEqual(encode(secret))

    const open = await logs.append(key, 'intention', goal)
    expect(await logs.publicBody(open.header.bodyHash)).toEqual({ bytes: encode(goal) })
    expect(await logs.publicBody(new Uint8Array(32))).toBeNull()
  })
})

describe('reading', () => {
  test('in pages, and nothing of an author whose name another one starts with', async () => {
    const entries = await foreignLog(5, other)
    const logs = newLogs()
    await statuses(logs, entries.map((e) => e.bytes))
    const seqs = async (page: { after?: number; limit?: number }) =>
      (await logs.headers(other.agent, page)).map(({ header }) => header.seq)
    expect(await seqs({ limit: 2 })).toEqual([1, 2])
    expect(await seqs({ after: 2, limit: 2 })).toEqual([3, 4])
    expect(await seqs({ after: 5 })).toEqual([])
    expect((await logs.entries(other.agent, { after: 4 })).map(({ header }) => header.seq)).toEqual([5])
    expect(await logs.headers(other.agent.slice(0, -1))).toEqual([])
    expect(await logs.header(other.agent, 9)).toBeNull()
    expect(await logs.body(other.agent, 9)).toBeNull()
  })

  test('authors in pages', async () => {
    const logs = newLogs()
    const authors: string[] = []
    for (let i = 0; i < 5; i++) {
      const author = await newKey()
      authors.push(author.agent)
      await logs.accept(await forge(author, {}))
    }
    authors.sort()
    const first = await logs.authors({ limit: 3 })
    const rest = await logs.authors({ after: first.at(-1)?.[0] ?? '', limit: 3 })
    expect([...first, ...rest]).toEqual(authors.map((author) => [author, 1]))
  })
})
