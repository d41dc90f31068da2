import { describe, expect, test, vi } from 'vitest'
import { createAlert, createDeadline, delay, waitFor } from './wait-for.ts'

/** Something that changes, and knows who listens. */
function source() {
  const listeners = new Set<() => void>()
  return {
    listeners,
    subscribe(changed: () => void) {
      listeners.add(changed)
      return () => {
        listeners.delete(changed)
      }
    },
    change() {
      for (const listener of [...listeners]) listener()
    }
  }
}

const never = new AbortController().signal

describe('waitFor', () => {
  test('looks now and at each change, and leaves nobody listening', async () => {
    const { subscribe, change, listeners } = source()
    await expect(waitFor(subscribe, () => 'there', never)).resolves.toBe('there')
    const values: number[] = []
    const waiting = waitFor(subscribe, () => values[0], never)
    change()
    values.push(7)
    change()
    await expect(waiting).resolves.toBe(7)
    expect(listeners.size).toBe(0)
  })

  test('ends with the signal’s reason, before and while it waits', async () => {
    const { subscribe, listeners } = source()
    const stop = new AbortController()
    const waiting = waitFor(subscribe, () => undefined, stop.signal)
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await expect(waitFor(subscribe, () => 1, stop.signal)).rejects.toThrow('enough')
    expect(listeners.size).toBe(0)
  })

  test('a look that fails is a failed wait, not the failure of whoever changed something', async () => {
    const { subscribe, change, listeners } = source()
    let broken = false
    const waiting = waitFor(
      subscribe,
      () => {
        if (broken) throw new Error('broken')
        return undefined
      },
      never
    )
    broken = true
    change()
    await expect(waiting).rejects.toThrow('broken')
    expect(listeners.size).toBe(0)
  })
})

describe('time', () => {
  test('delay and deadline leave no timer behind', async () => {
    vi.useFakeTimers()
    try {
      const stop = new AbortController()
      const waiting = delay(1000, stop.signal)
      const deadline = createDeadline(40 * 24 * 60 * 60_000, stop.signal)
      expect(vi.getTimerCount()).toBe(2)
      stop.abort(new Error('enough'))
      await expect(waiting).rejects.toThrow('enough')
      expect(deadline.signal.aborted).toBe(true)
      expect(deadline.passed).toBe(false)
      deadline.clear()
      expect(vi.getTimerCount()).toBe(0)

      const soon = createDeadline(-5, never)
      vi.advanceTimersByTime(1)
      expect(soon.passed).toBe(true)
      expect(soon.signal.aborted).toBe(true)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('an alert', () => {
  test('misses nothing between looking and waiting', async () => {
    const [one, two] = [source(), source()]
    const alert = createAlert(one.subscribe, two.subscribe)
    alert.reset()
    two.change()
    await alert.raised(never)
    alert.reset()
    const waiting = alert.raised(never)
    one.change()
    await waiting
    alert.close()
    expect(one.listeners.size + two.listeners.size).toBe(0)
  })

  test('ends with the signal’s reason', async () => {
    const alert = createAlert(source().subscribe)
    await expect(alert.raised(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
    alert.close()
  })
})
