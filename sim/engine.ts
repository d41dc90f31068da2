/**
 * Virtual time. Events wait in a wheel of milliseconds; all of one millisecond run in the order in which they were
 * planned, and before time goes on everything that they set off is let run to its end: the code under test is full of
 * promises. So a run depends on nothing but its seed, and an hour of a quiet network takes no time.
 *
 * What runs must not wait for anything but promises and this clock: no timer, no thread, no file.
 */
import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../src/node/support/clock.ts'

export interface Engine {
  /** time as the code under test sees it */
  readonly clock: Clock
  /** milliseconds since the start */
  now(): number
  /** Plans an event, `ms` from now, rounded up to whole milliseconds. */
  after(ms: number, action: () => void): void
  /** Says that code under test was called, so that its promises have to settle before time goes on. */
  touch(): void
  /** Runs all that is planned up to a time, in milliseconds since the start; then that is the time. */
  run(until: number): Promise<void>
  /** events run so far */
  events(): number
}

/** The time at the start: 1 January 2026. */
const EPOCH = 1_767_225_600_000
/** Slots of the wheel, a power of two; what is later than these waits in a heap. */
const SLOTS = 1 << 17

export function createEngine(): Engine {
  const wheel = new Array<Array<() => void> | undefined>(SLOTS)
  const later = createHeap()
  let now = 0
  let planned = 0
  let count = 0
  let touched = false

  function place(at: number, action: () => void): void {
    const slot = at & (SLOTS - 1)
    const events = wheel[slot]
    if (events === undefined) wheel[slot] = [action]
    else events.push(action)
    planned++
  }

  function plan(ms: number, action: () => void): void {
    const at = Math.ceil(now + Math.max(0, ms))
    if (at < now + SLOTS) place(at, action)
    else later.push(at, action)
  }

  function advance(to: number): void {
    now = to
    for (let next = later.peek(); next < now + SLOTS; next = later.peek()) place(next, later.pop())
  }

  /** The time of the next event; it may be beyond the wheel. */
  function next(until: number): number {
    if (planned === 0) return later.peek()
    const end = Math.min(now + SLOTS - 1, until)
    for (let at = now; at <= end; at++) if (wheel[at & (SLOTS - 1)] !== undefined) return at
    return Infinity
  }

  async function runSlot(): Promise<void> {
    const slot = now & (SLOTS - 1)
    for (let events = wheel[slot]; events !== undefined || touched; events = wheel[slot]) {
      wheel[slot] = undefined
      planned -= events?.length ?? 0
      count += events?.length ?? 0
      for (const event of events ?? []) event()
      if (!touched) continue
      touched = false
      // a turn of the event loop: every promise that can settle has done so
      await setImmediate()
    }
  }

  return {
    clock: {
      now: () => EPOCH + now,
      after(ms, action) {
        let wanted: (() => void) | null = action
        plan(ms, () => {
          if (wanted === null) return
          touched = true
          wanted()
        })
        return () => (wanted = null)
      }
    },
    now: () => now,
    after: plan,
    touch: () => (touched = true),
    async run(until) {
      // what was set off outside of an event
      await setImmediate()
      for (;;) {
        const at = next(until)
        if (at > until) break
        advance(at)
        await runSlot()
      }
      advance(until)
    },
    events: () => count
  }
}

interface Heap {
  /** Infinity when there is none */
  peek(): number
  push(at: number, action: () => void): void
  pop(): () => void
}

/** The earliest first; of the same time, the one that was put in first. */
function createHeap(): Heap {
  interface Item {
    at: number
    order: number
    action: () => void
  }
  const items: Item[] = []
  let pushed = 0
  const before = (a: Item, b: Item): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)
  const item = (i: number): Item => items[i] as Item

  return {
    peek: () => items[0]?.at ?? Infinity,
    push(at, action) {
      let i = items.push({ at, order: pushed++, action }) - 1
      while (i > 0) {
        const parent = (i - 1) >> 1
        if (!before(item(i), item(parent))) break
        ;[items[i], items[parent]] = [item(parent), item(i)]
        i = parent
      }
    },
    pop() {
      const top = item(0)
      const last = items.pop() as Item
      if (items.length === 0) return top.action
      items[0] = last
      for (let i = 0; ; ) {
        const left = 2 * i + 1
        const right = left + 1
        let least = i
        if (left < items.length && before(item(left), item(least))) least = left
        if (right < items.length && before(item(right), item(least))) least = right
        if (least === i) return top.action
        ;[items[i], items[least]] = [item(least), item(i)]
        i = least
      }
    }
  }
}
