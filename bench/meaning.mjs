/** From the URL to the first search and to the model that finds by meaning, for a newcomer and after a reload; and whether the page janks. */
import { inNewWorld, spread } from './rounds.mjs'

/** Medians: until the first search is answered, and until the model is there that was there before. */
const MOST_MS = { firstSearchMs: 1_000, firstSearchAgainMs: 1_000, modelAgainMs: 5_000 }

/** @param {number} times */
export async function meaning(times) {
  /** @type {Record<string, number[]>} */
  const all = { firstSearchMs: [], modelMs: [], firstSearchAgainMs: [], modelAgainMs: [], longestTaskMs: [] }
  for (let i = 0; i < times; i++) {
    await inNewWorld(async (open) => {
      const page = await open()
      const first = await page.evaluate(timesOfMeaning)
      await page.reload()
      const again = await page.evaluate(timesOfMeaning)
      all.firstSearchMs.push(first.searchMs)
      all.modelMs.push(first.modelMs)
      all.firstSearchAgainMs.push(again.searchMs)
      all.modelAgainMs.push(again.modelMs)
      all.longestTaskMs.push(Math.max(first.longestTaskMs, again.longestTaskMs))
    })
    console.log(`round ${i + 1}: ${JSON.stringify(Object.fromEntries(Object.entries(all).map(([name, values]) => [name, values.at(-1)])))}`)
  }
  const figures = Object.fromEntries(Object.entries(all).map(([name, values]) => [name, spread(values)]))
  if (Object.entries(MOST_MS).some(([name, most]) => !(figures[name]?.median <= most))) process.exitCode = 1
  return { case: 'meaning', times, ...figures }
}

/** In the page: milliseconds since it was opened, and of the longest task of its main thread since this was called. */
async function timesOfMeaning() {
  let longestTaskMs = 0
  new globalThis.PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longestTaskMs = Math.max(longestTaskMs, duration)
  }).observe({ entryTypes: ['longtask'] })
  while (!('starling' in globalThis)) await new Promise((resolve) => setTimeout(resolve, 5))
  await globalThis.starling.find('a chart of my prices')
  const searchMs = Math.round(performance.now())
  while ((await globalThis.starling.status()).meaning.model.is !== 'ready') await new Promise((resolve) => setTimeout(resolve, 20))
  return { searchMs, modelMs: Math.round(performance.now()), longestTaskMs: Math.round(longestTaskMs) }
}
