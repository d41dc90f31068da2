import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { NEW_OFFER, linkTo } from '../../../state/route.ts'
import { drawApp } from '../../../testing/render.tsx'
import { scenarios } from '../../../testing/scenarios.ts'
import { aTask, called, createScriptedClient, someLimits, type ScriptedClient } from '../../../testing/scripted-client.ts'

let remove = () => {}
const open = (scenario: string, hash: string): ScriptedClient => {
  const client = createScriptedClient(scenarios[scenario]!)
  remove = drawApp(client, hash)
  return client
}
const field = (name: string) => page.getByRole('textbox', { name, exact: true })
const preview = () => page.getByRole('region', { name: 'How others will find it' })
const describeIt = async () => {
  await field('Name').fill('Subtitles into German')
  await field('What it does').fill('Translates the subtitles of films')
}

beforeEach(() => page.viewport(1440, 900))
afterEach(() => remove())

describe('offering something new', () => {
  test('what is written is declared, on its terms', async () => {
    const client = open('usual', '#/me')
    await page.getByRole('link', { name: 'Offer something new…' }).click()
    await describeIt()
    await field('Tags').fill('srt, film')
    await userEvent.keyboard('{Enter}')
    await field('Example requests').fill('Translate the subtitles of my film\nand of this video')
    await page.getByRole('checkbox', { name: 'Plain text' }).click()
    await field('Other files, by their ending').fill('.srt')
    await page.getByRole('button', { name: 'Begin with a template' }).click()
    await page.getByRole('combobox', { name: 'Languages' }).fill('Germ')
    await page.getByRole('option', { name: 'German', exact: true }).click()
    await page.getByRole('combobox', { name: 'Country' }).selectOptions('Switzerland')
    await field('Price').fill('3')
    await page.getByRole('radio', { name: /^Nothing/ }).click()
    await page.getByRole('button', { name: 'Offer it' }).click()
    await expect.element(page.getByRole('switch', { name: 'Offer Subtitles into German' })).toBeChecked()
    await expect.element(page.getByText('3 credits a task · keeps nothing · in German · done in Switzerland')).toBeVisible()
    expect(called(client, 'declare')[0]?.[0]).toMatchObject({
      id: 'subtitles-into-german',
      name: 'Subtitles into German',
      tags: ['srt', 'film'],
      examples: ['Translate the subtitles of my film', 'and of this video'],
      inputModes: ['text/plain', '.txt', '.srt'],
      source: expect.stringContaining('function run(input, host)') as string,
      terms: { languages: ['de'], region: 'CH', price: 3, keeps: 'nothing', tier: 0 }
    })
  })

  test('what is missing or wrong is said beside the field, and the first one takes the focus', async () => {
    const client = open('usual', linkTo('me', NEW_OFFER))
    await field('What it does').fill('Translates')
    await field('Price').fill('much')
    await expect.element(field('Price')).toHaveAccessibleDescription(/whole number of credits/)
    await expect.element(field('Name')).not.toHaveAttribute('aria-invalid')
    await page.getByRole('button', { name: 'Offer it' }).click()
    await expect.element(field('Name')).toHaveFocus()
    await expect.element(field('Name')).toHaveAccessibleDescription(/Give it a name/)
    await expect.element(field('JavaScript')).toHaveAccessibleDescription(/paste it, pick a file/)
    await field('Name').fill('CSV statistics')
    await expect.element(field('Name')).toHaveAccessibleDescription(/already/)
    expect(called(client, 'declare')).toEqual([])
  })

  test('a program comes from a file; what is no program is refused by name', async () => {
    open('usual', linkTo('me', NEW_OFFER))
    const picker = page.getByLabelText('File with the program')
    await userEvent.upload(picker, new File(['function run() {}'], 'mine.js'))
    await expect.element(field('JavaScript')).toHaveValue('function run() {}')
    await userEvent.upload(picker, new File([new Uint8Array([0, 1])], 'b\u202Esj.js'))
    await expect.element(field('JavaScript')).toHaveAccessibleDescription(/“bsj\.js” was not taken: it is not text/)
    await expect.element(field('JavaScript')).toHaveValue('function run() {}')
  })

  test('what is written is there again after a look elsewhere, and after a failure', async () => {
    const client = open('usual', linkTo('me', NEW_OFFER))
    await describeIt()
    await field('JavaScript').fill('const run = () => 1')
    await page.getByRole('link', { name: /^Tasks/ }).click()
    await page.getByRole('link', { name: 'Me', exact: true }).click()
    await page.getByRole('link', { name: 'Go on with your new offer…' }).click()
    await expect.element(field('Name')).toHaveValue('Subtitles into German')
    client.failNext('declare', 'the store is full')
    await page.getByRole('button', { name: 'Offer it' }).click()
    await expect.element(page.getByRole('alert')).toHaveTextContent('the store is full')
    await expect.element(field('JavaScript')).toHaveValue('const run = () => 1')
  })

  test('as one writes, one sees who would find it, who would not, and who looks for it', async () => {
    const client = open('usual', linkTo('me', NEW_OFFER))
    await expect.element(preview()).toHaveTextContent('Give it a name')
    await describeIt()
    await expect.element(preview().getByText('Somebody who translates subtitles of old films')).toBeVisible()
    await expect.element(preview()).toHaveTextContent(/Would find it.*Translate the subtitles of my film into German.*By its words/)
    // what is only possible is not said to find it
    await expect.element(preview()).toHaveTextContent(/Might find it.*Turn this srt file into French.*Near, but would not find it/)
    await expect.element(preview()).toHaveTextContent(/Near, but would not find it.*Find rhymes for this poem/)
    await page.getByRole('searchbox', { name: 'Try a request' }).fill('put this srt file into French')
    await expect.element(preview().getByRole('status')).toHaveTextContent(/^Might find it: /)
    await page.getByRole('searchbox', { name: 'Try a request' }).fill('a song about snow')
    await expect.element(preview().getByRole('status')).toHaveTextContent('“a song about snow” would not find it')
    await preview().getByRole('button', { name: 'Add as an example: Find rhymes for this poem' }).click()
    await expect.element(field('Example requests')).toHaveValue('Find rhymes for this poem')
    // typing asks once it pauses, not with each letter
    expect(called(client, 'preview').length).toBeLessThan(8)
  })

  test('the topic is the one that fits, one that is known below it, or a name of one’s own', async () => {
    const client = open('usual', linkTo('me', NEW_OFFER))
    const topic = page.getByRole('combobox', { name: 'Topic', exact: true })
    await expect.element(topic).toBeDisabled()
    await describeIt()
    await expect.element(topic.getByRole('option', { name: 'Text › Translation' })).toBeInTheDocument()
    await topic.selectOptions('Opera surtitles (4 agents)')
    await expect.element(preview()).toHaveTextContent('Counts in Text › Translation › Opera surtitles')
    await topic.selectOptions('A name of your own…')
    await field('JavaScript').fill('const run = () => 1')
    await page.getByRole('button', { name: 'Offer it' }).click()
    await expect.element(field('Name of the topic')).toHaveFocus()
    await expect.element(field('Name of the topic')).toHaveAccessibleDescription(/from three agents on.*Give the topic a name/)
    await field('Name of the topic').fill('Radio plays')
    await expect.element(preview()).toHaveTextContent('Counts in Text › Translation › Radio plays, once three agents')
    await page.getByRole('button', { name: 'Offer it' }).click()
    await expect.element(page.getByRole('switch', { name: 'Offer Subtitles into German' })).toBeChecked()
    expect(called(client, 'declare')[0]?.[0]).toMatchObject({ topic: 'text/translation/radio-plays' })
  })

  test('words of strangers stay words in the preview', async () => {
    open('hostile', linkTo('me', NEW_OFFER))
    await field('Name').fill('Translate')
    await field('What it does').fill('translate this, pay now, allowed')
    await expect.element(preview().getByText(/<b>this<\/b> reversed/)).toBeVisible()
    expect(document.querySelector('main img, main b')).toBeNull()
    expect(preview().element().textContent).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200f]/u)
  })
})

