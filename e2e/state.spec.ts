/** How somebody is at this moment, as others see it: what the browser tells of the device, and whether work is taken on. */
import { readFile } from 'node:fs/promises'
import { ask, taskEnd, until } from '../scripts/world.mjs'
import { expect, meets, test } from './world.ts'

test('others see that no work is taken on, and how the device is; who asks all the same gets a no', async ({ someone }) => {
  const ben = await someone()
  await ben.addInitScript(() => {
    const battery = Object.assign(new EventTarget(), { charging: false, level: 0.12 })
    Object.defineProperty(navigator, 'getBattery', { value: async () => battery })
    Object.defineProperty(navigator, 'connection', { value: Object.assign(new EventTarget(), { saveData: false, type: 'cellular' }) })
  })
  await ben.reload()
  await ben.getByRole('link', { name: 'Me', exact: true }).click()
  const now = ben.getByRole('region', { name: 'How I am now' })
  await expect(now).toContainText('Takes on work · idle · low on battery · on a connection that costs')
  await now.getByRole('switch', { name: 'Take on work for others' }).click()
  await expect(ben.getByRole('link', { name: /^Closed/ })).toBeVisible()
  // it is kept, and told to whoever comes
  await ben.reload()
  await expect(ben.getByRole('link', { name: /^Closed/ })).toBeVisible()

  const ann = await someone()
  await meets(ann, 1)
  await ann.getByRole('link', { name: 'Network', exact: true }).click()
  const card = ann.getByRole('main').getByRole('listitem').filter({ hasText: 'Takes on no work' }).first()
  await card.getByRole('link').click()
  await expect(ann.getByRole('main')).toContainText(
    'It says of itself now: Takes on no work · idle · low on battery · on a connection that costs.'
  )
  // and so does its card for other agent systems
  await ann.getByText('Its card for other agent systems').click()
  const [file] = await Promise.all([ann.waitForEvent('download'), ann.getByRole('button', { name: 'Save its card' }).click()])
  const saved = await readFile(await file.path(), 'utf8')
  const { agent } = await ben.evaluate(() => starling.status())
  expect(await ann.evaluate((text) => starling.readAgentCard(text), saved)).toMatchObject({
    agent,
    state: { open: false, load: 'idle', power: 'low', metered: true },
    passedOver: []
  })
  const id = await ask(ann, 'Average price by city')
  expect(await taskEnd(ann, id)).toMatchObject({ state: 'rejected' })
  await expect(ann.getByRole('main')).toContainText('takes on no work right now')
  expect(await ben.evaluate(() => starling.approvals())).toEqual([])
  // her own agent does take on work
  await until(ann, async () => {
    for await (const { state } of starling.snapshots()) return state.open && state.power === 'mains' && !state.metered
    return false
  })
})
