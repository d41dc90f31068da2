/** How people come to know how others do: as they see and say it, over real connections. */
import type { Page } from '@playwright/test'
import { allow, taskEnd } from '../scripts/world.mjs'
import { expect, meets, test } from './world.ts'

const FIELD = 'Why? Statistics'

test('what one person says of somebody’s work counts for another who counts their word, and only then', async ({ someone }) => {
  const [ann, ben, cem] = await Promise.all([someone(), someone(), someone()])
  await Promise.all([ann, ben, cem].map((page) => meets(page, 2)))
  const [annsAgent, bensAgent] = await Promise.all([ann, ben].map((page) => page.evaluate(async () => (await starling.status()).agent)))

  await visit(ann, bensAgent)
  await expect(saidOfWork(ann)).toContainText('Nobody whose word counts for you has worked with it yet')
  await ann.getByRole('listitem').filter({ hasText: 'CSV statistics and chart' }).getByRole('button', { name: 'Ask for this' }).click()
  await ann.getByLabel('Your goal, in words').fill('Average price by city')
  await ann.getByLabel('Files to attach').setInputFiles({
    name: 'prices.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('city,price\nBern,310\nBasel,290\n')
  })
  await ann.getByRole('form', { name: 'Ask' }).getByRole('button', { name: /^Ask ./ }).click()
  await ann.waitForURL(/#\/tasks\/[0-9a-f]{64}/)
  await allow(ben)
  expect(await taskEnd(ann, ann.url().split('/').at(-1) ?? '')).toMatchObject({ state: 'completed' })

  // Ann looks at what came, and says so
  const verdict = ann.getByRole('group', { name: 'How did it go?' })
  await verdict.getByRole('button', { name: 'Well' }).click()
  await expect(verdict.getByRole('button', { name: 'Well' })).toHaveAttribute('aria-pressed', 'true')
  await visit(ann, bensAgent)
  await expect(saidOfWork(ann)).toContainText('1 good word')
  await expect(saidOfWork(ann)).toContainText('poken of')

  // Cem has heard it, from somebody whom he does not know
  await visit(cem, bensAgent)
  await expect(saidOfWork(cem)).toContainText('1 good word', { timeout: 15_000 })
  await expect(saidOfWork(cem)).toContainText('Hardly known')
  await visit(cem, annsAgent)
  const counts = cem.getByRole('switch', { name: 'Count its word about others' })
  await counts.click()
  await expect(counts).toBeChecked()
  await visit(cem, bensAgent)
  await expect(saidOfWork(cem)).toContainText('poken of')
  await cem.getByRole('button', { name: FIELD }).click()
  await expect(cem.getByRole('group', { name: /^Why it stands so/ })).toContainText('Whose word')

  // Ann changes her mind, and both see it
  await ann.goBack()
  await verdict.getByRole('button', { name: 'Badly' }).click()
  await expect(saidOfWork(cem)).toContainText('Avoided: complaints', { timeout: 15_000 })
  await visit(ann, bensAgent)
  await expect(saidOfWork(ann)).toContainText('Avoided: complaints')

  // it stays so over a reload, and ends when Cem counts her word no more
  await cem.reload()
  await expect(saidOfWork(cem)).toContainText('Avoided: complaints', { timeout: 15_000 })
  await cem.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: /^Me/ }).click()
  await cem.getByRole('button', { name: /^Take back:/ }).click()
  await visit(cem, bensAgent)
  await expect(saidOfWork(cem)).toContainText('Hardly known')
})

test('a newcomer follows the list of somebody who counts the word of a worker’s rater, and leaves it again', async ({ someone }) => {
  const [rater, worker, curator, newcomer] = await Promise.all([someone(), someone(), someone(), someone()])
  const everybody = [rater, worker, curator, newcomer]
  await Promise.all(everybody.map((page) => meets(page, 3)))
  const [ratersAgent, workersAgent, curatorsAgent] = await Promise.all(
    everybody.map((page) => page.evaluate(async () => (await starling.status()).agent))
  )
  const asked = await rater.evaluate(async (agent) => {
    const files = [{ name: 'prices.csv', type: 'text/csv', text: 'city,price\nBern,310\nBasel,290\n' }]
    return starling.submit({ goal: 'Average price by city', files, agent: agent ?? '', skill: 'csv-statistics' })
  }, workersAgent)
  await allow(worker)
  expect(await taskEnd(rater, asked)).toMatchObject({ state: 'completed' })

  // the curator counts the rater's word, and lets everybody know
  await visit(curator, ratersAgent)
  await curator.getByRole('switch', { name: 'Count its word about others' }).click()
  await curator.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: /^Me/ }).click()
  await curator.getByLabel('Its name').fill('Good with tables')
  await curator.getByRole('switch', { name: 'Share my list' }).click()
  await expect(curator.getByRole('switch', { name: 'Share my list' })).toBeChecked()

  // the newcomer has heard of the work, and of nobody whose word counts
  await visit(newcomer, workersAgent)
  await expect(saidOfWork(newcomer)).toContainText('1 good word')
  await expect(saidOfWork(newcomer)).toContainText('Hardly known')
  await visit(newcomer, curatorsAgent)
  await expect(newcomer.getByRole('heading', { name: 'Shares a list: Good with tables' })).toBeVisible()
  await newcomer.getByRole('button', { name: 'Follow its list' }).click()
  await visit(newcomer, workersAgent)
  await expect(saidOfWork(newcomer)).toContainText('poken of')
  await newcomer.reload()
  await expect(saidOfWork(newcomer)).toContainText('poken of')
  await newcomer.getByRole('button', { name: FIELD }).click()
  await expect(newcomer.getByRole('group', { name: /^Why it stands so/ })).toContainText('on the list “Good with tables”')

  await visit(newcomer, curatorsAgent)
  await newcomer.getByRole('button', { name: 'Leave its list' }).click()
  await visit(newcomer, workersAgent)
  await expect(saidOfWork(newcomer)).toContainText('Hardly known')

  // followed again, it counts until it is taken back
  await visit(newcomer, curatorsAgent)
  await newcomer.getByRole('button', { name: 'Follow its list' }).click()
  await curator.getByRole('switch', { name: 'Share my list' }).click()
  await expect(newcomer.getByRole('region', { name: 'Its judgement' })).toContainText('Taken back by whose it was')
  await visit(newcomer, workersAgent)
  await expect(saidOfWork(newcomer)).toContainText('Hardly known')
})

const saidOfWork = (page: Page) => page.getByRole('region', { name: 'What is said of its work' })

async function visit(page: Page, agent: string | undefined): Promise<void> {
  await page.evaluate((id) => {
    location.hash = `#/network/${encodeURIComponent(id ?? '')}`
  }, agent)
}