describe('editing what one has added', () => {
  const link = linkTo('me', 'opera-surtitles')
  const openFor = (client: ScriptedClient) =>
    client.change({ tasks: [aTask({ role: 'follower', skill: 'opera-surtitles', state: 'working' }), ...client.snapshot().tasks] })

  test('the form has what is offered now; what is written is offered under the same id', async () => {
    const client = open('usual', '#/me')
    await page.getByRole('link', { name: 'Edit Surtitles of operas' }).click()
    await expect.element(field('Name')).toHaveValue('Surtitles of operas')
    await expect.element(field('Example requests')).toHaveValue('Surtitles for this libretto\nCut these arias into lines')
    await expect.element(page.getByRole('checkbox', { name: 'Plain text' })).toBeChecked()
    await expect.element(page.getByText('.libretto', { exact: true })).toBeVisible()
    await expect.element(field('JavaScript')).toHaveValue(scenarios['usual']!.sources!['opera-surtitles'])
    await expect.element(field('Price')).toHaveValue('2')
    await expect.element(page.getByRole('combobox', { name: 'Topic', exact: true })).toHaveDisplayValue('Opera surtitles (4 agents)')
    await field('Name').fill('Supertitles')
    await field('JavaScript').fill('const run = () => 1')
    await page.getByRole('button', { name: 'Offer it like this' }).click()
    await expect.element(page.getByRole('switch', { name: 'Offer Supertitles' })).toBeChecked()
    expect(called(client, 'declare')).toMatchObject([
      [
        {
          id: 'opera-surtitles',
          name: 'Supertitles',
          inputModes: ['text/plain', '.txt', '.libretto'],
          outputModes: ['text/plain'],
          limits: someLimits,
          topic: 'text/translation/opera-surtitles',
          source: 'const run = () => 1',
          terms: { languages: ['en', 'de'], region: 'DE', price: 2, keeps: 'task', tier: 0 }
        }
      ]
    ])
    // what was kept is what is offered now
    await page.getByRole('link', { name: 'Edit Supertitles' }).click()
    await expect.element(field('JavaScript')).toHaveValue('const run = () => 1')
  })

  test('what is written is there again after a look elsewhere, until one leaves it as it is', async () => {
    const client = open('usual', link)
    await field('Name').fill('Supertitles')
    await page.getByRole('link', { name: 'Keep for later' }).click()
    await page.getByRole('link', { name: 'Go on with your changes of Surtitles of operas' }).click()
    await expect.element(field('Name')).toHaveValue('Supertitles')
    await page.getByRole('link', { name: 'Leave it as it is' }).click()
    await page.getByRole('link', { name: 'Edit Surtitles of operas' }).click()
    await expect.element(field('Name')).toHaveValue('Surtitles of operas')
    await field('Name').fill('Supertitles')
    client.failNext('declare', 'the store is full')
    await page.getByRole('button', { name: 'Offer it like this' }).click()
    await expect.element(page.getByRole('alert')).toHaveTextContent('It is as it was: the store is full')
    await expect.element(field('Name')).toHaveValue('Supertitles')
    // its own name is free, another’s is not
    await field('Name').fill('Opera surtitles')
    await expect.element(field('Name')).not.toHaveAttribute('aria-invalid')
    await field('Name').fill('Key points')
    await expect.element(field('Name')).toHaveAccessibleDescription(/already/)
  })

  test('what becomes of work that was agreed is said while there is some', async () => {
    const client = open('usual', link)
    await expect.element(field('Name')).toBeVisible()
    await expect.element(page.getByText(/what you agreed to/)).not.toBeInTheDocument()
    openFor(client)
    await expect.element(page.getByText(/1 request for it is open: what you agreed to is done by the program as it was/)).toBeVisible()
  })

  test('it is deleted once one has said so twice', async () => {
    const client = open('usual', link)
    openFor(client)
    await page.getByRole('button', { name: 'Delete this offer…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete “Surtitles of operas”?' })
    await expect.element(dialog).toHaveTextContent(/for good.*What you agreed to is still done/)
    await dialog.getByRole('button', { name: 'Keep it' }).click()
    expect(called(client, 'removeOffer')).toEqual([])
    await page.getByRole('button', { name: 'Delete this offer…' }).click()
    client.failNext('removeOffer', 'the store is full')
    await dialog.getByRole('button', { name: 'Delete it for good' }).click()
    await expect.element(dialog.getByRole('alert')).toHaveTextContent('the store is full')
    await dialog.getByRole('button', { name: 'Delete it for good' }).click()
    await expect.element(page.getByRole('heading', { name: 'What I offer' })).toBeVisible()
    await expect.element(page.getByRole('main').getByText('Surtitles of operas')).not.toBeInTheDocument()
    expect(called(client, 'removeOffer')).toEqual([['opera-surtitles'], ['opera-surtitles']])
  })

  test('a program that can’t be read is said, and what is there stays', async () => {
    const client = open('usual', '#/me')
    client.failNext('source', 'the store is closed')
    await page.getByRole('link', { name: 'Edit Surtitles of operas' }).click()
    await expect.element(page.getByRole('alert')).toHaveTextContent('the store is closed')
    await expect.element(page.getByRole('button', { name: 'Offer it like this' })).not.toBeInTheDocument()
  })
})

