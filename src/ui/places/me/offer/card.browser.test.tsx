import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { linkTo } from '../../../state/route.ts'
import { drawApp } from '../../../testing/render.tsx'
import { scenarios } from '../../../testing/scenarios.ts'
import { called, createScriptedClient, type ScriptedClient } from '../../../testing/scripted-client.ts'
import { nameOf } from '../../../text/names.ts'

let remove = () => {}
const open = (hash: string): ScriptedClient => {
  const client = createScriptedClient(scenarios['usual']!)
  remove = drawApp(client, hash)
  return client
}
const field = (name: string) => page.getByRole('textbox', { name, exact: true })
const dialog = () => page.getByRole('dialog', { name: 'Take an offer from a card' })
const skill = (id: string, part: object = {}) => ({ id, name: `Skill ${id}`, description: `Does ${id}`, tags: [], ...part })
const card = (...skills: object[]) =>
  JSON.stringify({ name: 'Recipe agent', url: 'https://example.com/a2a', skills, defaultInputModes: ['text/plain'], capabilities: {} })
const choose = (text: string, name = 'recipes.json') =>
  userEvent.upload(page.getByLabelText('Card to take an offer from'), new File([text], name, { type: 'application/json' }))

beforeEach(() => page.viewport(1440, 900))
afterEach(() => remove())

describe('taking an offer from a card', () => {
  test('one of several is chosen and fills the form; nothing is declared before one says so', async () => {
    const client = open('#/me')
    await choose(card(skill('cook', { tags: ['food'], outputModes: ['text/html'] }), skill('bake')))
    await expect.element(dialog()).toHaveTextContent(/Which offer of “Recipe agent”\?.*Takes Plain text · Gives Web pages.*Still to be filled in are the program/)
    await expect.element(dialog().getByRole('button', { name: 'Fill in a new offer' })).toBeDisabled()
    await dialog().getByRole('radio', { name: /Skill cook/ }).click()
    await dialog().getByRole('button', { name: 'Fill in a new offer' }).click()
    await expect.element(page.getByRole('heading', { name: 'Offer something new' })).toBeVisible()
    await expect.element(field('Name')).toHaveValue('Skill cook')
    await expect.element(field('What it does')).toHaveValue('Does cook')
    await expect.element(page.getByRole('checkbox', { name: 'Plain text' })).toBeChecked()
    await expect.element(field('JavaScript')).toHaveValue('')
    await page.getByRole('button', { name: 'Offer it' }).click()
    await expect.element(field('JavaScript')).toHaveFocus()
    expect(called(client, 'declare')).toEqual([])
    await page.getByRole('button', { name: 'Begin with a template' }).click()
    await page.getByRole('button', { name: 'Offer it' }).click()
    await expect.element(page.getByRole('switch', { name: 'Offer Skill cook' })).toBeChecked()
    expect(called(client, 'declare')).toMatchObject([[{ id: 'skill-cook', tags: ['food'], outputModes: ['text/html'] }]])
  })

  test('the only one need not be chosen, what was left out is told, and a new offer that was begun is not lost unasked', async () => {
    open('#/me')
    await page.getByRole('link', { name: 'Offer something new…' }).click()
    await field('Name').fill('Opera')
    await page.getByRole('link', { name: 'Keep for later' }).click()
    await choose(card(skill('cook')))
    await expect.element(dialog()).toHaveTextContent(/takes the place of the new offer that you have begun: “Opera”/)
    await dialog().getByText('Left out of the card: 1 thing').click()
    await expect.element(dialog().getByText('“url”')).toBeVisible()
    await dialog().getByRole('button', { name: 'Back' }).click()
    await expect.element(dialog()).not.toBeInTheDocument()
    await page.getByRole('link', { name: 'Go on with your new offer…' }).click()
    await expect.element(field('Name')).toHaveValue('Opera')
    await page.getByRole('link', { name: 'Keep for later' }).click()
    await choose(card(skill('cook')))
    await dialog().getByRole('button', { name: 'Take it in its place' }).click()
    await expect.element(field('Name')).toHaveValue('Skill cook')
  })

  test.each([
    ['no JSON', 'Dear agent', /“recipes\.json” was not taken: expected JSON, got something else\. Nothing was changed/],
    ['another file', '{"name":"package"}', /“skills” is missing or something else\. Nothing was changed/],
    ['a card without offers', card(), /no offer that could be read is on this card\. Nothing was changed/]
  ])('%s: it is said what is wrong', async (_, text, words) => {
    const client = open('#/me')
    await choose(text)
    await expect.element(page.getByRole('alert')).toHaveTextContent(words)
    expect(called(client, 'declare')).toEqual([])
    await expect.element(page.getByRole('link', { name: 'Offer something new…' })).toBeVisible()
    // the next one that is good takes the words away
    await choose(card(skill('cook')))
    await expect.element(dialog()).toBeVisible()
    await expect.element(page.getByText(/was not taken/)).not.toBeInTheDocument()
  })
})

describe('saving a card', () => {
  /** What is handed to the browser as a file: its name and text. */
  async function saved(press: () => Promise<void>): Promise<{ name: string; text: string }> {
    const made = vi.spyOn(URL, 'createObjectURL')
    const clicked = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined)
    try {
      await press()
      await vi.waitFor(() => expect(clicked).toHaveBeenCalled(), 10_000)
      const [blob] = made.mock.calls[0] ?? []
      const [link] = clicked.mock.contexts as HTMLAnchorElement[]
      return { name: link!.download, text: await (blob as Blob).text() }
    } finally {
      vi.restoreAllMocks()
    }
  }

  test('of oneself, which can be read again', async () => {
    const client = open('#/me')
    await page.getByText('My card for other agent systems').click()
    const { name, text } = await saved(() => page.getByRole('button', { name: 'Save my card' }).click())
    const own = client.snapshot().status.agent
    expect(name).toBe(`${nameOf(own).toLowerCase().replaceAll(' ', '-')}-card.json`)
    const read = await client.readAgentCard(text)
    expect(read).toMatchObject({ agent: own, name: nameOf(own), passedOver: [] })
    expect(read.capabilities.map(({ id }) => id)).toEqual(client.snapshot().offers.map(({ capability }) => capability.id))
  })

  test('of another, without one’s own name for it; a failure is said', async () => {
    const client = createScriptedClient(scenarios['usual']!)
    const view = client.snapshot().agents.find(({ petname }) => petname !== null)!
    remove = drawApp(client, linkTo('network', view.agent))
    await page.getByText('Its card for other agent systems').click()
    client.failNext('agentCard', 'the store is closed')
    await page.getByRole('button', { name: 'Save its card' }).click()
    await expect.element(page.getByRole('alert')).toHaveTextContent('It was not saved: the store is closed')
    const { text } = await saved(() => page.getByRole('button', { name: 'Save its card' }).click())
    expect(await client.readAgentCard(text)).toMatchObject({ agent: view.agent, name: nameOf(view.agent) })
    expect(text).not.toContain(view.petname)
  })
})
