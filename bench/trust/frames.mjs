/** The page's frames while a worker takes a million ratings and converges, beside the same page with nothing to do. */
import { loadavg } from 'node:os'
import { median, quantile, rounded } from './figures.mjs'

const CONVERGING = { agents: 100_000, ratings: 1_000_000, seeds: 10 }
const ROUNDS = 3
/** Longer than a frame at 60 a second, and by more than frames vary. */
const LATE_MS = 20

/** @param {import('./runtimes.mjs').Chromium} chromium */
export async function frames(chromium) {
  const page = await chromium.openPage()
  const [idle, converging, work] = [[], [], []]
  await page.ask({ what: 'prepare', ...CONVERGING })
  // in turn, so that both are of the same moment on a machine that others use too
  for (let round = 0; round < ROUNDS; round++) {
    const { ms, result } = await page.frames({ during: { what: 'converge' } })
    converging.push(...ms)
    work.push(result)
    const tookMs = Math.round(result.addMs + result.exactMs)
    idle.push(...(await page.frames({ idleMs: tookMs })).ms)
  }
  await page.close()
  return {
    ...CONVERGING,
    rounds: ROUNDS,
    converging: told(converging),
    idle: told(idle),
    addMs: median(work.map(({ addMs }) => addMs)),
    exactMs: median(work.map(({ exactMs }) => exactMs)),
    iterations: work[0].iterations,
    load: loadavg()[0]
  }
}

/** @param {number[]} ms of each frame */
function told(ms) {
  return {
    frames: ms.length,
    perSecond: rounded((1000 * ms.length) / ms.reduce((sum, one) => sum + one, 0)),
    ms: { median: median(ms), p95: quantile(ms, 0.95), longest: rounded(Math.max(...ms)) },
    late: rounded(ms.filter((one) => one > LATE_MS).length / ms.length)
  }
}
