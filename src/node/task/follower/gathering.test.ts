import { beforeEach, expect, test, vi } from 'vitest'
import type { Adaptation } from '../../adapt/adaptation.ts'
import { DataUnavailableError } from '../../adapt/data.ts'
import type { ProgramInput } from '../../schema/result.ts'
import { StoreFullError } from '../../store/store.ts'
import { createBench, type Bench } from '../testing/bench.ts'
import { contractOf } from '../testing/records.ts'
import { createGathering } from './gathering.ts'

let bench: Bench
const [first, second] = ['b'.repeat(64), 'c'.repeat(64)]
const signal = AbortSignal.timeout(10_000)

beforeEach(async () => {
  bench = await createBench()
  bench.data.set(first, new TextEncoder().encode('a,b'))
  bench.data.set(second, new TextEncoder().encode('é'))
})

function gathered(adaptation: Partial<Adaptation> = {}, until = signal): Promise<ProgramInput> {
  const gather = createGathering({ store: bench.store, adaptation: { ...bench.adaptation, ...adaptation } })
  const files = [
    { name: 'a.csv', type: 'text/csv', hash: first, size: 3 },
    { name: 'b.txt', type: 'text/plain', hash: second, size: 2 }
  ]
  return gather('e'.repeat(64), contractOf(bench.other.agent, bench.self.agent, { files }), until)
}

test('files come from the leader, under the contract, and are kept', async () => {
  const fetchData = vi.fn<Adaptation['fetchData']>(bench.adaptation.fetchData)
  expect(await gathered({ fetchData })).toEqual({
    goal: 'do it',
    files: [
      { name: 'a.csv', type: 'text/csv', text: 'a,b' },
      { name: 'b.txt', type: 'text/plain', text: 'é' }
    ]
  })
  const contract = 'e'.repeat(64)
  expect(fetchData.mock.calls.map(([agent, wanted]) => [agent, wanted])).toEqual([
    [bench.other.agent, { contract, hash: first, size: 3 }],
    [bench.other.agent, { contract, hash: second, size: 2 }]
  ])
  expect(await bench.store.get('blobs', first)).toEqual(bench.data.get(first))
})

test('what is kept is not fetched again', async () => {
  await gathered()
  bench.data.clear()
  expect((await gathered()).files).toHaveLength(2)
})

test('a leader that is away is waited for', async () => {
  bench.here(false)
  const fetchData = vi.fn<Adaptation['fetchData']>(bench.adaptation.fetchData)
  const input = gathered({ fetchData })
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(fetchData).not.toHaveBeenCalled()
  bench.here(true)
  expect((await input).files).toHaveLength(2)
})

test('a stream that breaks off is tried again', async () => {
  const fetchData = vi.fn<Adaptation['fetchData']>(bench.adaptation.fetchData).mockRejectedValueOnce(new Error('reset'))
  expect((await gathered({ fetchData })).files).toHaveLength(2)
  expect(fetchData).toHaveBeenCalledTimes(3)
})

test('a file that the leader does not give is not asked for again', async () => {
  bench.data.delete(second)
  const fetchData = vi.fn<Adaptation['fetchData']>(bench.adaptation.fetchData)
  await expect(gathered({ fetchData })).rejects.toThrow(DataUnavailableError)
  expect(fetchData).toHaveBeenCalledTimes(2)
})

test('without room for it a file is not fetched again', async () => {
  bench.full(true)
  const fetchData = vi.fn<Adaptation['fetchData']>(bench.adaptation.fetchData)
  await expect(gathered({ fetchData })).rejects.toThrow(StoreFullError)
  expect(fetchData).toHaveBeenCalledTimes(1)
})

test('it ends when the contract lapses, whatever else went wrong by then', async () => {
  const lapsing = new AbortController()
  const fetchData = () => {
    lapsing.abort(new Error('lapsed'))
    return Promise.reject(new DataUnavailableError('it is not there'))
  }
  await expect(gathered({ fetchData }, lapsing.signal)).rejects.toThrow('lapsed')
})
