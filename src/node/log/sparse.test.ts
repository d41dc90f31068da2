import fc from 'fast-check'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { AgentKey } from '../crypto/keys.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/store.ts'
import { encodeForkProof } from './fork-proof.ts'
import { IncompleteLogError, type Entry, type Logs } from './log.ts'
import { skipPath } from './skip-link.ts'
import { apart, at, branch, foreignLog, forge, held, intention, newKey, newLogs } from './testing/logs.ts'

let key: AgentKey
let other: AgentKey
let entries: Entry[]
beforeAll(async () => {
  key = await newKey()
  other = await newKey()
  entries = await foreignLog(45, other)
})

const entry = (seq: number) => at(entries, seq - 1)

async function accept(logs: Logs, ...seqs: number[]): Promise<string[]> {
  const found: string[] = []
  for (const seq of seqs) found.push((await logs.accept(entry(seq).bytes)).status)
  return found
}

describe('a log with gaps', () => {
  test('takes any entry, and says what is held under it when the one before it is not', async () => {
    const logs = newLogs()
    const below = async (seq: number) => {
      const verdict = await logs.accept(entry(seq).bytes)
      return verdict.status === 'new' ? verdict.below : verdict.status
    }
    expect(await below(20)).toBe(0)
    expect(await below(30)).toBe(20)
    expect(await below(31)).toBeNull()
    expect(await below(25)).toBe(20)
    expect(await below(26)).toBeNull()
    expect(await below(1)).toBeNull()
    expect(await below(26)).toBe('known')
    expect(await held(logs, other.agent)).toEqual([1, 20, 25, 26, 30, 31])
    expect(await logs.head(other.agent)).toEqual({ seq: 31, hash: entry(31).hash, count: 6 })
    expect(await logs.missing(other.agent, 10)).toEqual([[2, 19], [21, 24], [27, 29]])
    expect(await logs.missing(other.agent, 1)).toEqual([[2, 19]])
    expect(await logs.missing(key.agent, 1)).toEqual([])
  })

  test('below counts what came in the same batch', async () => {
    const logs = newLogs()
    const verdicts = await Promise.all([30, 20, 25].map((seq) => logs.accept(entry(seq).bytes)))
    expect(verdicts.map((verdict) => verdict.status === 'new' && verdict.below)).toEqual([25, 0, 20])
  })

  test('has a path between two entries as soon as what the skip links name is held', async () => {
    const logs = newLogs()
    const path = skipPath(42, 3)
    await accept(logs, ...path.filter((seq) => seq !== 13))
    expect(await logs.path(other.agent, 42, 3)).toBeNull()
    await accept(logs, 13)
    const found = await logs.path(other.agent, 42, 3)
    expect(found?.map(({ header }) => header.seq)).toEqual(path)
    expect(path.length).toBeLessThan(10)
    expect(await logs.path(other.agent, 3, 42)).toBeNull()
    expect(await logs.path(other.agent, 3, 0)).toBeNull()
    expect((await logs.path(other.agent, 42, 42))?.length).toBe(1)
  })

  test('of ours: nothing is appended that would have to name an entry that is not held', async () => {
    const logs = newLogs()
    await accept(logs, 43)
    // 44 goes back to 40
    await expect(logs.append(other, 'intention', intention('more'))).rejects.toThrow(IncompleteLogError)
    expect(await held(logs, other.agent)).toEqual([43])
    await accept(logs, 40)
    const { header } = await logs.append(other, 'intention', intention('more'))
    expect([header.seq, header.skip]).toEqual([44, entry(40).hash])
  })

  test('property: in whatever order headers come, the same is held in the end', async () => {
    const seqs = fc.uniqueArray(fc.integer({ min: 1, max: 45 }), { minLength: 1, maxLength: 45 })
    await fc.assert(
      fc.asyncProperty(seqs, fc.array(fc.nat()), fc.boolean(), async (chosen, shuffle, together) => {
        const order = [...chosen]
        shuffle.forEach((from, i) => {
          const [moved] = order.splice(from % order.length, 1)
          if (moved !== undefined) order.splice(i % (order.length + 1), 0, moved)
        })
        const store = createMemoryStore()
        const logs = newLogs({}, store)
        if (together) await Promise.all(order.map((seq) => logs.accept(entry(seq).bytes)))
        else await accept(logs, ...order)
        const sorted = [...chosen].sort((a, b) => a - b)
        expect(await held(logs, other.agent)).toEqual(sorted)
        expect(await logs.forked(other.agent)).toBeNull()
        // what is in memory, and what is read again, is the same
        const again = newLogs({}, store)
        await again.ready()
        for (const { index } of [logs, again]) {
          const { size } = index.select(() => true)
          expect(size).toBe(sorted.length)
          for (const seq of sorted) expect(index.find(entry(seq).hash)).toEqual({ author: other.agent, seq })
        }
        expect(await again.missing(other.agent, 99)).toEqual(await logs.missing(other.agent, 99))
        expect(await store.get('settings', 'log-usage')).toMatchObject({ headers: sorted.length })
      }),
      { seed: 11, numRuns: 60 }
    )
  })
})

