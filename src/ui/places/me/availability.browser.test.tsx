import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { page } from 'vitest/browser'
import { linkTo } from '../../state/route.ts'
import { drawApp } from '../../testing/render.tsx'
import { scenarios } from '../../testing/scenarios.ts'
import { aStatus, called, createScriptedClient, did, type ScriptedClient } from '../../testing/scripted-client.ts'
import { nameOf } from '../../text/names.ts'

let remove = () => {}
const open = (scenario: string, hash: string): ScriptedClient => {
  const client = createScriptedClient(scenarios[scenario]!)
  remove = drawApp(client, hash)
  return client
}

beforeEach(() => page.viewport(1200, 900))
afterEach(() => remove())

describe('how I am now', () => {
  const section = () => page.getByRole('region', { name: 'How I am now' })
  const takesWork = () => section().getByRole('switch', { name: 'Take on work for others' })
  const strip = () => page.getByRole('link', { name: /^Closed/ })

  test('work is turned away and taken on again; what that means is said before, and the strip says that it is off', async () => {
    const client = open('usual', '#/me')
    await expect.element(takesWork()).toBeChecked()
    await expect.element(section()).toHaveTextContent('others see that your agent takes on no work')
    await expect.element(section()).toHaveTextContent('What is agreed goes on')
    await expect.element(section()).toHaveTextContent('Takes on work · idle · on mains power')
    await expect.element(strip()).not.toBeInTheDocument()
    await takesWork().click()
    await expect.element(takesWork()).not.toBeChecked()
    await expect.element(strip()).toBeVisible()
    await expect.element(page.getByText('Your agent takes on no work for others')).toBeInTheDocument()
    await page.getByRole('link', { name: /^Tasks/ }).click()
    await strip().click()
    await takesWork().click()
    await expect.element(strip()).not.toBeInTheDocument()
    expect(called(client, 'setOpen')).toEqual([[false], [true]])
  })

  test('a switch that could not be turned says so and stays', async () => {
    const client = open('usual', '#/me')
    client.failNext('setOpen', 'the store is full')
    await takesWork().click()
    await expect.element(section().getByRole('alert')).toHaveTextContent('the store is full')
    await expect.element(takesWork()).toBeChecked()
  })
})

describe('how others are', () => {
  test('an agent’s page and the network say what speaks against asking it now', async () => {
    open('closed', '#/network')
    const card = (name: string) => page.getByRole('main').getByRole('listitem').filter({ hasText: name })
    await expect.element(card(nameOf(did(1)))).toHaveTextContent('Takes on no work')
    await expect.element(card(nameOf(did(3)))).toHaveTextContent('Low battery')
    await expect.element(card('Mum’s laptop')).toHaveTextContent('Has its hands full')
    await expect.element(card(nameOf(did(4)))).not.toHaveTextContent('busy')
    location.hash = linkTo('network', did(3))
    const said = 'It says of itself now: Takes on work · idle · low on battery · on a connection that costs.'
    await expect.element(page.getByText(said)).toBeVisible()
  })

  test('who takes on no work is not asked by default, and shown as such where it is chosen', async () => {
    const client = open('closed', '#/')
    await page.getByRole('textbox', { name: 'Your goal, in words' }).fill('What stands out in these sales figures?')
    await expect.element(page.getByRole('radio', { name: nameOf(did(3)) })).toBeChecked()
    const closed = page.getByRole('radio', { name: nameOf(did(1)) })
    await expect.element(page.getByRole('radio', { name: new RegExp(`${nameOf(did(1))}.*Takes on no work`) }).first()).toBeVisible()
    await closed.first().click()
    await expect.element(page.getByText(/takes on no work now: expect a no/)).toBeVisible()
    // it opens again: the choice stays, the warning goes
    client.change({ agents: scenarios.usual!.snapshot.agents })
    await expect.element(page.getByText(/expect a no/)).not.toBeInTheDocument()
    await expect.element(closed.first()).toBeChecked()
  })

  test('a sample does not start with somebody who would say no', async () => {
    const client = open('closed', '#/')
    client.change({ agents: client.snapshot().agents.filter(({ agent }) => agent === did(1)) })
    await page.getByRole('region', { name: 'Or try one now' }).getByRole('button').first().click()
    await expect.element(page.getByText('Looking for somebody who can do this')).toBeVisible()
    expect(called(client, 'submit')).toEqual([])
    client.change({ agents: scenarios.usual!.snapshot.agents })
    await expect.element(page.getByRole('heading', { name: 'How it goes' })).toBeVisible()
  })
})

test('the strip has room for all that it may say on a small phone', async () => {
  await page.viewport(360, 740)
  const client = open('closed', '#/me')
  const storage = { kind: 'memory', problem: null, persistent: null }
  client.change({ status: aStatus({ network: 'offline', relay: false, storage }) })
  await expect.element(page.getByRole('link', { name: /^Closed/ })).toBeVisible()
  await expect.element(page.getByRole('button', { name: /^Connection: Offline/ })).toBeVisible()
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360)
  const state = page.getByRole('button', { name: /^Connection: Offline/ }).element().getBoundingClientRect()
  expect(state.right).toBeLessThanOrEqual(360)
})
