import { until } from '../scripts/world.mjs'
import { expect, test } from './world.ts'

test('somebody is found in words that nobody agreed on, once the model is there, and by words before', async ({ someone }) => {
  const [ann, ben] = await Promise.all([someone(), someone()])
  await ben.evaluate(() =>
    starling.declare({
      id: 'bicycle-workshop',
      name: 'Bicycle workshop',
      description: 'Says how to mend a bike at home: gears, chain, punctures.',
      tags: ['bicycle', 'repair'],
      examples: ['My chain keeps falling off'],
      terms: { languages: ['en'], region: 'CH', price: 0, keeps: 'nothing', tier: 0 },
      source: 'function run() { return { summary: "pump it up", parts: [] } }'
    })
  )
  const goal = ann.getByLabel('Your goal, in words')
  await goal.fill('bicycle')
  const found = ann.getByRole('group', { name: 'Who could do it' })
  await expect(found).toContainText('Bicycle workshop')
  await expect(found).toContainText('Matches “Bicycle”')

  await until(ann, async () => (await starling.status()).meaning.model.is === 'ready')
  await goal.fill('my two-wheeler needs fixing')
  // what the word before has found stays until there is an answer to these
  await expect(found).not.toContainText('Matches “Bicycle”')
  await expect(found).toContainText('Bicycle workshop')
  await expect(found).toContainText('Near to it in meaning')
  await goal.fill('sing opera at a wedding')
  await expect(ann.getByRole('region', { name: 'Nobody found' })).toContainText('Nobody here says they can do this')

  // terms are looked at before anything is said to anybody
  const agents = (regions: string[]) =>
    ann.evaluate(async (wanted) => {
      const candidates = await starling.find('mend my bicycle', { constraints: { regions: wanted, maxPrice: 0 } })
      return candidates.map(({ skill }) => skill)
    }, regions)
  expect(await agents(['CH', 'DE'])).toContain('bicycle-workshop')
  expect(await agents(['DE'])).toEqual([])
})
