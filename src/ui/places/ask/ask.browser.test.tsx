import { afterEach, beforeEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { drawApp } from '../../testing/render.tsx'
import { scenarios } from '../../testing/scenarios.ts'
import { called, createScriptedClient, did, type ScriptedClient } from '../../testing/scripted-client.ts'
import { nameOf } from '../../text/names.ts'

let remove = () => {}
const open = (scenario: string): ScriptedClient => {
  const client = createScriptedClient(scenarios[scenario]!)
  remove = drawApp(client)
  return client
}
const goal = () => page.getByRole('textbox', { name: 'Your goal, in words' })
const listening = () => page.getByRole('region', { name: 'Listening for' })

beforeEach(() => page.viewport(1200, 900))
afterEach(() => remove())

test('long shots are folded away beside better ones, and each match says why', async () => {
  open('listening')
  await goal().fill('What stands out in these sales figures?')
  await expect.element(page.getByRole('radio', { name: nameOf(did(1)) })).toBeChecked()
  await expect.element(page.getByRole('radio', { name: 'Mum’s laptop' })).not.toBeInTheDocument()
  await page.getByText('Perhaps: 2 long shots').click()
  await expect.element(page.getByRole('radio', { name: /Mum’s laptop.*A long shot/ })).toBeVisible()
  await page.getByText('Why this match').first().click()
  const group = page.getByRole('group', { name: 'Who could do it' })
  await expect.element(group).toHaveTextContent(/keeps it for the task only.*English and German.*Germany.*Data › Statistics/)
})

test('where there are long shots only, they say so, and one can go on looking', async () => {
  const client = open('listening')
  await goal().fill('rhymes for a poem')
  await expect.element(page.getByText(/Nobody here clearly says that they can do this/)).toBeVisible()
  await expect.element(page.getByRole('radio', { name: /A long shot/ }).first()).toBeVisible()
  await page.getByRole('region', { name: 'None of them?' }).getByRole('button', { name: 'Tell me when somebody can' }).click()
  await expect.element(page.getByText(/You are told when somebody can/)).toBeVisible()
  expect(called(client, 'listen')).toEqual([['rhymes for a poem', {}]])
  expect(called(client, 'declare')).toEqual([])
})

test('both ways to go on looking say what they tell others', async () => {
  open('usual')
  await goal().fill('zzz qqq')
  const nobody = page.getByRole('region', { name: 'Nobody found' })
  await expect.element(nobody).toHaveTextContent('Private: your words stay on this device')
  await expect.element(nobody).toHaveTextContent('Public: everybody can read your words')
})

test('“Only if” leaves out whoever does not meet it, and goes with what is listened for', async () => {
  const client = open('usual')
  await goal().fill('statistics of it')
  await expect.element(page.getByRole('radio', { name: nameOf(did(3)) })).toBeVisible()
  await page.getByText('Only if…').click()
  await page.getByRole('textbox', { name: 'Credits, at most' }).fill('5')
  await expect.element(page.getByRole('radio', { name: nameOf(did(3)) })).not.toBeInTheDocument()
  await expect.element(page.getByRole('radio', { name: nameOf(did(1)) })).toBeVisible()
  await page.getByRole('combobox', { name: 'In all of these languages' }).fill('Icel')
  await page.getByRole('option', { name: 'Icelandic' }).click()
  const nobody = page.getByRole('region', { name: 'Nobody found' })
  await expect.element(nobody).toHaveTextContent('on your terms')
  await nobody.getByRole('button', { name: 'Tell me when somebody can' }).click()
  expect(called(client, 'listen')).toEqual([['statistics of it', { maxPrice: 5, languages: ['is'] }]])
  await nobody.getByRole('button', { name: 'Look on any terms' }).click()
  await expect.element(page.getByRole('radio', { name: nameOf(did(3)) })).toBeVisible()
})

test('whom other words have found is not asked', async () => {
  const client = open('usual')
  await goal().fill('statistics of it')
  const ask = page.getByRole('button', { name: `Ask ${nameOf(did(1))}` })
  await expect.element(ask).toBeEnabled()
  await goal().fill('statistics of it, and a poem')
  await userEvent.keyboard('{Control>}{Enter}{/Control}')
  await expect.element(page.getByRole('group', { name: 'Who could do it' })).toHaveAttribute('aria-busy', 'true')
  await expect.element(ask).toBeEnabled()
  await expect.element(page.getByRole('group', { name: 'Who could do it' })).toHaveAttribute('aria-busy', 'false')
  expect(called(client, 'submit')).toEqual([])
})

test('while more is being compared, that nobody is found says so, and whoever is found shows', async () => {
  const client = open('usual')
  const status = client.snapshot().status
  const meaning = (part: Partial<typeof status.meaning>) => client.change({ status: { ...status, meaning: { ...status.meaning, ...part } } })
  meaning({ pending: 1 })
  await goal().fill('zzz qqq')
  const nobody = page.getByRole('region', { name: 'Nobody found' })
  await expect.element(nobody).toHaveTextContent('Nobody so far')
  meaning({ pending: 0, late: 1 })
  await expect.element(nobody).toHaveTextContent('Nobody here says they can do this')
})

test('there is an answer however much changes around', async () => {
  const client = open('usual')
  let declared = 0
  const busy = setInterval(() => client.change({ declared: ++declared }), 40)
  await goal().fill('statistics of it')
  await expect.element(page.getByRole('radio', { name: nameOf(did(1)) })).toBeVisible()
  await expect.element(page.getByRole('button', { name: `Ask ${nameOf(did(1))}` })).toBeEnabled()
  clearInterval(busy)
})

test('Enter among the terms asks for nothing', async () => {
  const client = open('usual')
  await goal().fill('statistics of it')
  await expect.element(page.getByRole('button', { name: `Ask ${nameOf(did(1))}` })).toBeEnabled()
  await page.getByText('Only if…').click()
  await page.getByRole('textbox', { name: 'Credits, at most' }).fill('5')
  await userEvent.keyboard('{Enter}')
  await expect.element(page.getByText('Only if: 5 credits at most')).toBeVisible()
  expect(called(client, 'submit')).toEqual([])
})

test('what is found for what one listens for is counted, said, and looked at', async () => {
  const client = open('listening')
  await expect.element(page.getByRole('link', { name: 'Ask, 1 found for you' })).toBeVisible()
  const [first, second] = client.snapshot().interests
  const find = { agent: did(4), skill: 'tuning', name: '<b>Pianos</b> \u202Ehere', likely: 0.5, at: Date.now(), seen: false }
  client.change({ interests: [first!, { ...second!, found: [find] }] })
  const said = `${nameOf(did(4))} can do what you listen for: Tune a piano by ear from a recording`
  await expect.element(page.getByText(said)).toBeInTheDocument()
  await expect.element(page.getByRole('link', { name: 'Ask, 2 found for you' })).toBeVisible()
  const tuning = listening().getByRole('listitem').filter({ hasText: 'Tune a piano' }).first()
  await tuning.getByText('1 agent can').click()
  await expect.element(tuning).toHaveTextContent('<b>Pianos</b> here')
  await expect.element(tuning.getByText('New', { exact: true })).toBeVisible()
  await expect.element(page.getByRole('link', { name: 'Ask, 1 found for you' })).toBeVisible()
  expect(called(client, 'seen')).toEqual([['i2']])
})

test('what one listens for is asked for, or ended', async () => {
  const client = open('listening')
  await listening().getByRole('button', { name: 'Ask now: Read the handwriting' }).click()
  await expect.element(goal()).toHaveValue('Read the handwriting of my grandmother’s letters')
  await expect.element(goal()).toHaveFocus()
  await expect.element(page.getByText('Only if: in German · 5 credits at most · kept for the task at most')).toBeVisible()
  await listening().getByRole('button', { name: 'Stop listening for Tune a piano' }).click()
  await expect.element(listening().getByText('Tune a piano')).not.toBeInTheDocument()
  expect(called(client, 'stopListening')).toEqual([['i2']])
})

test('a newcomer is shown as worth a try beside those who are known, and asked for something small', async () => {
  open('trusting')
  await goal().fill('What stands out in these sales figures?')
  await expect.element(page.getByRole('radio', { name: /Worth a try.*Well spoken of in a field nearby.*give it something small/ })).toBeVisible()
  await expect.element(page.getByText(/Nobody whose word counts for you knows their work/)).not.toBeInTheDocument()
})
