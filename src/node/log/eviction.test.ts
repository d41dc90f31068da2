/** Whole logs that make room: floods of strangers, heads that go and come again, two tabs that do so at once. */
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { AgentKey } from '../crypto/keys.ts'
import { createVerifier, type Verifier } from '../crypto/verifier.ts'
import { MAX_CLOCK_SKEW_MS } from '../schema/codec.ts'
import { createMemoryStore } from '../store/memory.ts'
import { StoreFullError, type Store } from '../store/store.ts'
import { encodeForkProof } from './fork-proof.ts'
import { createLogs, type Logs } from './log.ts'
import type { HeadRecord } from './records.ts'
import { NOW, apart, at, forge, held, intention, newKey, newLogs, standingClock } from './testing/logs.ts'

let keys: AgentKey[]
beforeAll(async () => {
  keys = await Promise.all(Array.from({ length: 40 }, newKey))
})

const status = async (logs: Logs, bytes: Uint8Array) => (await logs.accept(bytes)).status

/** That two agree with each other and with the store on all that is held, once each has looked at each log. */
async function expectAgreement(store: Store, tabs: readonly Logs[], authors: readonly AgentKey[]): Promise<void> {
  const again = newLogs({}, store)
  await again.ready()
  let count = 0
  for (const { agent } of authors) {
    const seqs = await held(again, agent)
    count += seqs.length
    for (const tab of tabs) expect(await held(tab, agent)).toEqual(seqs)
    const head = await store.get<HeadRecord>('heads', agent)
    expect(head !== undefined).toBe(seqs.length > 0 || (await again.forked(agent)) !== null)
  }
  expect(again.index.size).toBe(count)
  expect((await store.get<{ headers: number }>('settings', 'log-usage'))?.headers ?? 0).toBe(count)
}

