import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { chromiumLaunchOptions } from '../scripts/chromium.mjs'
import { allow, ask, taskEnd, until } from '../scripts/world.mjs'
import { expect, meets, nextApproval, test } from './world.ts'

test('a file that is too large is refused with its size and the limit, and nothing is lost', async ({ someone }) => {
  const [ann, ben] = await Promise.all([someone(), someone()])
  await meets(ann, 1)
  await ann.getByLabel('Your goal, in words').fill('Average price by city')
  await ann.getByLabel('Files to attach').setInputFiles({
    name: 'huge.csv',
    mimeType: 'text/csv',
    buffer: Buffer.alloc(20 * 2 ** 20, 'a,b\n1,2\n')
  })
  await expect(ann.getByRole('alert').or(ann.getByRole('status')).filter({ hasText: 'huge.csv' }).first()).toContainText(/MB/)
  await expect(ann.getByLabel('Your goal, in words')).toHaveValue('Average price by city')
  await expect(
    ann.evaluate(() => starling.submit({ goal: 'x', files: [{ name: 'huge.csv', bytes: new Uint8Array(20 * 2 ** 20) }] }))
  ).rejects.toThrow(/at most/)
  expect(await ben.evaluate(() => starling.approvals())).toEqual([])
})

const programs = {
  'loops for ever': { source: 'function run() { for (;;) {} }', says: /time|seconds|long/i },
  'eats memory': { source: 'function run() { const all = []; for (;;) all.push(new Array(1e5).fill(7)) }', says: /memory/i },
  throws: { source: 'function run() { throw new Error("no such luck") }', says: /no such luck/ },
  'ignores interrupts': { source: 'function run() { return 2n ** 2n ** 40n }', says: /./ },
  'gives something else': { source: 'function run() { return "<script>alert(1)</script>" }', says: /result|return/i }
}

for (const [what, { source, says }] of Object.entries(programs)) {
  test(`a skill that ${what} fails with a clear answer, and both go on`, async ({ someone }) => {
    const [ann, ben] = await Promise.all([someone(), someone()])
    await ben.evaluate(
      (code) =>
        starling.declare({
          id: 'odd',
          name: 'An odd skill',
          tags: ['odd'],
          source: code,
          limits: { ms: 1500, memoryBytes: 16 * 2 ** 20, inputBytes: 1000, outputBytes: 10_000 }
        }),
      source
    )
    await until(ann, async () => (await starling.find('odd')).some(({ reach }) => reach === 'direct'))
    const id = await ask(ann, 'odd', null)
    await allow(ben)
    const task = await taskEnd(ann, id)
    expect(task.state).toBe('failed')
    expect(task.problem).toMatch(says)
    const next = await ask(ann, 'Average price by city')
    await allow(ben)
    expect(await taskEnd(ann, next)).toMatchObject({ state: 'completed' })
  })
}

test('where the browser refuses storage the agent works, and says that it forgets', async ({ someone, world }) => {
  const other = await someone()
  const folder = await mkdtemp(join(tmpdir(), 'starling-profile-'))
  // a browser that is told to let sites keep nothing
  await mkdir(join(folder, 'Default'))
  const preferences = { profile: { default_content_setting_values: { cookies: 2 } } }
  await writeFile(join(folder, 'Default', 'Preferences'), JSON.stringify(preferences))
  const context = await chromium.launchPersistentContext(folder, chromiumLaunchOptions())
  const page = await context.newPage()
  await page.goto(world.url)
  await until(page, async () => (await starling.status()).storage.kind === 'memory')
  await expect(page.getByText(/not kept|forget|forgotten/i).first()).toBeVisible()
  await meets(page, 1)
  const id = await ask(page, 'Average price by city')
  await allow(other)
  expect(await taskEnd(page, id)).toMatchObject({ state: 'completed' })
  await context.close()
  await rm(folder, { recursive: true, force: true })
})

test('where the device is full, the request is refused in words and what was there is kept', async ({ world, browser }) => {
  const context = await browser.newContext()
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Storage.overrideQuotaForOrigin', { origin: world.url, quotaSize: 3 * 2 ** 20 })
  await page.goto(world.url)
  await until(page, async () => (await starling.status()).storage.kind === 'indexeddb')
  // what the agent offers is said at the start, by words, and again by meaning when its model is there
  const before = await until(page, async () => {
    const log = await starling.log()
    return log.length >= 3 ? log.map(({ seq, kind }) => `${seq} ${kind}`) : null
  })
  await expect(
    page.evaluate(() =>
      starling.submit({ goal: 'Statistics', files: [{ name: 'a.csv', text: Array.from({ length: 8e5 }, () => Math.random()).join('\n') }] })
    )
  ).rejects.toThrow(/room|full|space/i)
  expect(await page.evaluate(async () => (await starling.tasks()).length)).toBe(0)
  const after = await page.evaluate(async () => (await starling.log()).map(({ seq, kind }) => `${seq} ${kind}`))
  expect(after.slice(0, before.length)).toEqual(before)
  expect(after.filter((entry) => !/capability|withdrawal/.test(entry))).toEqual([])
  await context.close()
})

test('text from strangers is shown as text', async ({ someone }) => {
  const [ann, ben] = await Promise.all([someone(), someone()])
  await meets(ann, 1)
  await ann.evaluate(() =>
    starling.submit({ goal: '<img src=x onerror="document.title=\'owned\'"> \u202Egnp.exe\u202C **bold** https://evil.example', skill: 'javascript' })
  )
  await nextApproval(ben)
  await ben.getByRole('link', { name: /^Approvals/ }).click()
  await expect(ben.getByRole('article').first()).toContainText('<img src=x')
  await expect(ben.getByRole('article').first().getByRole('img', { name: /x/ })).toHaveCount(0)
  await expect(ben.getByRole('article').first().getByRole('link', { name: /evil/ })).toHaveCount(0)
  expect(await ben.title()).not.toContain('owned')
  expect(await ben.getByRole('article').first().innerText()).not.toContain('\u202E')
})
