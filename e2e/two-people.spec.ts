import { readFile } from 'node:fs/promises'
import { allow, ask, sampleCsv, taskEnd, until } from '../scripts/world.mjs'
import { expect, meets, nextApproval, ownLog, test } from './world.ts'

test('two people do a task over a direct connection, and again when the relay is gone', async ({ world, someone }) => {
  const [ann, ben] = await Promise.all([someone(), someone()])
  await Promise.all([meets(ann, 1), meets(ben, 1)])
  const { connections } = await ann.evaluate(() => starling.status())
  expect(connections).toHaveLength(1)
  expect(connections[0]).toMatchObject({ direct: true, address: expect.stringContaining('/webrtc') })

  const id = await ask(ann, 'Average price by city')
  await allow(ben)
  expect(await taskEnd(ann, id)).toMatchObject({ state: 'completed' })
  await expect(ann.getByRole('region', { name: 'Result', exact: true })).toContainText('Geneva')

  // both hold the same contract and the same outcome, signed by both
  await until(ben, async () => (await starling.log()).some(({ kind }) => kind === 'outcome'))
  const [annsLog, bensLog] = [await ownLog(ann), await ownLog(ben)]
  for (const kind of ['contract', 'outcome']) {
    const entry = annsLog.find((one) => one.kind === kind)
    expect(entry).toBeDefined()
    expect(bensLog).toContainEqual(entry)
  }

  await world.stopRelay()
  await until(ann, async () => !(await starling.status()).relay)
  const second = await ask(ann, 'Statistics of the prices')
  await allow(ben)
  expect(await taskEnd(ann, second)).toMatchObject({ state: 'completed' })
})

test('a reload of either side in the middle of a task loses nothing', async ({ someone }) => {
  const [ann, ben] = await Promise.all([someone(), someone()])
  await meets(ann, 1)
  const id = await ask(ann, 'Average price by city')
  const card = await nextApproval(ben)
  await ben.reload()
  expect((await nextApproval(ben)).id).toBe(card.id)
  await ann.reload()
  await allow(ben)
  await ann.reload()
  const task = await taskEnd(ann, id)
  expect(task).toMatchObject({ state: 'completed' })
  await until(ben, async () => (await starling.log()).some(({ kind }) => kind === 'outcome'))
  for (const page of [ann, ben]) {
    const kinds = (await ownLog(page)).map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'contract')).toHaveLength(1)
    expect(kinds.filter((kind) => kind === 'outcome')).toHaveLength(1)
  }
  await expect(ann.getByRole('region', { name: 'Result', exact: true })).toContainText('Geneva')
})

test('no is an answer, and its reason arrives', async ({ someone }) => {
  const [ann, ben] = await Promise.all([someone(), someone()])
  await meets(ann, 1)
  const id = await ask(ann, 'Average price by city')
  await ben.getByRole('link', { name: /^Approvals/ }).click()
  await ben.getByRole('button', { name: 'Not now' }).click()
  await ben.getByRole('textbox').fill('Busy with my own sums')
  await ben.getByRole('button', { name: /Not now|Say no|Decline/ }).last().click()
  expect(await taskEnd(ann, id)).toMatchObject({ state: 'rejected' })
  await expect(ann.getByRole('main')).toContainText('Busy with my own sums')
})

test('what is always allowed within limits runs by itself, and can be taken back', async ({ someone }) => {
  const [ann, ben] = await Promise.all([someone(), someone()])
  await meets(ann, 1)
  const first = await ask(ann, 'Average price by city')
  await ben.getByRole('link', { name: /^Approvals/ }).click()
  await ben.getByRole('button', { name: /^Always/ }).click()
  await ben.getByRole('dialog').getByRole('button', { name: /^Allow/ }).click()
  expect(await taskEnd(ann, first)).toMatchObject({ state: 'completed' })
  const second = await ask(ann, 'Average price by month')
  expect(await taskEnd(ann, second)).toMatchObject({ state: 'completed' })
  await ben.evaluate(async () => {
    for await (const { permissions } of starling.snapshots()) {
      for (const { id } of permissions) await starling.revoke(id)
      return
    }
  })
  await ask(ann, 'Total of all prices')
  expect((await nextApproval(ben)).goal).toBe('Total of all prices')
})

test('a run can be stopped by either side', async ({ someone }) => {
  const [ann, ben] = await Promise.all([someone(), someone()])
  await ben.evaluate(() =>
    starling.declare({
      id: 'endless',
      name: 'Counts for ever',
      tags: ['endless'],
      source: 'function run(input, host) { for (let i = 0; ; i++) if (i % 1e5 === 0) host.progress(0.5, `at ${i}`) }'
    })
  )
  await meets(ann, 1)
  for (const side of [ann, ben]) {
    await until(ann, async () => (await starling.find('endless')).length > 0)
    const id = await ask(ann, 'endless', null)
    await allow(ben)
    await until(ann, async (wanted) => (await starling.tasks()).find(({ id }) => id === wanted)?.progress, id)
    if (side === ben) {
      await ben.getByRole('link', { name: /^Tasks/ }).click()
      await ben.getByRole('main').getByRole('link', { name: /endless/ }).first().click()
    }
    await side.getByRole('button', { name: /^(Stop|Cancel)/ }).click()
    expect(await taskEnd(ann, id)).toMatchObject({ state: 'canceled' })
  }
})

