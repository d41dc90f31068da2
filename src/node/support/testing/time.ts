/** For tests: time passes when it is told to, and everything that it sets off is done before it goes on. */
import type { Clock } from '../clock.ts'

export interface TestTime extends Clock {
  pass(ms: number): Promise<void>
  /** timers that wait */
  readonly waiting: number
}

export function createTestTime(start = 1_700_000_000_000): TestTime {
  let time = start
  let order = 0
  const actions = new Map<number, { at: number; action: () => void }>()
  // all microtasks are done before the next turn
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

  function first(until: number): number | null {
    let found: number | null = null
    let earliest = Infinity
    for (const [id, { at }] of actions) {
      if (at > until || at >= earliest) continue
      found = id
      earliest = at
    }
    return found
  }

  return {
    now: () => time,
    after(ms, action) {
      const id = order++
      actions.set(id, { at: time + Math.max(0, ms), action })
      return () => void actions.delete(id)
    },
    get waiting() {
      return actions.size
    },
    async pass(ms) {
      const end = time + ms
      await settle()
      for (let id = first(end); id !== null; id = first(end)) {
        const next = actions.get(id)
        actions.delete(id)
        time = Math.max(time, next?.at ?? time)
        next?.action()
        await settle()
      }
      time = end
    }
  }
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
