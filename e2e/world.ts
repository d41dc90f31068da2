/** What every end-to-end test starts with: a relay with the built app, and people with browser profiles of their own. */
import { test as base, type BrowserContextOptions, type Page } from '@playwright/test'
import type { ApprovalView } from '../src/node/client.ts'
import { openWorld, until } from '../scripts/world.mjs'

type World = Awaited<ReturnType<typeof openWorld>>

export const test = base.extend<{
  world: World
  /** Opens the app as somebody new. */
  someone: (options?: BrowserContextOptions) => Promise<Page>
}>({
  world: async ({}, use) => {
    const world = await openWorld()
    await use(world)
    await world.close()
  },
  someone: async ({ browser, world }, use) => {
    const people: Array<{ close: () => Promise<void> }> = []
    await use(async (options) => {
      const { page, context } = await world.person(browser, options)
      people.push(context)
      return page
    })
    await Promise.all(people.map((context) => context.close()))
  }
})

export { expect } from '@playwright/test'

/** Waits until a page's agent knows so many others that offer something. */
export async function meets(page: Page, others: number): Promise<void> {
  await until(
    page,
    async (wanted) => {
      for await (const { agents } of starling.snapshots()) {
        return agents.filter(({ reach, offers }) => reach === 'direct' && offers.count > 0).length >= wanted
      }
      return false
    },
    others
  )
}

/** The next request that waits for this page's operator. */
export function nextApproval(page: Page): Promise<ApprovalView> {
  return until(page, async () => (await starling.approvals())[0])
}

/** The kinds of entries in a page's own log, in order, checked to have no gap. */
export async function ownLog(page: Page): Promise<Array<{ kind: string; bodyHash: string }>> {
  return page.evaluate(async () => {
    const entries = await starling.log()
    if (entries.some(({ seq }, i) => seq !== i + 1)) throw new Error('the log has a gap')
    return entries.map(({ kind, bodyHash }) => ({ kind, bodyHash }))
  })
}