describe('a flood of one-header logs', () => {
  test('keeps a newcomer out only until its clock is past the newest of them', async () => {
    const clock = standingClock()
    const store = createMemoryStore()
    const logs = newLogs({ maxHeaders: 16 }, store, clock)
    const sybils = keys.slice(0, 30)
    // as far in the future as is believed
    for (const [i, one] of sybils.entries()) await logs.accept(await forge(one, { time: NOW + MAX_CLOCK_SKEW_MS - 30 + i }))
    const honest = at(keys, 39)
    expect(await status(logs, await forge(honest, { time: NOW }))).toBe('full')
    clock.set(NOW + MAX_CLOCK_SKEW_MS + 1)
    expect(await status(logs, await forge(honest, { time: clock.now() }))).toBe('new')
    expect((await store.list('heads')).length).toBe(16)
    await expectAgreement(store, [logs], keys)
  })

  test('property: whoever writes later than all of them has a place, and heads are no more than headers', async () => {
    const flood = fc.array(fc.record({ who: fc.nat(37), age: fc.integer({ min: 1, max: 60 }) }), { minLength: 1, maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(flood, fc.integer({ min: 1, max: 12 }), fc.boolean(), async (offers, maxHeaders, together) => {
        const store = createMemoryStore()
        const logs = newLogs({ maxHeaders }, store)
        const seen = new Map(offers.map(({ who, age }) => [who, age]))
        const headers = await Promise.all([...seen].map(([who, age]) => forge(at(keys, who), { time: NOW - age })))
        if (together) await Promise.all(headers.map((bytes) => logs.accept(bytes)))
        else for (const bytes of headers) await logs.accept(bytes)
        expect(await status(logs, await forge(at(keys, 38), { time: NOW }))).toBe('new')
        expect((await store.list('heads')).length).toBe(logs.index.size)
        expect(logs.index.size).toBeLessThanOrEqual(maxHeaders)
        await expectAgreement(store, [logs], keys)
      }),
      { seed: 31, numRuns: 60 }
    )
  })

  test('leaves our own log and the marks of forked ones', async () => {
    const store = createMemoryStore()
    const logs = newLogs({ maxHeaders: 2, settledShare: 0 }, store)
    const [own, forked] = [at(keys, 0), at(keys, 1)]
    await logs.append(own, 'intention', intention('mine'))
    const [one, other] = [await forge(forked, { time: NOW - 29 }), await forge(forked, { time: NOW - 29, bodySize: 3 })]
    await logs.accept(one)
    await logs.accept(other)
    for (const [i, key] of keys.slice(2, 12).entries()) expect(await status(logs, await forge(key, { time: NOW - 20 + i }))).toBe('new')
    expect(await held(logs, own.agent)).toEqual([1])
    expect(await held(logs, forked.agent)).toEqual([])
    expect(await logs.head(forked.agent)).toBeNull()
    expect(await status(logs, await forge(forked, { seq: 5, time: NOW + 99 }))).toBe('fork')
    expect(await status(newLogs({}, store), await forge(forked, { seq: 5, time: NOW + 99 }))).toBe('fork')
    expect((await store.list('heads')).length).toBe(4)
  })
})

describe('an author that went and comes again', () => {
  test('in another tab: what that one remembers of the log before is not taken for what there is', async () => {
    const store = createMemoryStore()
    const tabs = [newLogs({ maxHeaders: 1 }, store), newLogs({ maxHeaders: 1 }, store)] as const
    await Promise.all(tabs.map((tab) => tab.ready()))
    const [a, b] = [at(keys, 0), at(keys, 1)]
    const [low, high] = apart(2) as [number, number]
    await tabs[1].accept(await forge(a, { seq: high, time: NOW - 9 }))
    // gone, and there again with another header: as many as before
    await tabs[0].accept(await forge(b, { time: NOW - 8 }))
    await tabs[0].accept(await forge(a, { seq: low, time: NOW - 7 }))
    expect(await status(tabs[1], await forge(a, { seq: low, time: NOW - 7, bodySize: 5 }))).toBe('fork')
    await expectAgreement(store, tabs, [a, b])
    expect(tabs[1].index.size).toBe(1)
  })

  test('has no revision that it had before', async () => {
    const store = createMemoryStore()
    const logs = newLogs({ maxHeaders: 1 }, store)
    const [a, b] = [at(keys, 0), at(keys, 1)]
    const seen = new Set<number>()
    for (let i = 0; i < 6; i++) {
      expect(await status(logs, await forge(i % 2 === 0 ? a : b, { time: NOW - 9 + i }))).toBe('new')
      const head = await store.get<HeadRecord>('heads', i % 2 === 0 ? a.agent : b.agent)
      expect(seen.has(head?.revision ?? 0)).toBe(false)
      seen.add(head?.revision ?? 0)
    }
    // the first entry that is appended here makes the log ours; another tab may remember the one that came from elsewhere
    await logs.append(b, 'intention', intention('mine'))
    await logs.append(a, 'intention', intention('mine'))
    for (const { agent } of [a, b]) expect(seen.has((await store.get<HeadRecord>('heads', agent))?.revision ?? 0)).toBe(false)
  })

  test('property: two tabs that take, let go and append in whatever order agree in the end', async () => {
    const few = keys.slice(0, 5)
    const forged = new Map<string, Promise<Uint8Array>>()
    const step = fc.record({
      tab: fc.nat(1),
      author: fc.nat(4),
      seq: fc.constantFrom(...apart(4)),
      age: fc.integer({ min: 0, max: 9 }),
      append: fc.nat(9).map((n) => n === 0)
    })
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 2, maxLength: 16 }), async (scheduler, steps) => {
        const store = createMemoryStore()
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
        const limits = { maxHeaders: 3, maxHeadersPerAuthor: 2 }
        const clock = standingClock()
        const tabs = [newLogs(limits, slow, clock), newLogs(limits, slow, clock)] as const
        const own = at(keys, 9)
        await scheduler.waitFor(
          Promise.all(
            steps.map(async ({ tab, author, seq, age, append }, i) => {
              if (append) return at(tabs, tab).append(own, 'intention', intention(`${i}`))
              const name = `${author}/${seq}`
              const bytes = forged.get(name) ?? forge(at(few, author), { seq, time: NOW - age })
              forged.set(name, bytes)
              return at(tabs, tab).accept(await bytes)
            })
          )
        )
        const appended = steps.filter(({ append }) => append).length
        const again = newLogs({}, store)
        expect(await held(again, own.agent)).toEqual(Array.from({ length: appended }, (_, i) => i + 1))
        let count = 0
        for (const { agent } of few) {
          const seqs = await held(again, agent)
          count += seqs.length
          expect((await store.get('heads', agent)) === undefined).toBe(seqs.length === 0)
          expect(await again.forked(agent)).toBeNull()
        }
        expect(count).toBeLessThanOrEqual(3)
        expect((await store.get<{ headers: number }>('settings', 'log-usage'))?.headers ?? 0).toBe(count)
        clock.set(NOW + 9)
        // each tab, once it has taken one more header of an author, knows of it what there is
        for (const [n, tab] of tabs.entries()) {
          const late = await forge(at(few, n), { seq: 1000, time: NOW + 1 + n })
          expect((await scheduler.waitFor(tab.accept(late))).status).toBe('new')
          const seqs = await held(newLogs({}, store), at(few, n).agent)
          const known: number[] = []
          tab.index.select((item) => (item.author === at(few, n).agent && known.push(item.seq), false))
          expect(known.sort((one, other) => one - other)).toEqual(seqs)
        }
      }),
      { seed: 32, numRuns: 80 }
    )
  })
})

