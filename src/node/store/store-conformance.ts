/**
 * The behaviour that every store has. An adapter's test calls it with a way to open stores by name.
 */
import { afterEach, describe, expect, test } from 'vitest'
import { StoreUnavailableError, type Operation, type Store } from './store.ts'

export interface StoreHarness {
  kind: string
  /** Opens the store of this name; opened again, it holds what was committed. */
  open: (name: string) => Promise<Store>
  /** whether a store that was closed and is opened again holds what was committed */
  durable: boolean
  /** whether a store may be open more than once at a time */
  shared: boolean
}

const oddKeys = [
  '',
  ' ',
  '\0',
  '\0\0',
  '!',
  'A',
  'Z',
  '__proto__',
  'a',
  'a\0',
  'a\0b',
  'a/',
  'a/b',
  'a0',
  'aa',
  'constructor',
  'é',
  '中文',
  '\ud83d',
  '😀',
  '😀a',
  '\udfff',
  '\ue000',
  '\uffff',
  '\uffff\uffff'
]

/** A value that tells keys apart. Text with half a surrogate pair is for keys only. */
const codes = (key: string) => ({ codes: Array.from({ length: key.length }, (_, i) => key.charCodeAt(i)) })

export function storeConformance(label: string, harness: StoreHarness): void {
  const opened: Store[] = []
  let names = 0

  const newName = () => `conformance-${Date.now()}-${names++}`
  const open = async (name = newName()) => {
    const store = await harness.open(name)
    opened.push(store)
    return store
  }
  const putAll = (keys: string[]): Operation[] => keys.map((key) => ({ put: 'tasks', key, value: codes(key) }))
  const keysOf = (entries: Array<[string, unknown]>) => entries.map(([key]) => key)

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()))
  })

  describe(`${label}: store conformance`, () => {
    test('says what kind it is', async () => {
      expect((await open()).kind).toBe(harness.kind)
    })

    describe('values', () => {
      test.for<[string, unknown]>([
        ['text', 'héllo 😀'],
        ['empty text', ''],
        ['zero', 0],
        ['a negative number', -1],
        ['a fraction', 0.1],
        ['a large number', Number.MAX_SAFE_INTEGER],
        ['false', false],
        ['null', null],
        ['an empty array', []],
        ['nested values', { list: [1, { deep: null }], text: 'x', '': 1, a: { b: { c: [] } } }]
      ])('%s comes back as it was', async ([, value]) => {
        const store = await open()
        expect(await store.commit([{ put: 'settings', key: 'k', value }])).toBe(true)
        expect(await store.get('settings', 'k')).toStrictEqual(value)
      })

      test('bytes come back as bytes of their own', async () => {
        const store = await open()
        const value = new Uint8Array([0, 1, 254, 255])
        const large = new Uint8Array(100_000).fill(7)
        await store.commit([
          { put: 'blobs', key: 'alone', value },
          { put: 'blobs', key: 'inside', value: { list: [value], part: value.subarray(1, 3) } },
          { put: 'blobs', key: 'large', value: large }
        ])
        value.fill(9)
        const alone = await store.get<Uint8Array>('blobs', 'alone')
        expect(alone).toBeInstanceOf(Uint8Array)
        expect([...(alone ?? [])]).toEqual([0, 1, 254, 255])
        const inside = await store.get<{ list: Uint8Array[]; part: Uint8Array }>('blobs', 'inside')
        expect([...(inside?.list[0] ?? [])]).toEqual([0, 1, 254, 255])
        expect([...(inside?.part ?? [])]).toEqual([1, 254])
        expect((await store.get<Uint8Array>('blobs', 'large'))?.length).toBe(100_000)
      })

      test('what is read or written may be changed without changing the store', async () => {
        const store = await open()
        const value = { list: [1] }
        await store.commit([{ put: 'settings', key: 'k', value }])
        value.list.push(2)
        const read = await store.get<{ list: number[] }>('settings', 'k')
        read?.list.push(3)
        expect(await store.get('settings', 'k')).toEqual({ list: [1] })
      })

      test('a missing value is undefined', async () => {
        const store = await open()
        expect(await store.get('settings', 'nothing')).toBeUndefined()
        await store.commit([{ delete: 'settings', key: 'nothing' }])
        expect(await store.get('settings', 'constructor')).toBeUndefined()
      })

      test('a value is replaced and deleted', async () => {
        const store = await open()
        await store.commit([{ put: 'settings', key: 'k', value: 1 }])
        await store.commit([{ put: 'settings', key: 'k', value: 2 }])
        expect(await store.get('settings', 'k')).toBe(2)
        await store.commit([{ delete: 'settings', key: 'k' }])
        expect(await store.get('settings', 'k')).toBeUndefined()
        expect(await store.list('settings')).toEqual([])
      })

      test('collections are apart', async () => {
        const store = await open()
        await store.commit([
          { put: 'headers', key: 'k', value: 'header' },
          { put: 'heads', key: 'k', value: 'head' }
        ])
        expect(await store.get('headers', 'k')).toBe('header')
        expect(await store.get('heads', 'k')).toBe('head')
        expect(await store.list('bodies')).toEqual([])
        expect(await store.list('headers')).toEqual([['k', 'header']])
      })
    })

    describe('commits', () => {
      test('all of a commit is there, in the order of its operations', async () => {
        const store = await open()
        expect(
          await store.commit([
            { put: 'tasks', key: 'a', value: 1 },
            { put: 'names', key: 'b', value: 1 },
            { delete: 'tasks', key: 'a' },
            { put: 'names', key: 'b', value: 2 },
            { put: 'names', key: 'c', value: 3 }
          ])
        ).toBe(true)
        expect(await store.list('tasks')).toEqual([])
        expect(await store.list('names')).toEqual([
          ['b', 2],
          ['c', 3]
        ])
      })

      test('an empty commit happens, and a condition alone is a question', async () => {
        const store = await open()
        expect(await store.commit([])).toBe(true)
        expect(await store.commit([], [{ absent: 'tasks', key: 'a' }])).toBe(true)
        expect(await store.commit([], [{ present: 'tasks', key: 'a' }])).toBe(false)
      })

      test('a value that can not be kept fails the whole commit', async () => {
        const store = await open()
        const bad: Operation[] = [
          { put: 'tasks', key: 'a', value: 1 },
          { put: 'names', key: 'b', value: 1 },
          { put: 'tasks', key: 'c', value: { call: () => 1 } }
        ]
        await expect(store.commit(bad)).rejects.toThrow()
        expect(await store.list('tasks')).toEqual([])
        expect(await store.list('names')).toEqual([])
        expect(await store.commit([{ put: 'tasks', key: 'a', value: 1 }])).toBe(true)
      })

      test('nobody sees half of a commit', async () => {
        const store = await open()
        const values = (round: number): Operation[] =>
          Array.from({ length: 20 }, (_, i) => ({ put: 'tasks', key: `k${i}`, value: round }))
        await store.commit(values(0))
        const writing = Array.from({ length: 10 }, (_, i) => store.commit(values(i + 1)))
        const reading = Array.from({ length: 10 }, () => store.list<number>('tasks'))
        for (const entries of await Promise.all(reading)) {
          expect(new Set(entries.map(([, round]) => round)).size).toBe(1)
        }
        await Promise.all(writing)
        expect(await store.get('tasks', 'k0')).toBe(10)
      })
    })

    test('several values at once, in the order that they are asked for', async () => {
      const store = await open()
      await store.commit([
        { put: 'tasks', key: 'a', value: 1 },
        { put: 'tasks', key: 'b', value: null }
      ])
      expect(await store.getMany('tasks', ['b', 'none', 'a', 'b'])).toEqual([null, undefined, 1, null])
      expect(await store.getMany('tasks', [])).toEqual([])
    })

    describe('conditions', () => {
      const write: Operation[] = [{ put: 'tasks', key: 'done', value: true }]

      test('absent', async () => {
        const store = await open()
        await store.commit([{ put: 'heads', key: 'there', value: 0 }])
        expect(await store.commit(write, [{ absent: 'heads', key: 'there' }])).toBe(false)
        expect(await store.get('tasks', 'done')).toBeUndefined()
        expect(await store.commit(write, [{ absent: 'heads', key: 'elsewhere' }])).toBe(true)
        expect(await store.commit(write, [{ absent: 'headers', key: 'there' }])).toBe(true)
      })

      test('present, of a value that is null, zero or false too', async () => {
        const store = await open()
        for (const value of [null, 0, false, '']) {
          await store.commit([{ put: 'heads', key: 'there', value }])
          expect(await store.commit(write, [{ present: 'heads', key: 'there' }])).toBe(true)
          expect(await store.commit(write, [{ absent: 'heads', key: 'there' }])).toBe(false)
        }
        await store.commit([{ delete: 'heads', key: 'there' }])
        expect(await store.commit(write, [{ present: 'heads', key: 'there' }])).toBe(false)
      })

      test('revision', async () => {
        const store = await open()
        await store.commit([
          { put: 'heads', key: 'three', value: { revision: 3 } },
          { put: 'heads', key: 'none', value: { other: 3 } },
          { put: 'heads', key: 'number', value: 3 },
          { put: 'heads', key: 'null', value: null }
        ])
        const when = (key: string, is: number) => store.commit(write, [{ revision: 'heads', key, is }])
        expect(await when('three', 2)).toBe(false)
        expect(await when('none', 3)).toBe(false)
        expect(await when('number', 3)).toBe(false)
        expect(await when('null', 3)).toBe(false)
        expect(await when('missing', 3)).toBe(false)
        expect(await store.get('tasks', 'done')).toBeUndefined()
        expect(await when('three', 3)).toBe(true)
      })

      test('one that does not hold is enough', async () => {
        const store = await open()
        const conditions = [
          { absent: 'heads' as const, key: 'a' },
          { present: 'heads' as const, key: 'b' }
        ]
        expect(await store.commit(write, conditions)).toBe(false)
        expect(await store.list('tasks')).toEqual([])
      })

      test('are of the time before the commit', async () => {
        const store = await open()
        expect(await store.commit([{ put: 'heads', key: 'a', value: 1 }], [{ present: 'heads', key: 'a' }])).toBe(false)
        expect(await store.commit([{ put: 'heads', key: 'a', value: 1 }], [{ absent: 'heads', key: 'a' }])).toBe(true)
      })

      test('of many who raise a counter at once, each one counts', async () => {
        const store = await open()
        const handles = harness.shared ? [store, store] : [store]
        await countTogether(handles, 10)
        expect(await store.get('settings', 'counter')).toEqual({ revision: 10 * handles.length })
      })
    })

    describe('ranges', () => {
      test('all keys, in the order of UTF-16 code units', async () => {
        const store = await open()
        await store.commit(putAll([...oddKeys].reverse()))
        const entries = await store.list('tasks')
        expect(keysOf(entries)).toEqual([...oddKeys].sort())
        for (const [key, value] of entries) expect(value).toEqual(codes(key))
        for (const key of oddKeys) expect(await store.get('tasks', key)).toEqual(codes(key))
      })

      test('agree with a filter over all keys, whatever the range', async () => {
        const store = await open()
        await store.commit(putAll(oddKeys))
        const sorted = [...oddKeys].sort()
        for (const prefix of [undefined, '', 'a', 'a\0', '\0', '😀', '\ud83d', '\uffff', 'zz']) {
          for (const after of [undefined, '', 'a', 'a/', '😀', '\uffff\uffff']) {
            for (const reverse of [false, true]) {
              for (const limit of [undefined, 0, 1, 3]) {
                const expected = sorted.filter(
                  (key) => key.startsWith(prefix ?? '') && (after === undefined || key > after)
                )
                if (reverse) expected.reverse()
                const range = {
                  ...(prefix === undefined ? {} : { prefix }),
                  ...(after === undefined ? {} : { after }),
                  ...(limit === undefined ? {} : { limit }),
                  reverse
                }
                const found = keysOf(await store.list('tasks', range))
                expect(found, JSON.stringify(range)).toEqual(expected.slice(0, limit))
              }
            }
          }
        }
      })

      test('page through everything once', async () => {
        const store = await open()
        const keys = Array.from({ length: 25 }, (_, i) => `k${String(i).padStart(2, '0')}`)
        await store.commit(putAll(keys))
        const found: string[] = []
        for (;;) {
          const after = found.at(-1)
          const page = keysOf(await store.list('tasks', { limit: 10, ...(after === undefined ? {} : { after }) }))
          if (page.length === 0) break
          found.push(...page)
        }
        expect(found).toEqual(keys)
      })
    })

    test('after close nothing works, and that is said', async () => {
      const store = await open()
      await store.commit([{ put: 'tasks', key: 'a', value: 1 }])
      await store.close()
      await expect(store.get('tasks', 'a')).rejects.toThrow(StoreUnavailableError)
      await expect(store.getMany('tasks', ['a'])).rejects.toThrow(StoreUnavailableError)
      await expect(store.list('tasks')).rejects.toThrow(StoreUnavailableError)
      await expect(store.commit([{ put: 'tasks', key: 'b', value: 1 }])).rejects.toThrow(StoreUnavailableError)
      await store.close()
    })

    test.runIf(harness.durable)('what was committed is there after opening it again', async () => {
      const name = newName()
      const first = await open(name)
      await first.commit([
        { put: 'headers', key: 'h', value: { bytes: new Uint8Array([1, 2]) } },
        { put: 'heads', key: 'h', value: { revision: 1 } }
      ])
      await first.close()
      const second = await open(name)
      expect(await second.list('headers')).toEqual([['h', { bytes: new Uint8Array([1, 2]) }]])
      expect(await second.get('heads', 'h')).toEqual({ revision: 1 })
    })

    test.runIf(harness.shared && harness.durable)('two that have it open see the same, and one wins', async () => {
      const name = newName()
      const [one, other] = [await open(name), await open(name)]
      const claim = (store: Store, value: string) =>
        store.commit([{ put: 'tasks', key: 'claim', value }], [{ absent: 'tasks', key: 'claim' }])
      const won = await Promise.all([claim(one, 'one'), claim(other, 'other')])
      expect(won.filter(Boolean)).toHaveLength(1)
      const winner = won[0] ? 'one' : 'other'
      expect(await one.get('tasks', 'claim')).toBe(winner)
      expect(await other.get('tasks', 'claim')).toBe(winner)

      await countTogether([one, other], 10)
      expect(await one.get('settings', 'counter')).toEqual({ revision: 20 })
    })
  })
}

/** Each handle raises one counter `times` times, all at once, and tries again when another was faster. */
async function countTogether(handles: Store[], times: number): Promise<void> {
  const raise = async (store: Store): Promise<void> => {
    for (;;) {
      const now = await store.get<{ revision: number }>('settings', 'counter')
      const done = await store.commit(
        [{ put: 'settings', key: 'counter', value: { revision: (now?.revision ?? 0) + 1 } }],
        [
          now
            ? { revision: 'settings', key: 'counter', is: now.revision }
            : { absent: 'settings', key: 'counter' }
        ]
      )
      if (done) return
    }
  }
  await Promise.all(handles.flatMap((store) => Array.from({ length: times }, () => raise(store))))
}
