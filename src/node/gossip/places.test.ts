import { describe, expect, test } from 'vitest'
import { createTestTime } from '../support/testing/time.ts'
import { createPlaces } from './places.ts'

function setup() {
  const clock = createTestTime()
  const places = createPlaces(clock, { shared: 2, perPeer: 2, waitMs: 10_000 })
  const stopping = new AbortController()
  const order: string[] = []
  const leave: Array<{ peer: string; go: () => void }> = []
  /** Takes a place, or waits for it. */
  const come = (peer: string) =>
    void places.take(peer, stopping.signal).then(
      (go) => {
        order.push(go === null ? `${peer} waited in vain` : peer)
        if (go !== null) leave.push({ peer, go })
      },
      () => order.push(`${peer} stopped`)
    )
  const go = (peer: string) => leave.splice(leave.findIndex((one) => one.peer === peer), 1)[0]!.go()
  return { clock, stopping, order, come, go }
}

describe('places', () => {
  test('are there for each peer once, however many others have taken', async () => {
    const { clock, order, come } = setup()
    for (const peer of ['a', 'a', 'b', 'b', 'c', 'c']) come(peer)
    await clock.pass(0)
    expect(order).toEqual(['a', 'a', 'b', 'b', 'c'])
    come('d')
    await clock.pass(0)
    expect(order.at(-1)).toBe('d')
  })

  test('are not all for one peer, also when nobody else wants them', async () => {
    const { clock, order, come } = setup()
    for (let i = 0; i < 5; i++) come('a')
    await clock.pass(0)
    expect(order).toEqual(['a', 'a'])
  })

  test('go to who has the fewest, then to who has waited longest, as soon as one is given back', async () => {
    const { clock, order, come, go } = setup()
    for (const peer of ['a', 'b', 'b', 'b', 'c', 'd', 'd', 'c', 'a', 'a']) come(peer)
    await clock.pass(0)
    expect(order).toEqual(['a', 'b', 'b', 'c', 'd', 'd'])
    order.length = 0
    go('b')
    await clock.pass(0)
    // one of b's two is given back; c has waited longer than a, and b not less than they
    expect(order).toEqual(['b'])
    go('d')
    go('b')
    await clock.pass(0)
    expect(order).toEqual(['b', 'c', 'a'])
  })

  test('are waited for in bounds, and not at all when we stop', async () => {
    const { clock, stopping, order, come } = setup()
    for (let i = 0; i < 3; i++) come('a')
    await clock.pass(9_000)
    come('a')
    await clock.pass(2_000)
    expect(order).toEqual(['a', 'a', 'a waited in vain'])
    stopping.abort(new Error('the node stops'))
    await clock.pass(0)
    expect(order.at(-1)).toBe('a stopped')
    expect(clock.waiting).toBe(0)
  })
})