test('when a log came first is kept with it, whatever comes of it later', async () => {
  const store = createMemoryStore()
  const logs = newLogs({}, store)
  const cameOf = async (key: AgentKey) => (await store.get<HeadRecord>('heads', key.agent))?.came
  const [one, other] = [at(keys, 0), at(keys, 1)]
  const [low, high] = apart(2) as [number, number]
  await logs.accept(await forge(one, { seq: low }))
  const came = await cameOf(one)
  await logs.accept(await forge(other))
  await newLogs({}, store).accept(await forge(one, { seq: high }))
  expect(await cameOf(one)).toBe(came)
  expect(await cameOf(other)).toBeGreaterThan(came ?? Infinity)
})

test('a replayed fork proof costs no signature', async () => {
  let checked = 0
  const real = createVerifier()
  const verifier: Verifier = { verify: (batch) => ((checked += batch.length), real.verify(batch)) }
  const logs = createLogs({ store: createMemoryStore(), clock: standingClock(), verifier })
  const author = at(keys, 0)
  const [one, other] = [await forge(author), await forge(author, { bodySize: 3 })]
  const proof = encodeForkProof(one, other)
  expect((await logs.acceptFork(proof)).status).toBe('new')
  expect(checked).toBe(2)
  for (let i = 0; i < 3; i++) expect(await logs.acceptFork(proof)).toEqual({ status: 'known', author: author.agent })
  expect((await logs.acceptFork(encodeForkProof(one, await forge(author, { bodySize: 4 })))).status).toBe('known')
  expect((await logs.acceptFork(proof.subarray(1))).status).toBe('invalid')
  expect(checked).toBe(2)
})

test('so many proofs may wait', async () => {
  const logs = newLogs({ maxWaiting: 2 })
  const proofs = await Promise.all(keys.slice(0, 3).map(async (one) => encodeForkProof(await forge(one), await forge(one, { bodySize: 3 }))))
  const verdicts = await Promise.all(proofs.map((proof) => logs.acceptFork(proof)))
  expect(verdicts.map(({ status: told }) => told)).toEqual(['new', 'new', 'busy'])
})

