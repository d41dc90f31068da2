/**
 * From an announcement in one tab to its body in each of the others: real Chromium, real WebRTC, everybody connected with
 * everybody. Each announcement is somebody’s intention; the others look again and again whether they hold it, not so often as to be what is
 * measured.
 */
import { connectedDirectly, pause } from '../scripts/world.mjs'
import { inNewWorld, spread } from './rounds.mjs'

const BETWEEN_MS = 250
const LOOK_MS = 25

/** @param {number} announcements @param {number} tabs */
export async function gossip(announcements, tabs) {
  let figures = { millis: [0], missing: 0 }
  await inNewWorld(async (open) => {
    const pages = await Promise.all(Array.from({ length: tabs }, open))
    figures = await announcementToBody(pages, announcements)
  })
  if (figures.missing > 0) process.exitCode = 1
  return { case: 'gossip', tabs, announcements, missing: figures.missing, announcementToBodyMs: spread(figures.millis) }
}

/**
 * @param {ReadonlyArray<import('@playwright/test').Page>} pages whose agents are to meet first
 * @param {number} announcements
 * @returns {Promise<{ millis: number[], missing: number }>} one time for each announcement and other tab
 */
async function announcementToBody(pages, announcements) {
  await Promise.all(pages.map((page) => connectedDirectly(page, pages.length - 1, 120_000)))
  const agents = await Promise.all(pages.map((page) => page.evaluate(async () => (await globalThis.starling.status()).agent)))
  // what they have said of themselves so far is not to be measured
  await pause(3_000)
  const millis = []
  let missing = 0
  for (let i = 0; i < announcements; i++) {
    const author = i % pages.length
    const goal = `Somebody who knows about thing number ${i}`
    const others = pages.filter((_, at) => at !== author)
    const waits = others.map((page) => page.evaluate(waitForGoal, { author: agents[author] ?? '', goal, within: 10_000, every: LOOK_MS }))
    const at = await pages[author]?.evaluate(async (words) => {
      const began = Date.now()
      await globalThis.starling.declare({ goal: words })
      return began
    }, goal)
    for (const seen of await Promise.all(waits)) {
      if (seen === null || at === undefined) missing++
      else millis.push(seen - at)
    }
    await pause(BETWEEN_MS)
  }
  return { millis, missing }
}

/** Runs in a page: when it was there, by the clock that all tabs of a machine share; null when it did not come. */
async function waitForGoal({ author, goal, within, every }) {
  const deadline = Date.now() + within
  let after = 0
  while (Date.now() < deadline) {
    const entries = await globalThis.starling.log({ author, after })
    if (entries.some(({ body }) => body?.goal === goal)) return Date.now()
    // entries before the last whose bodies are here are of no more interest
    while (entries[0] !== undefined && entries[0].body !== null) after = entries.shift().seq
    await new Promise((resolve) => setTimeout(resolve, every))
  }
  return null
}
