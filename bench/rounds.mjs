/** What the cases have in common: a network and a browser for each round, and figures of many rounds. */
import { chromium } from '@playwright/test'
import { chromiumLaunchOptions } from '../scripts/chromium.mjs'
import { openWorld } from '../scripts/world.mjs'

/** @param {(open: () => Promise<import('@playwright/test').Page>) => Promise<void>} round gets what opens one more tab */
export async function inNewWorld(round) {
  const world = await openWorld()
  const browser = await chromium.launch(chromiumLaunchOptions())
  try {
    await round(async () => (await world.person(browser)).page)
  } finally {
    await browser.close()
    await world.close()
  }
}

/** @param {number[]} values */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null
  return { min: at(0), median: at(0.5), p95: at(0.95), max: at(1) }
}
