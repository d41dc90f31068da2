import type { Page } from '@playwright/test'
import { canHalve, openHalves } from '../scripts/halves.mjs'
import { connectedDirectly, until } from '../scripts/world.mjs'
import { expect, test } from './world.ts'

const TABS = 4

/** Says what an agent looks for; public, so that everybody who is there should have it soon. */
async function declare(page: Page, goal: string): Promise<void> {
  await page.evaluate((words) => starling.declare({ goal: words }), goal)
}

/** Waits until a page has all of these goals from others, in words and not as headers only. */
async function knows(page: Page, goals: readonly string[], timeout: number): Promise<void> {
  await until(
    page,
    async (wanted) => {
      for await (const { agents } of starling.snapshots()) {
        const details = await Promise.all(agents.map(({ agent }) => starling.agent(agent)))
        const said = new Set(details.flatMap((one) => one?.intentions.map(({ intention }) => intention.goal) ?? []))
        return wanted.every((goal) => said.has(goal))
      }
      return false
    },
    goals,
    timeout
  )
}

const peers = (page: Page) =>
  page.evaluate(async () => (await starling.status()).connections.filter(({ agent }) => agent !== null).length)

test('two halves of eight tabs, cut apart, go on by themselves, and are one again when they are joined', async ({
  playwright
}) => {
  test.skip(!canHalve(), 'needs root and network namespaces (Linux, `ip`)')
  test.setTimeout(300_000)
  const halves = await openHalves(playwright.chromium)
  try {
    const sides: Page[][] = []
    for (const browser of halves.browsers) {
      const people = await Promise.all(Array.from({ length: TABS }, () => halves.world.person(browser)))
      sides.push(people.map(({ page }) => page))
    }
    const everybody = sides.flat()
    await Promise.all(everybody.map((page) => connectedDirectly(page, 2 * TABS - 1, 90_000)))

    await Promise.all(everybody.map((page, i) => declare(page, `before, by ${i}`)))
    const before = everybody.map((_, i) => `before, by ${i}`)
    await Promise.all(
      everybody.map((page, i) => knows(page, before.filter((_, other) => other !== i), 30_000))
    )

    halves.cut()
    for (const page of everybody) await expect.poll(() => peers(page), { timeout: 60_000 }).toBe(TABS - 1)
    await Promise.all(everybody.map((page, i) => declare(page, `apart, by ${i}`)))
    const apart = everybody.map((_, i) => `apart, by ${i}`)
    const sideOf = (i: number) => Math.floor(i / TABS)
    await Promise.all(
      everybody.map((page, i) =>
        knows(page, apart.filter((_, other) => other !== i && sideOf(other) === sideOf(i)), 30_000)
      )
    )
    const heardAcross = await everybody[0]!.evaluate(async () => {
      for await (const { agents } of starling.snapshots()) {
        const details = await Promise.all(agents.map(({ agent }) => starling.agent(agent)))
        return details.flatMap((one) => one?.intentions.map(({ intention }) => intention.goal) ?? [])
      }
      return []
    })
    expect(heardAcross).not.toContain(`apart, by ${TABS}`)

    halves.join()
    await Promise.all(everybody.map((page, i) => knows(page, apart.filter((_, other) => other !== i), 90_000)))
    for (const page of everybody) {
      const logs = await page.evaluate(async () => {
        for await (const { agents } of starling.snapshots()) return agents.map(({ log }) => log)
        return []
      })
      expect(logs).toHaveLength(2 * TABS - 1)
      expect(logs.every(({ whole, fork }) => whole && !fork)).toBe(true)
    }
  } finally {
    await halves.close()
  }
})