test('the tabs of one profile are one agent: any of them answers, and the log never forks', async ({ someone, world }) => {
  const [ann, ben] = await Promise.all([someone(), someone()])
  const bensOther = await ben.context().newPage()
  await bensOther.goto(world.url)
  await until(bensOther, () => 'starling' in globalThis)
  const [one, two] = await Promise.all([ben, bensOther].map((page) => page.evaluate(() => starling.status())))
  expect(one?.agent).toBe(two?.agent)
  expect(one?.peerId).not.toBe(two?.peerId)

  await Promise.all(
    [ben, bensOther].map((page, tab) =>
      page.evaluate(async (from) => {
        for (let i = 0; i < 10; i++) await starling.declare({ goal: `wish ${i} of tab ${from}` })
      }, tab)
    )
  )
  expect((await ownLog(ben)).filter(({ kind }) => kind === 'intention')).toHaveLength(20)

  await meets(ann, 1)
  const id = await ask(ann, 'Average price by city')
  await Promise.all([nextApproval(ben), nextApproval(bensOther)])
  await allow(bensOther)
  expect(await taskEnd(ann, id)).toMatchObject({ state: 'completed' })

  // the tab that is left goes on with what the other had in hand
  await ask(ann, 'Average price by month')
  const card = await nextApproval(ben)
  await ben.close()
  expect((await nextApproval(bensOther)).id).toBe(card.id)
  await allow(bensOther)
  const second = await ann.evaluate(async () => (await starling.tasks())[0]?.id ?? '')
  expect(await taskEnd(ann, second)).toMatchObject({ state: 'completed' })
})

test('the page’s main thread can be busy for two seconds without stopping the peer', async ({ someone }) => {
  const [ann, ben] = await Promise.all([someone(), someone()])
  await ben.evaluate(() =>
    starling.declare({
      id: 'slow',
      name: 'Takes its time',
      tags: ['slow'],
      source:
        'function run(input, host) { for (let i = 0, step = 0; step < 400; i++) if (i % 20000 === 0) host.progress(++step / 400, `step ${step}`); return { summary: "done", parts: [] } }'
    })
  )
  await until(ann, async () => (await starling.find('slow')).some(({ reach }) => reach === 'direct'))
  const id = await ann.evaluate(() => starling.submit({ goal: 'slow', skill: 'slow' }))
  await ben.evaluate(async (card) => starling.approve(card), (await nextApproval(ben)).id)
  await until(ann, async (wanted) => (await starling.tasks()).find((task) => task.id === wanted)?.progress, id)
  const [seen] = await Promise.all([
    ann.evaluate(async (wanted) => {
      const fractions = new Set<number>()
      const since = performance.now()
      while (performance.now() - since < 1500) {
        const task = (await starling.tasks()).find((one) => one.id === wanted)
        if (task?.progress) fractions.add(task.progress.fraction)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      return fractions.size
    }, id),
    ben.evaluate(() => {
      const until = performance.now() + 2000
      while (performance.now() < until);
    })
  ])
  expect(seen).toBeGreaterThan(3)
  await ann.evaluate((wanted) => starling.cancel(wanted), id)
  await taskEnd(ann, id)
})

test('a file is shown before it is sent, and is what the other side reads', async ({ someone }) => {
  const [ann, ben] = await Promise.all([someone(), someone()])
  await meets(ann, 1)
  await ask(ann, 'Average price by city')
  await ben.getByRole('link', { name: /^Approvals/ }).click()
  const card = ben.getByRole('article').first()
  await expect(card).toContainText(sampleCsv.name)
  await expect(card).toContainText('Average price by city')
  await expect(card.getByRole('button', { name: 'Allow once' })).toBeVisible()
})

test('a log is saved as a file, and somebody else checks it', async ({ someone }) => {
  const [ann, ben] = await Promise.all([someone(), someone()])
  for (const page of [ann, ben]) {
    await page.getByRole('link', { name: 'Me', exact: true }).click()
    await page.getByText(/^My log: \d+ signed entr/).click()
  }
  const [download] = await Promise.all([
    ann.waitForEvent('download'),
    ann.getByRole('button', { name: 'Save as a file' }).click()
  ])
  expect(download.suggestedFilename()).toMatch(/-log\.car$/)
  const path = await download.path()
  await ben.getByLabel('Log file to check').setInputFiles(path)
  await expect(ben.getByRole('main')).toContainText(/The log of .+: \d+ entr(y|ies), all signed and in order\./)

  const bytes = await readFile(path)
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  await ben.getByLabel('Log file to check').setInputFiles({ name: 'changed.car', mimeType: 'application/vnd.ipld.car', buffer: bytes })
  await expect(ben.getByRole('alert')).toContainText('That did not work')
})
