/** A clock for tests: time passes when it is told to. */
import type { Clock } from '../../support/clock.ts'

export interface FakeClock extends Clock {
  /** Lets time pass, action by action, and what each has set off. */
  pass(ms: number): Promise<void>
  /** actions that wait */
  readonly waiting: number
}

export function createFakeClock(start = 1_700_000_000_000): FakeClock {
  let time = start
  let actions: Array<{ at: number; action: () => void }> = []
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await Promise.resolve()
  }
  return {
    now: () => time,
    after(ms, action) {
      const entry = { at: time + ms, action }
      actions.push(entry)
      return () => {
        actions = actions.filter((other) => other !== entry)
      }
    },
    get waiting() {
      return actions.length
    },
    async pass(ms) {
      const end = time + ms
      await settle()
      for (;;) {
        const [next] = actions.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)
        if (next === undefined) break
        actions = actions.filter((other) => other !== next)
        time = Math.max(time, next.at)
        next.action()
        await settle()
      }
      time = end
    }
  }
}