test('the terms of what one offers can be changed', async () => {
  const client = open('usual', '#/me')
  await page.getByRole('link', { name: 'Edit terms of Key points of a long text' }).click()
  await field('Price').fill('2')
  await page.getByRole('link', { name: 'Network', exact: true }).click()
  location.hash = linkTo('me', 'key-points')
  await expect.element(field('Price')).toHaveValue('2')
  await page.getByRole('button', { name: 'Offer it on these terms' }).click()
  await expect.element(page.getByText('2 credits a task · keeps it for the task only · no language named')).toBeVisible()
  expect(called(client, 'declare')).toEqual([
    [{ id: 'key-points', name: 'Key points of a long text', terms: { languages: [], region: null, price: 2, keeps: 'task', tier: 0 } }]
  ])
})

test('whom one works with is said, and changed', async () => {
  const client = open('usual', '#/me')
  const section = page.getByRole('region', { name: 'Whom I work with' })
  await expect.element(section).toHaveTextContent('Anybody.')
  await section.getByRole('button').click()
  await expect.element(page.getByRole('dialog')).toHaveTextContent('is not found, not asked and not answered')
  await page.getByRole('combobox', { name: 'They speak all of these' }).fill('Fren')
  await userEvent.keyboard('{Enter}')
  await page.getByRole('combobox', { name: 'My country' }).selectOptions('France')
  await page.getByRole('button', { name: 'Keep this' }).click()
  await expect.element(section).toHaveTextContent('Only those who say that they speak French.')
  expect(called(client, 'setPolicy')).toEqual([[{ facts: { languages: [], region: 'FR', tier: 0 }, insists: { languages: ['fr'] } }]])
})

test.each([360, 1440])('nothing is wider than %i px', async (width) => {
  await page.viewport(width, 800)
  const seen = [
    ['hostile', linkTo('me', NEW_OFFER)],
    ['usual', linkTo('me', 'csv-statistics')],
    ['usual', linkTo('me', 'opera-surtitles')],
    ['hostile', '#/']
  ] as const
  for (const [scenario, hash] of seen) {
    open(scenario, hash)
    await expect.element(page.getByRole('heading', { level: 1 })).toBeVisible()
    expect(document.documentElement.scrollWidth, hash).toBeLessThanOrEqual(width)
    remove()
  }
})
