/** From a reload of the page to the first word on whom to trust, with the book in real IndexedDB. */
import { loadavg } from 'node:os'
import { median, rounded } from './figures.mjs'

const FILLING = { agents: 5_000, ratings: 100_000, topics: 8, trusted: 10 }
const RELOADS = 5

/** @param {import('./runtimes.mjs').Chromium} chromium */
export async function resume(chromium) {
  const first = await chromium.openPage()
  const { ratings, keepMs } = await first.ask({ what: 'fill', ...FILLING })
  await first.close()
  const rounds = []
  for (let i = 0; i < RELOADS; i++) {
    // a page of its own each, with new workers: nothing is warm but the disk
    const page = await chromium.openPage()
    rounds.push(await page.ask({ what: 'resume', ...FILLING }))
    await page.close()
    console.log(`resume ${i + 1}: ${JSON.stringify(rounds.at(-1))}`)
  }
  if (rounds.some(({ known }) => known === 0)) throw new Error('expected the kept book to know some of whom it was asked for')
  const of = (name) => median(rounds.map((round) => round[name]))
  return {
    ...FILLING,
    ratings,
    reloads: RELOADS,
    ms: of('firstAnswerMs'),
    shortestMs: rounded(Math.min(...rounds.map(({ firstAnswerMs }) => firstAnswerMs))),
    longestMs: rounded(Math.max(...rounds.map(({ firstAnswerMs }) => firstAnswerMs))),
    readMs: of('readMs'),
    openMs: of('openMs'),
    storeMs: of('storeMs'),
    keepMs: rounded(keepMs),
    load: loadavg()[0]
  }
}
