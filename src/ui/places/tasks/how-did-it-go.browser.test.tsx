import { afterEach, beforeEach, expect, test } from 'vitest'
import { page } from 'vitest/browser'
import { drawApp } from '../../testing/render.tsx'
import { scenarios } from '../../testing/scenarios.ts'
import { called, createScriptedClient, type ScriptedClient } from '../../testing/scripted-client.ts'

let remove = () => {}
const open = (hash: string): ScriptedClient => {
  const client = createScriptedClient(scenarios['trusting']!)
  remove = drawApp(client, hash)
  return client
}
const section = () => page.getByRole('region', { name: 'How did it go?' })
const choice = (name: string) => section().getByRole('button', { name, exact: true })

beforeEach(() => page.viewport(1200, 900))
afterEach(() => remove())

test('what an agent has said by itself is told, one’s own word takes its place, and can be changed', async () => {
  const client = open('#/tasks/done')
  await expect.element(section()).toHaveTextContent('It is public and signed')
  await expect.element(section()).toHaveTextContent('but not what it was about')
  await expect.element(section()).toHaveTextContent('Your agent has said by itself that it came to a good end (50 of 100)')
  for (const name of ['Well', 'So-so', 'Badly']) await expect.element(choice(name)).toHaveAttribute('aria-pressed', 'false')
  await choice('Badly').click()
  await expect.element(choice('Badly')).toHaveAttribute('aria-pressed', 'true')
  await expect.element(section()).toHaveTextContent('It is said: badly.')
  await choice('Well').click()
  await expect.element(choice('Well')).toHaveAttribute('aria-pressed', 'true')
  await expect.element(choice('Badly')).toHaveAttribute('aria-pressed', 'false')
  expect(called(client, 'rate')).toEqual([
    ['done', -100],
    ['done', 100]
  ])
})

test('of what we did for somebody we say how it was to work for them', async () => {
  open('#/tasks/for-others')
  await expect.element(section()).toHaveTextContent('Say how it was to work for the other agent.')
  await expect.element(section()).toHaveTextContent('Nothing is said yet.')
})

test('it is asked only when a task is over and there was a contract', async () => {
  open('#/tasks/working')
  await expect.element(page.getByRole('heading', { name: 'How it goes' })).toBeVisible()
  await expect.element(section()).not.toBeInTheDocument()
  location.hash = '#/tasks/declined'
  await expect.element(page.getByText('Not today, sorry')).toBeVisible()
  await expect.element(section()).not.toBeInTheDocument()
})

test('what was not said is told', async () => {
  const client = open('#/tasks/done')
  client.failNext('rate', 'the store is full')
  await choice('Well').click()
  await expect.element(section().getByRole('alert')).toHaveTextContent('It was not said: the store is full')
  await expect.element(choice('Well')).toHaveAttribute('aria-pressed', 'false')
})

test('the choices have room on a small phone', async () => {
  await page.viewport(360, 740)
  open('#/tasks/done')
  await expect.element(choice('Badly')).toBeVisible()
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360)
  const [well, badly] = ['Well', 'Badly'].map((name) => choice(name).element().getBoundingClientRect())
  expect(well!.top).toBe(badly!.top)
  expect(well!.height).toBeGreaterThanOrEqual(44)
})
