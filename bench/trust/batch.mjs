/** A batch of new ratings into a million, warm, in Chromium's worker; beside it the exact solution. */
import { loadavg } from 'node:os'
import { median, quantile, rounded } from './figures.mjs'

const BATCHES = { agents: 100_000, ratings: 1_000_000, seeds: 10, batches: 50, size: 100 }

/** @param {import('./runtimes.mjs').Chromium} chromium */
export async function batch(chromium) {
  const page = await chromium.openPage()
  const { ms, iterated, bounds, error, firstHundred, exactMs } = await page.ask({ what: 'batches', ...BATCHES })
  await page.close()
  return {
    ...BATCHES,
    ms: { shortest: rounded(Math.min(...ms)), median: median(ms), p95: quantile(ms, 0.95), longest: rounded(Math.max(...ms)) },
    iterated,
    errorBound: { median: median(bounds), longest: rounded(Math.max(...bounds)) },
    error: rounded(error),
    firstHundred,
    exactMs: median(exactMs),
    load: loadavg()[0]
  }
}
