/** Until everybody is connected directly with everybody. */
import { connectedDirectly } from '../scripts/world.mjs'
import { inNewWorld, spread } from './rounds.mjs'

/** @param {number} times @param {number} tabs */
export async function mesh(times, tabs) {
  const complete = []
  let failed = 0
  for (let i = 0; i < times; i++) {
    await inNewWorld(async (open) => {
      const since = Date.now()
      const pages = await Promise.all(Array.from({ length: tabs }, open))
      try {
        await Promise.all(pages.map((page) => connectedDirectly(page, tabs - 1, 60_000)))
        complete.push(Date.now() - since)
        console.log(`round ${i + 1}: complete after ${complete.at(-1)} ms`)
      } catch (error) {
        failed++
        const degrees = await Promise.all(
          pages.map((page) => page.evaluate(async () => (await globalThis.starling.status()).connections.length))
        )
        console.log(`round ${i + 1}: incomplete, connections ${degrees.join(', ')}: ${error instanceof Error ? error.name : error}`)
      }
    })
  }
  if (failed > 0) process.exitCode = 1
  return { case: 'mesh', times, tabs, failed, completeMs: spread(complete) }
}
