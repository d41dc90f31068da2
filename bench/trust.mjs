/**
 * Trust, measured: an iteration beside the same in C, a few ratings that come to a million, the book after a reload, and the page's
 * frames while a million ratings converge. All of it, or the parts that are named: `npm run bench -- trust batch frames`.
 */
import { mkdir, rm } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SetupError, root } from '../scripts/setup.mjs'
import { batch } from './trust/batch.mjs'
import { frames } from './trust/frames.mjs'
import { ALPHA, SEED, iterations } from './trust/iterations.mjs'
import { resume } from './trust/resume.mjs'
import { openChromium } from './trust/runtimes.mjs'

/** By the key under which each is told. */
const parts = {
  cases: iterations,
  batch: (_folder, chromium) => batch(chromium),
  resume: (_folder, chromium) => resume(chromium),
  frames: (_folder, chromium) => frames(chromium)
}

/**
 * @param {number} times rounds of the iterations; medians of them are told
 * @param {string[]} only names of parts; none: all of them
 */
export async function trust(times, only = namedParts()) {
  const unknown = only.find((name) => !Object.hasOwn(parts, name))
  if (unknown !== undefined) throw new SetupError(`Expected parts of ${Object.keys(parts).join(', ')}, got "${unknown}".`)
  const folder = join(root, '.starling', `bench-trust-${process.pid}`)
  await mkdir(folder, { recursive: true })
  const closing = [() => rm(folder, { recursive: true, force: true })]
  try {
    const chromium = await openChromium(folder)
    closing.push(chromium.close)
    const told = { case: 'trust', times, alpha: ALPHA, seed: SEED }
    for (const [name, part] of Object.entries(parts)) {
      if (only.length > 0 && !only.includes(name)) continue
      told[name] = await part(folder, chromium, times)
      console.log(`${name}: ${JSON.stringify(told[name])}`)
    }
    return { ...told, load: loadavg() }
  } finally {
    for (const close of closing.reverse()) await close()
  }
}

/** What stands behind the name of the bench on the command line. */
function namedParts() {
  const { positionals } = parseArgs({ options: { times: { type: 'string' }, tabs: { type: 'string' } }, strict: false, allowPositionals: true })
  return positionals.slice(1)
}
