import { describe, expect, test } from 'vitest'
import { WINDOW_BYTES } from './credit.ts'
import { createReach } from './reach.ts'

/** A message of a file, in credit. */
const MESSAGE = 65_728

interface Way {
  /** until a message that meets no other is taken */
  ms: number
  /** that the way takes in, one message after the other */
  bytesPerMs: number
  /** the reader gives back no less at a time */
  giveBack?: number
  /** messages */
  count: number
  messageCost?: number
}

/** Sends as fast as it may. @returns how much was on its way at most in the second half, and how long it all took */
function send({ ms, bytesPerMs, giveBack = 32 * 1024, count, messageCost = MESSAGE }: Way) {
  let now = 0
  let credit = WINDOW_BYTES
  let freeAt = 0
  let [sent, owed, onItsWay, most] = [0, 0, 0, 0]
  const arrivals: number[] = []
  const reach = createReach(() => now)
  for (;;) {
    while (sent < count && credit > 0 && !reach.isFull()) {
      sent++
      credit -= messageCost
      onItsWay += messageCost
      if (sent > count / 2) most = Math.max(most, onItsWay)
      reach.sent(messageCost)
      freeAt = Math.max(now, freeAt) + messageCost / bytesPerMs
      arrivals.push(freeAt + ms)
    }
    const next = arrivals.shift()
    if (next === undefined) return { sent, most, ms: now }
    now = next
    onItsWay -= messageCost
    owed += messageCost
    if (owed < giveBack) continue
    credit += owed
    reach.taken(owed)
    owed = 0
  }
}

describe('what a sender has on its way', () => {
  test('is no more than it takes, where all of it would only lie in a queue', () => {
    // 15 MB/s, as over loopback
    const near = send({ ms: 0.5, bytesPerMs: 15_000, count: 400 })
    expect(near.sent).toBe(400)
    expect(near.most).toBeLessThanOrEqual(2 * MESSAGE)
    // and no slower for it than a tenth
    expect(near.ms).toBeLessThan((1.1 * 400 * MESSAGE) / 15_000)
  })

  test('is the whole window on a long way', () => {
    // 200 ms, 100 Mbit/s: a window a round trip
    const far = send({ ms: 200, bytesPerMs: 12_500, count: 400 })
    expect(far.most).toBeGreaterThanOrEqual(WINDOW_BYTES)
    expect(far.ms).toBeLessThan(1.1 * (400 / 3) * 216)
  })

  test('is less on a slow way, which a message fills by itself', () => {
    // 1 Mbit/s
    const slow = send({ ms: 50, bytesPerMs: 125, count: 40 })
    expect(slow.most).toBeLessThanOrEqual(2 * MESSAGE)
    expect(slow.ms).toBeLessThan((1.15 * 40 * MESSAGE) / 125)
  })

  test('is never less than what the other side waits for before it gives credit back', () => {
    for (const giveBack of [1, 32 * 1024, WINDOW_BYTES / 2, WINDOW_BYTES]) {
      for (const messageCost of [128, 5_000, MESSAGE]) {
        expect(send({ ms: 0.5, bytesPerMs: 15_000, count: 5_000, giveBack, messageCost }).sent).toBe(5_000)
      }
    }
  })
})

test('credit for what was never sent, and for parts of messages, does no harm', () => {
  let now = 0
  const reach = createReach(() => now++)
  reach.taken(1000)
  for (let i = 0; i < 3; i++) reach.sent(MESSAGE)
  for (let i = 0; i < 30; i++) reach.taken(MESSAGE / 10)
  expect(reach.isFull()).toBe(false)
})
