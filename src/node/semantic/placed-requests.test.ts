import { expect, test } from 'vitest'
import { createTestTime } from '../support/testing/time.ts'
import { createPlacedRequests, type PlacedRequest } from './placed-requests.ts'

interface Asked {
  text: string
  signal: AbortSignal
  answer: (placed: PlacedRequest) => void
  fail: (error: Error) => void
}

const somewhere: PlacedRequest = { vector: Float32Array.of(1, 0), closely: null }

function start() {
  const clock = createTestTime()
  const asked: Asked[] = []
  const problems: unknown[] = []
  const closing = new AbortController()
  let late = 0
  const requests = createPlacedRequests({
    clock,
    place: (text, signal) =>
      new Promise((answer, fail) => {
        asked.push({ text, signal, answer, fail })
        signal.addEventListener('abort', () => fail(signal.reason as Error))
      }),
    onLate: (isKnown) => (late += isKnown ? 1 : 0),
    report: (error) => problems.push(error),
    signal: closing.signal
  })
  return { clock, asked, problems, closing, requests, late: () => late, at: (text: string, patience = 800) => requests.at(text, patience) }
}

test('each is worked out once, whoever asks', async () => {
  const { asked, at, late } = start()
  const both = Promise.all([at('mend my bike'), at('mend my bike')])
  asked[0]?.answer(somewhere)
  expect(await both).toEqual([somewhere, somewhere])
  expect(await at('mend my bike')).toBe(somewhere)
  expect(asked).toHaveLength(1)
  expect(late()).toBe(0)
})

test('what takes longer than somebody waits is worked out all the same, told, and known from then on', async () => {
  const { clock, asked, at, late, requests } = start()
  const hasty = at('mend my bike', 800)
  const patient = at('mend my bike', 30_000)
  await clock.pass(800)
  expect(await hasty).toBeNull()
  expect(late()).toBe(0)
  expect(requests.late()).toBe(1)
  asked[0]?.answer(somewhere)
  expect(await patient).toBe(somewhere)
  expect(late()).toBe(1)
  expect(requests.late()).toBe(0)
  expect(await at('mend my bike')).toBe(somewhere)
  expect(asked).toHaveLength(1)
  await clock.pass(60_000)
  expect(late()).toBe(1)
})

test('what fails is told once, and tried anew when it is asked for again', async () => {
  const { asked, at, problems, late } = start()
  const found = at('mend my bike')
  asked[0]?.fail(new Error('no memory'))
  expect(await found).toBeNull()
  expect(problems).toEqual([new Error('no memory')])
  const again = at('mend my bike')
  asked[1]?.answer(somewhere)
  expect(await again).toBe(somewhere)
  expect(late()).toBe(0)
})

test('of many that nobody waits for the oldest end, and of many that are known the oldest are forgotten', async () => {
  const { clock, asked, at, problems, late } = start()
  const hasty = Array.from({ length: 70 }, (_, i) => at(`request ${i}`))
  const patient = at('patient', 30_000)
  await clock.pass(800)
  expect(await Promise.all(hasty)).toEqual(hasty.map(() => null))
  expect(asked.filter(({ signal }) => signal.aborted).map(({ text }) => text)).toEqual(Array.from({ length: 6 }, (_, i) => `request ${i}`))
  for (const { answer } of asked) answer(somewhere)
  expect(await patient).toBe(somewhere)
  expect(late()).toBe(64)
  expect(problems).toEqual([])

  const known = asked.length
  for (let i = 100; i < 195; i++) {
    const next = at(`request ${i}`)
    asked.at(-1)?.answer(somewhere)
    await next
  }
  expect(asked).toHaveLength(known + 95)
  expect(await at('patient')).toBe(somewhere)
  void at('request 69')
  expect(asked.at(-1)?.text).toBe('request 69')
  expect(asked).toHaveLength(known + 96)
})

test('when all ends, nobody waits on, and it is no failure', async () => {
  const { closing, at, problems } = start()
  const found = at('mend my bike')
  closing.abort(new Error('the node stops'))
  expect(await found).toBeNull()
  expect(problems).toEqual([])
})
