import { connectedDirectly } from '../scripts/world.mjs'
import { expect, test } from './world.ts'

/** Eight tabs that start at once on two cores take half a minute. */
const MEET_MS = 60_000

test('eight tabs all see one another', async ({ someone }) => {
  test.setTimeout(MEET_MS + 30_000)
  const pages = await Promise.all(Array.from({ length: 8 }, () => someone()))
  await Promise.all(pages.map((page) => connectedDirectly(page, 7, MEET_MS)))
  for (const page of pages) {
    const { connections } = await page.evaluate(() => starling.status())
    expect(new Set(connections.map(({ agent }) => agent)).size).toBe(7)
    for (const { address, direct } of connections) {
      expect(direct).toBe(true)
      expect(address).toContain('/webrtc')
    }
  }
})
