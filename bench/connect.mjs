/** From the URL to the relay and to the first direct connection. */
import { timesOfConnection } from '../scripts/world.mjs'
import { inNewWorld, spread } from './rounds.mjs'

/** @param {number} times @param {number} tabs */
export async function connect(times, tabs) {
  const relayed = []
  const direct = []
  for (let i = 0; i < times; i++) {
    await inNewWorld(async (open) => {
      const pages = await Promise.all(Array.from({ length: tabs }, open))
      for (const { relayedMs, directMs } of await Promise.all(pages.map((page) => timesOfConnection(page)))) {
        relayed.push(relayedMs)
        direct.push(directMs)
      }
    })
    console.log(`round ${i + 1}: direct after ${direct.slice(-tabs).join(', ')} ms`)
  }
  return { case: 'connect', times, tabs, urlToRelayedMs: spread(relayed), urlToDirectMs: spread(direct) }
}
