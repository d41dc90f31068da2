import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createCrowd } from './crowd.ts'

it('tells how many there are, however often each of them speaks', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), fc.array(fc.integer({ min: 5, max: 120 }), { minLength: 1 }), (count, everySeconds) => {
      const crowd = createCrowd()
      const peers = Array.from({ length: count }, (_, i) => 1000 * (everySeconds[i % everySeconds.length] ?? 0))
      const end = 10 * 60_000
      const events = peers.flatMap((every, i) =>
        Array.from({ length: Math.ceil(end / every) }, (_, n) => ({ at: (n + ((i * 0.618) % 1)) * every, every }))
      )
      for (const { at, every } of events.sort((a, b) => a.at - b.at)) if (at <= end) crowd.heard(every, at)
      const size = crowd.size(end)
      // a few who speak rarely are counted in large pieces
      const deviation = Math.sqrt((count * Math.max(...peers)) / (2 * 60_000))
      expect(Math.abs(size - count)).toBeLessThan(3 * deviation + 1)
    }),
    { seed: 7, numRuns: 50 }
  )
})

it('forgets in minutes who has gone', () => {
  const crowd = createCrowd()
  for (let i = 0; i < 100; i++) crowd.heard(10_000, 0)
  expect(crowd.size(0)).toBeGreaterThan(10)
  expect(crowd.size(5 * 60_000)).toBeLessThan(1)
})
