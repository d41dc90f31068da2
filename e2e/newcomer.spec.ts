import { test as base, expect } from '@playwright/test'
import { openWorld } from '../scripts/world.mjs'

/** A network as `npm start` makes it: two resident agents, and nobody else. */
const test = base.extend<{ url: string }>({
  url: async ({}, use) => {
    const world = await openWorld({ residents: 2 })
    await use(world.url)
    await world.close()
  }
})

test('a lone newcomer clicks an example and gets a real result', async ({ page, url }) => {
  await page.goto(url)
  await page
    .getByRole('main')
    .getByRole('button', { name: /file/ })
    .first()
    .click()
  const result = page.getByRole('region', { name: 'Result', exact: true })
  await expect(result).toBeVisible({ timeout: 30_000 })
  await expect(result.getByRole('button', { name: /Download|Save/ }).first()).toBeVisible()
  // and it is there again after a reload
  await page.reload()
  await expect(page.getByRole('region', { name: 'Result', exact: true })).toBeVisible()
})

test('by keyboard alone, on a phone', async ({ page, url }) => {
  await page.setViewportSize({ width: 360, height: 740 })
  await page.goto(url)
  await page.getByLabel('Your goal, in words').focus()
  await page.keyboard.type('The key points of this long text')
  await page.getByLabel('Files to attach').setInputFiles({
    name: 'story.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('Starlings fly in flocks. A flock has no leader. Each bird watches seven others. The flock turns as one. '.repeat(12))
  })
  await expect(page.getByRole('radio').first()).toBeVisible()
  await page.getByLabel('Your goal, in words').focus()
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('region', { name: 'Result', exact: true })).toBeVisible({ timeout: 30_000 })
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(overflow).toBe(0)
})
