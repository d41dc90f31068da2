import { expect, test } from 'vitest'
import { createEngine } from './engine.ts'
import { createRandom } from './random.ts'

test('events run in order of time, and those of one time as they were planned', async () => {
  const engine = createEngine()
  const random = createRandom(1)
  const ran: Array<[at: number, order: number]> = []
  for (let i = 0; i < 2000; i++) {
    // near ones, and some that are far beyond the wheel
    const at = Math.floor(random() * (i % 3 === 0 ? 1_000_000 : 500))
    engine.after(at, () => {
      expect(engine.now()).toBe(at)
      ran.push([at, i])
    })
  }
  await engine.run(2_000_000)
  expect(ran).toHaveLength(2000)
  expect(ran).toEqual([...ran].sort((a, b) => a[0] - b[0] || a[1] - b[1]))
  expect(engine.now()).toBe(2_000_000)
})

test('time waits until every promise has settled', async () => {
  const engine = createEngine()
  const seen: number[] = []
  const wait = (ms: number): Promise<void> => new Promise((resolve) => engine.clock.after(ms, resolve))
  async function walk(): Promise<void> {
    for (let i = 0; i < 5; i++) {
      await wait(10)
      for (let j = 0; j < 50; j++) await Promise.resolve()
      seen.push(engine.now())
    }
  }
  void walk()
  engine.clock.after(11, () => seen.push(-engine.now()))
  await engine.run(100)
  expect(seen).toEqual([10, -11, 20, 30, 40, 50])
})

test('what is cancelled does not happen', async () => {
  const engine = createEngine()
  let ran = false
  const cancel = engine.clock.after(5, () => (ran = true))
  cancel()
  await engine.run(10)
  expect(ran).toBe(false)
})