describe('forks', () => {
  test('are found at the same number, at the next, by skip links, and from either side', async () => {
    // [what is held, the other branch]
    const cases: Array<[number[], Uint8Array]> = [
      [[5], await branch(other, entries.slice(0, 4), { bodySize: 77 })],
      [[5], await forge(other, { seq: 6 })],
      [[4], await forge(other, { seq: 8, previous: entry(7).hash })],
      [[6], await branch(other, entries.slice(0, 4), { bodySize: 77 })],
      [[8], await branch(other, entries.slice(0, 3), { bodySize: 77 })],
      [[26], await branch(other, entries.slice(0, 12), { bodySize: 77 })],
      [[40], await branch(other, entries.slice(0, 12), { bodySize: 77 })]
    ]
    for (const [before, bytes] of cases) {
      const logs = newLogs()
      const heard = vi.fn()
      logs.on('fork', heard)
      await accept(logs, 2, ...before)
      const verdict = await logs.accept(bytes)
      const proof = encodeForkProof(entry(before[0] ?? 0).bytes, bytes)
      expect(verdict).toEqual({ status: 'fork', author: other.agent, proof })
      expect(await logs.forked(other.agent)).toEqual(proof)
      expect(heard.mock.calls).toEqual([[{ author: other.agent, proof }]])
      // final, and nothing of it was kept
      expect(await accept(logs, 2, 45)).toEqual(['known', 'fork'])
      expect(await held(logs, other.agent)).toEqual([2, ...before])
      expect(await newLogs().acceptFork(proof)).toEqual({ status: 'new', author: other.agent })
    }
  })

  test('property: two branches are found as soon as two headers meet that can’t be in one log', async () => {
    // the other branch leaves at 10 and goes on to 45
    const elsewhere = newLogs()
    for (const { bytes } of entries.slice(0, 9)) await elsewhere.accept(bytes)
    const twin: Entry[] = entries.slice(0, 9)
    for (let i = 10; i <= 45; i++) twin.push(await elsewhere.append(other, 'intention', intention(`other ${i}`)))
    const choice = fc.record({ seq: fc.integer({ min: 1, max: 45 }), twin: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(choice, { minLength: 1, maxLength: 30 }), fc.boolean(), async (choices, together) => {
        const logs = newLogs()
        const bytes = choices.map((one) => at(one.twin ? twin : entries, one.seq - 1).bytes)
        const verdicts = together
          ? await Promise.all(bytes.map((one) => logs.accept(one)))
          : await bytes.reduce(
              async (before, one) => [...(await before), await logs.accept(one)],
              Promise.resolve<Array<Awaited<ReturnType<Logs['accept']>>>>([])
            )
        const kept = await held(logs, other.agent)
        const found = verdicts.some(({ status }) => status === 'fork')
        // `held` has seen that no two of those that are held contradict each other
        expect(await logs.forked(other.agent) !== null).toBe(found)
        const sides = new Map<number, Set<boolean>>()
        for (const one of choices) if (one.seq >= 10) sides.set(one.seq, (sides.get(one.seq) ?? new Set()).add(one.twin))
        if ([...sides.values()].some((both) => both.size === 2)) expect(found).toBe(true)
        if (!found) expect(kept.length).toBe(new Set(choices.map(({ seq }) => seq)).size)
        const proofs = verdicts.flatMap((verdict) => (verdict.status === 'fork' && verdict.proof ? [verdict.proof] : []))
        expect(proofs).toHaveLength(found ? 1 : 0)
        for (const proof of proofs) expect((await newLogs().acceptFork(proof)).status).toBe('new')
      }),
      { seed: 12, numRuns: 60 }
    )
  })

  test('whoever holds the log whole finds every fork of it', async () => {
    const logs = newLogs()
    await accept(logs, ...entries.map(({ header }) => header.seq))
    for (const seq of [1, 2, 13, 44, 45]) {
      const store = createMemoryStore()
      const copy = newLogs({}, store)
      for (const { bytes } of entries) await copy.accept(bytes)
      expect((await copy.accept(await branch(other, entries.slice(0, seq - 1), { bodySize: 9 }))).status).toBe('fork')
    }
  })

  test('a proof from others is kept, told, and final, also when nothing is held of the author', async () => {
    const proof = encodeForkProof(entry(5).bytes, await forge(other, { seq: 5 }))
    for (const before of [[], [7, 9]]) {
      const store = createMemoryStore()
      const logs = newLogs({}, store)
      const heard = vi.fn()
      logs.on('fork', heard)
      await accept(logs, ...before)
      expect(await logs.acceptFork(proof)).toEqual({ status: 'new', author: other.agent })
      expect(await logs.acceptFork(proof)).toEqual({ status: 'known', author: other.agent })
      expect(heard).toHaveBeenCalledOnce()
      expect(await accept(logs, 20)).toEqual(['fork'])
      expect(await logs.forks()).toEqual([[other.agent, proof]])
      expect((await logs.authors()).length).toBe(before.length > 0 ? 1 : 0)
      const again = newLogs({}, store)
      expect(await accept(again, 20)).toEqual(['fork'])
      let forked = 0
      again.index.select((item) => (item.forked && forked++, true))
      expect(forked).toBe(before.length)
    }
  })

  test('there is room for so many proofs', async () => {
    // strangers' may take up half of it
    const logs = newLogs({ maxForks: 4 })
    const keys = await Promise.all([newKey(), newKey(), newKey()])
    const proofs = await Promise.all(
      keys.map(async (author) => encodeForkProof(await forge(author), await forge(author, { bodySize: 3 })))
    )
    const found: string[] = []
    for (const proof of proofs) found.push((await logs.acceptFork(proof)).status)
    expect(found).toEqual(['new', 'new', 'full'])
    await logs.accept(await forge(at(keys, 2)))
    expect((await logs.accept(await forge(at(keys, 2), { bodySize: 3 }))).status).toBe('full')
    expect(await logs.forked(at(keys, 2).agent)).toBeNull()
  })
})

