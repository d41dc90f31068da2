/**
 * `npm run bench -- CASE`: figures from real Chromium, as one line of JSON at the end.
 *
 * - `connect [--times 5] [--tabs 2]`: from opening the URL to the relay and to the first direct connection
 * - `mesh [--times 20] [--tabs 8]`: until everybody is connected directly with everybody
 * - `gossip [--times 40] [--tabs 8]`: from an announcement in one tab to its body in the others
 * - `interest [--times 30] [--tabs 8]`: from an offer to those who listen for such a thing; what those get who don't
 * - `control [--times 5]`: how long files at full rate delay small messages between two tabs
 * - `meaning [--times 5]`: until the first search, and until the model that finds by meaning is there
 * - `match`: how well requests find whom they mean, beside words and embeddings alone; searching and adding at size
 * - `stuffing`: how often somebody comes first who says whatever people ask for
 * - `topics`: how often the topic that is proposed for a capability is a right one
 * - `trust [--times 9]`: an iteration of trust in Node and Chromium, with one thread and two, beside the same in C
 * - `log [--times 5]`: appending, checking and keeping entries, beside what WebCrypto and IndexedDB do by themselves
 */
import { parseArgs } from 'node:util'
import { ensureBuilt } from '../scripts/build.mjs'
import { SetupError, checkNode, ensureInstalled, runMain } from '../scripts/setup.mjs'

/** A case is loaded when everything that it needs is there. */
const cases = {
  connect: { times: 5, tabs: 2, run: async (times, tabs) => (await import('./connect.mjs')).connect(times, tabs) },
  mesh: { times: 20, tabs: 8, run: async (times, tabs) => (await import('./mesh.mjs')).mesh(times, tabs) },
  gossip: { times: 40, tabs: 8, run: async (times, tabs) => (await import('./gossip.mjs')).gossip(times, tabs) },
  interest: { times: 30, tabs: 8, run: async (times, tabs) => (await import('./interest.mjs')).interest(times, tabs) },
  control: { times: 5, tabs: 2, run: async (times) => (await import('./control.mjs')).control(times) },
  meaning: { times: 5, tabs: 1, run: async (times) => (await import('./meaning.mjs')).meaning(times) },
  match: { times: 1, tabs: 1, inNode: true, run: async () => (await import('./match.mjs')).match() },
  stuffing: { times: 1, tabs: 1, inNode: true, run: async () => (await import('./match.mjs')).stuffing() },
  topics: { times: 1, tabs: 1, inNode: true, run: async () => (await import('./match.mjs')).topics() },
  trust: { times: 9, tabs: 1, run: async (times) => (await import('./trust.mjs')).trust(times) },
  log: { times: 5, tabs: 1, run: async (times) => (await import('./log.mjs')).log(times) }
}

async function main() {
  const { values, positionals } = parseArgs({
    options: { times: { type: 'string' }, tabs: { type: 'string' } },
    allowPositionals: true
  })
  const name = positionals[0] ?? ''
  const chosen = Object.hasOwn(cases, name) ? cases[/** @type {keyof typeof cases} */ (name)] : undefined
  if (chosen === undefined) throw new SetupError(`Expected a case: ${Object.keys(cases).join(', ')}.`)
  const times = whole('times', values.times ?? chosen.times)
  const tabs = whole('tabs', values.tabs ?? chosen.tabs)
  checkNode()
  ensureInstalled()
  if (!('inNode' in chosen)) {
    const { ensureChromium } = await import('../scripts/install-chromium.mjs')
    ensureChromium()
    ensureBuilt()
  }
  console.log(JSON.stringify(await chosen.run(times, tabs)))
}

/** @param {string} flag @param {string | number} text */
function whole(flag, text) {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new SetupError(`--${flag}: expected a whole number from 1, got "${text}"`)
  return value
}

await runMain(main)