test('one author that has come to its limit takes many at once, each in the place of its oldest', async () => {
  const believer: Verifier = { verify: async (batch) => batch.map(() => true) }
  const logs = createLogs({ store: createMemoryStore(), clock: standingClock(), verifier: believer }, { maxWaiting: 9999, maxHeadersPerAuthor: 600 })
  const author = at(keys, 0)
  const seqs = apart(900)
  const headers = await Promise.all(seqs.map((seq, i) => forge(author, { seq, time: NOW - 10_000 + i })))
  await Promise.all(headers.slice(0, 600).map((bytes) => logs.accept(bytes)))
  const verdicts = await Promise.all(headers.slice(600).map((bytes) => logs.accept(bytes)))
  expect(new Set(verdicts.map((verdict) => verdict.status))).toEqual(new Set(['new']))
  expect(await held(logs, author.agent)).toEqual(seqs.slice(-600))
})

test('the highest of all numbers costs no more than any other', async () => {
  const logs = newLogs()
  const author = at(keys, 0)
  const top = Number.MAX_SAFE_INTEGER
  expect(await status(logs, await forge(author, { seq: top }))).toBe('new')
  expect(await logs.missing(author.agent, 9)).toEqual([[1, top - 1]])
  expect(await logs.path(author.agent, top, 1)).toBeNull()
  expect(await logs.accept(await forge(author, { seq: 5 }))).toMatchObject({ status: 'new', below: 0 })
  expect(await logs.accept(await forge(author, { seq: top - 2 }))).toMatchObject({ status: 'new', below: 5 })
  expect(await held(logs, author.agent)).toEqual([5, top - 2, top])
})

test('property: a device that is full now and then loses nothing that was said to be kept', async () => {
  const headers = await Promise.all(keys.slice(0, 12).map((key, i) => forge(key, { time: NOW - 50 + i })))
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { minLength: 4, maxLength: 12 }), fc.boolean(), async (fails, together) => {
      const store = createMemoryStore()
      const left = [...fails]
      const commit: Store['commit'] = async (...args) => {
        if (left.shift() === true) throw new StoreFullError('no room')
        return store.commit(...args)
      }
      const logs = newLogs({ maxHeaders: 4 }, { ...store, commit })
      const offer = (bytes: Uint8Array) => logs.accept(bytes).then(({ status: told }) => told, () => 'failed')
      if (together) await Promise.all(headers.map(offer))
      else for (const bytes of headers) await offer(bytes)
      await expectAgreement(store, [logs], keys)
      left.length = 0
      expect(await offer(await forge(at(keys, 20), { time: NOW }))).toBe('new')
      await expectAgreement(store, [logs], keys)
      const again = newLogs({}, store)
      await again.ready()
      expect(again.index.select(() => true).hashes).toEqual(logs.index.select(() => true).hashes)
    }),
    { seed: 33, numRuns: 60 }
  )
})

test('a store that could not be read at first is read again', async () => {
  const store = createMemoryStore()
  let fails = 1
  const list: Store['list'] = async (...args) => {
    if (fails-- > 0) throw new Error('not now')
    return store.list(...args)
  }
  const logs = newLogs({}, { ...store, list })
  await expect(logs.ready()).rejects.toThrow('not now')
  await logs.ready()
  expect(await status(logs, await forge(at(keys, 0)))).toBe('new')
})

test('closing the store fails what is on its way, and nothing hangs', async () => {
  const store = createMemoryStore()
  const logs = newLogs({}, store)
  const offers = await Promise.all(keys.slice(0, 8).map((key) => forge(key)))
  const taken = offers.map((bytes) => logs.accept(bytes).then(() => 'told', () => 'failed'))
  await store.close()
  expect(new Set(await Promise.all(taken))).toEqual(new Set(['failed']))
  await expect(logs.accept(at(offers, 0))).rejects.toThrow(/closed/)
})
