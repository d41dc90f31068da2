/**
 * From an offer's declaration to whoever listens for such a thing: real Chromium, real WebRTC, everybody connected with everybody.
 * Two tabs listen, one declares matching offers one after the other; of the others, some pay for what they get and look for
 * nothing: they are to hear of each offer and to get none of the bodies. Those who don't pay get all, which shows that there was
 * something to get.
 */
import { connectedDirectly, pause, until } from '../scripts/world.mjs'
import { inNewWorld, spread } from './rounds.mjs'

/** @typedef {import('@playwright/test').Page} Page */

const LISTENERS = 2
/** As many offers are kept by whoever declares them, and as many finds by who listens. */
const MAX_OFFERS = 32
const BETWEEN_MS = 500
const FOUND_WITHIN_MS = 10_000
/** So long after the last offer a body would have been asked for again. */
const SETTLE_MS = 5_000
/** So long it may take from an offer to whoever listens for it, of twenty in nineteen. */
const MOST_P95_MS = 1_000
const BODY_PROTOCOL = '/starling/body/1.0.0'

const WANTED = 'Tune my old piano at home'
const TOWNS = ['Aarau', 'Basel', 'Bern', 'Chur', 'Davos', 'Geneva', 'Lugano', 'Zug']

/** @param {number} offers @param {number} tabs */
export async function interest(offers, tabs) {
  if (offers > MAX_OFFERS) throw new RangeError(`at most ${MAX_OFFERS} offers are kept at a time, got --times ${offers}`)
  if (tabs < LISTENERS + 3) throw new RangeError(`expected at least ${LISTENERS + 3} tabs, got --tabs ${tabs}`)
  let figures = { millis: [0], missing: 0, metered: [{ headers: 0, bodies: 0, bodyBytes: 0 }], curious: [{ bodies: 0 }] }
  await inNewWorld(async (open) => {
    const pages = await Promise.all(Array.from({ length: tabs }, open))
    figures = await offerToFind(pages, offers)
  })
  const { millis, missing, metered, curious } = figures
  const sum = (of, what) => of.reduce((all, one) => all + one[what], 0)
  const result = {
    case: 'interest',
    tabs,
    offers,
    listeners: LISTENERS,
    missing,
    declareToFindMs: spread(millis),
    metered: {
      tabs: metered.length,
      headers: sum(metered, 'headers'),
      bodies: sum(metered, 'bodies'),
      bodyBytes: sum(metered, 'bodyBytes')
    },
    unmetered: { tabs: curious.length, bodies: sum(curious, 'bodies') }
  }
  const heard = result.metered.headers === metered.length * offers && result.unmetered.bodies === curious.length * offers
  const isLate = !(result.declareToFindMs.p95 <= MOST_P95_MS)
  if (missing > 0 || isLate || !heard || result.metered.bodies > 0) process.exitCode = 1
  return result
}

/**
 * @param {ReadonlyArray<Page>} pages whose agents are to meet first: who listens, who offers, and the others
 * @param {number} offers
 */
async function offerToFind(pages, offers) {
  await Promise.all(pages.map((page) => connectedDirectly(page, pages.length - 1, 120_000)))
  await Promise.all(pages.map((page) => until(page, finds, undefined, 120_000)))
  const [listeners, [author], others] = [pages.slice(0, LISTENERS), pages.slice(LISTENERS, LISTENERS + 1), pages.slice(LISTENERS + 1)]
  if (author === undefined) throw new Error('expected somebody who offers')
  const metered = others.filter((_, i) => i % 2 === 0)
  const curious = others.filter((_, i) => i % 2 === 1)
  await Promise.all(metered.map((page) => page.evaluate(wantNothing)))
  await Promise.all(listeners.map((page) => page.evaluate(startListening, WANTED)))
  // what they have said of themselves so far is not to be measured
  await pause(SETTLE_MS)
  const agent = (await author.evaluate(() => globalThis.starling.status())).agent
  const before = await Promise.all(metered.map((page) => bodyBytes(page)))

  const millis = []
  let missing = 0
  const seqs = []
  for (let i = 0; i < offers; i++) {
    const offer = offerNumber(i)
    const waits = listeners.map((page) => page.evaluate(foundAt, { skill: offer.id, within: FOUND_WITHIN_MS }))
    const { at, seq } = await author.evaluate(declareNow, offer)
    seqs.push(seq)
    for (const seen of await Promise.all(waits)) {
      if (seen === null) missing++
      else millis.push(seen - at)
    }
    await pause(BETWEEN_MS)
  }
  await pause(SETTLE_MS)
  const heardBy = (page) => page.evaluate(heardOf, { author: agent, seqs })
  return {
    millis,
    missing,
    metered: await Promise.all(
      metered.map(async (page, i) => ({ ...(await heardBy(page)), bodyBytes: (await bodyBytes(page)) - (before[i] ?? 0) }))
    ),
    curious: await Promise.all(curious.map(heardBy))
  }
}

/** Each is somebody else's way of saying the same. @param {number} i */
function offerNumber(i) {
  const town = TOWNS[i % TOWNS.length]
  return {
    id: `tuning-${i}`,
    name: `Piano tuning in ${town}`,
    description: `Tunes old pianos at your home in ${town} by ear, number ${i}.`,
    tags: ['piano', 'tuning'],
    examples: ['Tune my piano'],
    source: 'function run() { return { summary: "in tune", parts: [] } }'
  }
}

/** What a tab has got so far of bodies, ours or for others: bytes. @param {Page} page */
function bodyBytes(page) {
  return page.evaluate(async (protocol) => (await globalThis.starling.traffic())[protocol]?.received ?? 0, BODY_PROTOCOL)
}

/** Runs in a page: whether it finds by meaning, and has looked at all that is offered. */
async function finds() {
  const { model, waiting } = (await globalThis.starling.status()).meaning
  return model.is === 'ready' && waiting === 0
}

/** Runs in a page: its connection costs, and nothing is offered or looked for. */
async function wantNothing() {
  await globalThis.starling.setDevice({ power: 'mains', metered: true })
  for await (const { offers } of globalThis.starling.snapshots()) {
    for (const { capability } of offers) await globalThis.starling.offer(capability.id, false)
    return
  }
}

/** Runs in a page: notes from now on when each offer was first seen among what was found. */
async function startListening(text) {
  const seen = new Map()
  globalThis.foundTimes = seen
  await globalThis.starling.listen(text)
  void (async () => {
    for await (const { interests } of globalThis.starling.snapshots()) {
      const now = Date.now()
      for (const { skill } of interests.flatMap(({ found }) => found)) {
        if (!seen.has(skill)) seen.set(skill, now)
      }
    }
  })()
}

/** Runs in a page: when it was found, by the clock that all tabs of a machine share; null when it was not. */
async function foundAt({ skill, within }) {
  const deadline = Date.now() + within
  while (Date.now() < deadline) {
    const at = globalThis.foundTimes.get(skill)
    if (at !== undefined) return at
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return null
}

/** Runs in a page. */
async function declareNow(offer) {
  const at = Date.now()
  const { seq } = await globalThis.starling.declare(offer)
  return { at, seq }
}

/** Runs in a page: of these entries of an author, how many are known and of how many the body is here. */
async function heardOf({ author, seqs }) {
  const entries = (await globalThis.starling.log({ author })).filter(({ seq }) => seqs.includes(seq))
  return { headers: entries.length, bodies: entries.filter(({ body }) => body !== null).length }
}