describe('two tabs', () => {
  test('each notices what the other has kept, dropped from memory or not', async () => {
    const store: Store = createMemoryStore()
    const tabs = [newLogs({}, store), newLogs({}, store)] as const
    await Promise.all(tabs.map((tab) => tab.ready()))
    await accept(tabs[0], 3, 20)
    expect(tabs[1].index.size).toBe(0)
    expect(await accept(tabs[1], 4)).toEqual(['new'])
    // it has had to read the log again
    expect(tabs[1].index.size).toBe(3)
    // the first one knows 3 and 20, and not 4
    const rival = await branch(other, entries.slice(0, 3), { bodySize: 9 })
    expect((await tabs[0].accept(rival)).status).toBe('fork')
    expect((await tabs[1].accept(entry(30).bytes)).status).toBe('fork')
    expect(await held(tabs[1], other.agent)).toEqual([3, 4, 20])
  })

  test('one that has found the other to be there believes nothing that it has not read again', async () => {
    const store: Store = createMemoryStore()
    const tabs = [newLogs({}, store), newLogs({}, store)] as const
    await Promise.all(tabs.map((tab) => tab.ready()))
    const third = await newKey()
    await accept(tabs[0], 3)
    await tabs[0].accept(await forge(third, { seq: 3 }))
    // by this the second one learns of the first, but looks at this log only
    expect(await accept(tabs[1], 4)).toEqual(['new'])
    expect((await tabs[1].accept(await forge(third, { seq: 3, bodySize: 5 }))).status).toBe('fork')
    expect(await held(tabs[0], third.agent)).toEqual([3])
  })

  test('what one appends the other does not take for another’s', async () => {
    const store: Store = createMemoryStore()
    const tabs = [newLogs({}, store), newLogs({}, store)] as const
    await Promise.all(tabs.map((tab) => tab.ready()))
    const { bytes } = await tabs[0].append(key, 'intention', intention('mine'))
    expect((await tabs[1].accept(bytes)).status).toBe('known')
    expect((await tabs[1].accept(await forge(key))).status).toBe('fork')
    expect(await store.get('heads', key.agent)).toMatchObject({ own: true, count: 1, seq: 1 })
    expect(await store.get('settings', 'log-usage')).toMatchObject({ headers: 0, forks: 1 })
  })

  test('property: whichever takes what, nothing that is kept contradicts anything else', async () => {
    const authors = await Promise.all([newKey(), newKey(), newKey()])
    const headers = new Map<string, Uint8Array>()
    for (const [n, author] of authors.entries()) {
      for (const seq of apart(4)) {
        for (const bodySize of [1, 2]) headers.set(`${n}/${seq}/${bodySize}`, await forge(author, { seq, bodySize }))
      }
    }
    const step = fc.record({ tab: fc.nat(1), header: fc.constantFrom(...headers.keys()) })
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 2, maxLength: 14 }), async (scheduler, steps) => {
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
        const tabs = [newLogs({}, slow), newLogs({}, slow)]
        const taken = steps.map(({ tab, header }) => at(tabs, tab).accept(headers.get(header) ?? new Uint8Array()))
        const verdicts = await scheduler.waitFor(Promise.all(taken))
        const again = newLogs({}, store)
        const offered = new Set(steps.map(({ header }) => header))
        let count = 0
        for (const [n, author] of authors.entries()) {
          const kept = await held(again, author.agent)
          count += kept.length
          const rivals = apart(4).some((seq) => [1, 2].every((size) => offered.has(`${n}/${seq}/${size}`)))
          expect((await again.forked(author.agent)) !== null).toBe(rivals)
          // each header that was said to be new is there as it was said
          verdicts.forEach((verdict) => {
            if (verdict.status === 'new' && verdict.stored.author === author.agent) {
              expect(kept).toContain(verdict.stored.header.seq)
            }
          })
        }
        expect(verdicts.filter(({ status }) => status === 'new')).toHaveLength(count)
        expect((await store.get<{ headers: number }>('settings', 'log-usage'))?.headers ?? 0).toBe(count)
      }),
      { seed: 13, numRuns: 60 }
    )
  })

  test('what one has let go the other does not believe to be held', async () => {
    const store: Store = createMemoryStore()
    const limits = { maxHeadersPerAuthor: 3 }
    const tabs = [newLogs(limits, store), newLogs(limits, store)] as const
    const later = async (seq: number) => forge(key, { seq, time: entry(1).header.time - 100 + seq })
    for (const seq of [1, 3, 6]) await tabs[0].accept(await later(seq))
    await tabs[1].accept(await later(9))
    expect(tabs[0].index.size).toBe(3)
    await tabs[0].accept(await later(11))
    expect(await held(tabs[0], key.agent)).toEqual([6, 9, 11])
    expect([...tabs[0].index.select(() => true).times]).toHaveLength(3)
  })
})
