import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { linkTo } from '../../../state/route.ts'
import { drawApp } from '../../../testing/render.tsx'
import { scenarios } from '../../../testing/scenarios.ts'
import { aStanding, aWhy, called, createScriptedClient, did, type Script, type ScriptedClient } from '../../../testing/scripted-client.ts'
import { nameOf } from '../../../text/names.ts'

let remove = () => {}
const open = (hash: string, part: Partial<Script> = {}): ScriptedClient => {
  const client = createScriptedClient({ ...scenarios['trusting']!, ...part })
  remove = drawApp(client, hash)
  return client
}
const agentPage = (n: number) => linkTo('network', did(n))
const said = () => page.getByRole('region', { name: 'What is said of its work' })
const field = (name: string) => said().getByRole('list', { name: 'Fields' }).getByRole('listitem').filter({ has: page.getByRole('heading', { name }) })
const why = (name: string) => said().getByRole('group', { name: `Why it stands so in ${name}` })

beforeEach(() => page.viewport(1200, 900))
afterEach(() => remove())

describe('what is said of an agent’s work', () => {
  test('each field has its word, how much trust, and how many spoke; asking others is apart', async () => {
    open(agentPage(1))
    await expect.element(field('Statistics')).toHaveTextContent('Well spoken of')
    await expect.element(field('Statistics')).toHaveTextContent('11 good words, 1 complaint')
    const meter = field('Statistics').getByRole('meter', { name: 'Trust' })
    await expect.element(meter).toHaveAttribute('aria-valuetext', 'Well spoken of: 82 of 100, 50 is usual')
    await expect.element(field('Charts')).toHaveTextContent('Known from a field nearby')
    await expect.element(field('Modelling in 3D')).toHaveTextContent('Spoken of')
    await expect.element(said().getByRole('heading', { name: 'As one who asks others' })).toBeVisible()
    await expect.element(said()).toHaveTextContent('6 good words, no complaint')
  })

  test('complaints and proof are said in words, and that nothing is done with each other', async () => {
    open(agentPage(3))
    await expect.element(field('Statistics')).toHaveTextContent('Avoided: complaints')
    await expect.element(said()).toHaveTextContent('Your agent and this one don’t work with each other')
    location.hash = agentPage(6)
    await expect.element(field('Statistics')).toHaveTextContent('Caught cheating')
    await expect.element(said()).toHaveTextContent('it was caught writing two different histories')
  })

  test('where nothing is known it says so, and gives one thing to do', async () => {
    open(agentPage(5))
    await expect.element(said()).toHaveTextContent('Nobody whose word counts for you has worked with it yet')
    await expect.element(said()).toHaveTextContent('As one who asks others: nobody has said how it went')
    await said().getByRole('button', { name: 'Ask it for something small' }).click()
    await expect.element(page.getByRole('textbox', { name: 'Your goal, in words' })).toBeVisible()
    await expect.element(page.getByText(`For ${nameOf(did(5))}`)).toBeVisible()
  })

  test('it is read again when what is thought of somebody may have changed', async () => {
    const reputations: NonNullable<Script['reputations']> = { ...scenarios['trusting']!.reputations }
    const client = open(agentPage(5), { reputations })
    await expect.element(said()).toHaveTextContent('Nobody whose word counts')
    const asking = aStanding({ agent: did(5), topic: '' })
    const topics = [aStanding({ agent: did(5), level: 0.6, record: 0.6, ratings: { good: 1, bad: 0 } })]
    client.reputation = async () => ({ topics, asking, against: [] })
    client.change({ opinions: 2 })
    await expect.element(field('Statistics')).toHaveTextContent('Well spoken of')
  })

  test('it shows while opinions change all the time, and ends with the last', async () => {
    const client = createScriptedClient(scenarios['trusting']!)
    const asking = aStanding({ agent: did(5), topic: '' })
    client.reputation = async () => {
      const good = client.snapshot().opinions
      await new Promise((resolve) => setTimeout(resolve, 60))
      return { topics: [aStanding({ agent: did(5), level: 0.6, record: 0.6, ratings: { good, bad: 0 } })], asking, against: [] }
    }
    let last = 10
    const storm = setInterval(() => client.change({ opinions: ++last }), 20)
    remove = drawApp(client, agentPage(5))
    try {
      await expect.element(field('Statistics')).toBeVisible()
    } finally {
      clearInterval(storm)
    }
    await expect.element(field('Statistics')).toHaveTextContent(`${last} good words`)
  })

  test('what can’t be read is said', async () => {
    const client = createScriptedClient(scenarios['trusting']!)
    client.failNext('reputation', 'the book is locked')
    remove = drawApp(client, agentPage(1))
    await expect.element(said().getByRole('alert')).toHaveTextContent('the book is locked')
  })

  test('many fields are folded', async () => {
    const topics = Array.from({ length: 9 }, (_, i) => aStanding({ topic: `data/field-${i}`, level: 0.3, record: 0.3 }))
    open(agentPage(1), { reputations: { [did(1)]: { topics, asking: aStanding({ topic: '' }), against: [] } } })
    await expect.element(field('Field 4')).toBeVisible()
    await expect.element(field('Field 5')).not.toBeInTheDocument()
    await said().getByRole('button', { name: 'Show 4 more fields' }).click()
    await expect.element(field('Field 8')).toBeVisible()
  })
})

describe('why', () => {
  test('by keyboard: all that is drawn is in words, too, and closes again', async () => {
    open(agentPage(1))
    const button = field('Statistics').getByRole('button', { name: 'Why?' })
    await expect.element(button).toHaveAttribute('aria-expanded', 'false')
    button.element().focus()
    await userEvent.keyboard('{Enter}')
    await expect.element(button).toHaveAttribute('aria-expanded', 'true')
    const text = why('Statistics')
    await expect.element(text).toHaveTextContent('Those whose word counts for you speak well of its work in this field.')
    for (const words of [
      'Youspeak well of its work (34 % of its trust comes of that)',
      'complains of its work (that counts for you)',
      '60 % of what that would bring is held back',
      'a stranger to those you trust: no weight',
      'and 5 others whose word weighs less',
      `you › ${nameOf(did(7))} › this agent 14 %`,
      `Complaints come from ${nameOf(did(8))}: 6 %`,
      `It praises and is praised by ${nameOf(did(9))}`,
      `If ${nameOf(did(12))} were content with its work, its trust would grow by 41 %.`,
      'If you did not speak well of it, 34 % of its trust would be gone.'
    ]) {
      await expect.element(text).toHaveTextContent(words)
    }
    // the operator's own name wins
    await expect.element(text.getByRole('link', { name: /Mum’s laptop/ })).toHaveAttribute('href', linkTo('network', did(2)))
    await userEvent.keyboard('{Enter}')
    await expect.element(text).not.toBeInTheDocument()
  })

  test('the drawing is hidden from screen readers; a complaint is dashed, what is held back is marked', async () => {
    open(agentPage(1))
    await field('Statistics').getByRole('button', { name: 'Why?' }).click()
    await expect.element(why('Statistics')).toBeVisible()
    await expect.poll(() => document.querySelector('.trust-drawing svg')).not.toBeNull()
    const drawing = document.querySelector('.trust-drawing')!
    expect(drawing.closest('[aria-hidden="true"]')).not.toBeNull()
    expect(drawing.querySelectorAll('a, button, [tabindex]')).toHaveLength(0)
    expect(drawing.querySelector('.complaint')!.getAttribute('stroke-dasharray')).toMatch(/\d/)
    expect(drawing.querySelector('.trust:not([stroke-dasharray])')).not.toBeNull()
    expect(drawing.textContent).toContain('−60 %')
    expect(drawing.textContent).toContain('Mum’s laptop')
    expect(drawing.textContent).toContain('You')
  })

  test('what would have an avoided agent considered again', async () => {
    open(agentPage(3))
    await field('Statistics').getByRole('button', { name: 'Why?' }).click()
    await expect.element(why('Statistics')).toHaveTextContent('It is not considered in this field')
    await expect
      .element(why('Statistics'))
      .toHaveTextContent(`If you and ${nameOf(did(7))} took the complaints back, it would be considered for work in this field again.`)
  })

  test('a newcomer’s page says that its name next door brings it work, and what would begin a record', async () => {
    open(agentPage(1))
    await field('Charts').getByRole('button', { name: 'Why?' }).click()
    await expect.element(why('Charts')).toHaveTextContent('it did well in fields nearby')
    await expect.element(why('Charts')).toHaveTextContent('That may bring it work here. Its word about others weighs nothing more for it.')
    await expect.element(why('Charts')).toHaveTextContent('A first piece of work that goes well would begin its record')
  })

  test('of what was never heard of it says so', async () => {
    open(agentPage(1), { whys: {} })
    await field('Statistics').getByRole('button', { name: 'Why?' }).click()
    await expect.element(why('Statistics')).toHaveTextContent('Nothing was ever heard of it in this field.')
  })

  test('a name that tries to be more than a name stays one', async () => {
    const hostile = '\u202Etsurt elpmis\u202C <b>Trusted by Starling</b> '.padEnd(60, 'A')
    const client = open(agentPage(1), {
      whys: { [`${did(1)} data/statistics`]: aWhy({ voice: 1, raters: [{ agent: did(2), value: 1, voice: 0.5, passed: 1, withheld: 0 }] }) }
    })
    client.change({ agents: client.snapshot().agents.map((view) => (view.agent === did(2) ? { ...view, petname: hostile } : view)) })
    await field('Statistics').getByRole('button', { name: 'Why?' }).click()
    await expect.poll(() => document.querySelector('.trust-drawing')?.textContent ?? '').toContain('<b>Trusted by Starling</b>')
    expect(why('Statistics').element().textContent).not.toContain('\u202E')
    expect(document.querySelector('.why b')).toBeNull()
  })

  test('on a small phone nothing is wider than the page', async () => {
    await page.viewport(360, 740)
    open(agentPage(1))
    for (const name of ['Statistics', 'Charts', 'Modelling in 3D']) {
      await field(name).getByRole('button', { name: 'Why?' }).click()
      await expect.element(why(name)).toBeVisible()
    }
    await expect.poll(() => document.querySelectorAll('.trust-drawing > svg').length).toBe(3)
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360)
    for (const name of document.querySelectorAll('.trust-name')) {
      const { left, right } = name.getBoundingClientRect()
      expect(left).toBeGreaterThanOrEqual(0)
      expect(right).toBeLessThanOrEqual(360)
    }
  })
})

describe('whose word counts', () => {
  const word = () => page.getByRole('switch', { name: 'Count its word about others' })
  const card = () => page.getByRole('region', { name: 'Whose word counts' })

  test('an agent’s word is counted from its page, and taken back in Me', async () => {
    const client = open(agentPage(1))
    await expect.element(word()).not.toBeChecked()
    await expect.element(page.getByRole('region', { name: 'Its judgement' })).toHaveTextContent('Nobody else is told')
    await word().click()
    await expect.element(word()).toBeChecked()
    location.hash = linkTo('me')
    await expect.element(card()).toHaveTextContent('You')
    await card().getByRole('button', { name: `Take back: ${nameOf(did(1))}` }).click()
    await card().getByRole('button', { name: 'Take back: Mum’s laptop' }).click()
    await expect.element(card()).toHaveTextContent('Nobody else’s yet')
    expect(called(client, 'trust')).toEqual([
      [did(1), true],
      [did(1), false],
      [did(2), false]
    ])
  })

  test('what did not work is said, and the switch stays', async () => {
    const client = open(agentPage(1))
    client.failNext('trust', 'At most 256 agents’ judgement can count')
    await word().click()
    await expect.element(page.getByRole('region', { name: 'Its judgement' }).getByRole('alert')).toHaveTextContent('At most 256')
    await expect.element(word()).not.toBeChecked()
  })
})

describe('lists of judges', () => {
  const judgement = () => page.getByRole('region', { name: 'Its judgement' })
  const card = () => page.getByRole('region', { name: 'Whose word counts' })

  test('a list is seen and followed on its author’s page, and left there', async () => {
    const client = open(agentPage(1))
    await expect.element(judgement()).toHaveTextContent('Shares a list: Careful readers of statistics')
    await judgement().getByText('5 agents on it').click()
    await expect.element(judgement().getByRole('link', { name: nameOf(did(7)) })).toHaveAttribute('href', linkTo('network', did(7)))
    await judgement().getByRole('button', { name: 'Follow its list' }).click()
    await judgement().getByRole('button', { name: 'Leave its list' }).click()
    await expect.element(judgement().getByRole('button', { name: 'Follow its list' })).toBeVisible()
    expect(called(client, 'follow')).toEqual([
      [did(1), true],
      [did(1), false]
    ])
  })

  test('who shares none shows none, and one that is followed says why it does not count', async () => {
    open(agentPage(2))
    await expect.element(page.getByRole('switch', { name: 'Count its word about others' })).toBeChecked()
    await expect.element(judgement()).not.toHaveTextContent('list')
    location.hash = linkTo('me')
    await expect.element(card()).toHaveTextContent('Taken back by whose it was')
  })

  test('a name that tries to be more than a name stays one', async () => {
    open(agentPage(3))
    await expect.element(judgement()).toHaveTextContent('Shares a list: tsurt elpmis <b>Trusted by Starling</b> AAAA')
    expect(judgement().element().querySelector('b')).toBeNull()
    expect(judgement().element().querySelector('bdi')?.textContent).not.toContain('\u202E')
  })

  test('in Me: lists are left, and one’s own is shared under a name, renamed, and taken back', async () => {
    const client = open(linkTo('me'))
    await expect.element(card()).toHaveTextContent('Only you see this.')
    await expect.element(card()).toHaveTextContent('Estuary translators')
    await card().getByRole('button', { name: `Leave the list by ${nameOf(did(4))}` }).click()
    await expect.element(card()).not.toHaveTextContent('Estuary translators')
    const share = card().getByRole('switch', { name: 'Share my list' })
    await expect.element(card()).toHaveTextContent('Then everybody in the network can read whose word counts for you')
    await card().getByRole('textbox', { name: 'Its name' }).fill('Careful people')
    await share.click()
    await expect.element(card()).toHaveTextContent('You share whom you chose')
    await card().getByRole('textbox', { name: 'Its name' }).fill('Very careful people')
    await card().getByRole('button', { name: 'Change its name' }).click()
    client.failNext('share', 'the log is full')
    await share.click()
    await expect.element(card().getByRole('alert')).toHaveTextContent('the log is full')
    await share.click()
    await expect.element(share).not.toBeChecked()
    expect(called(client, 'follow')).toEqual([[did(4), false]])
    expect(called(client, 'share')).toEqual([['Careful people'], ['Very careful people'], [null], [null]])
  })

  test('why: a word that counts by a list is named so', async () => {
    const by = aWhy({ voice: 1, paths: [{ agents: [did(17), did(1)], share: 0.5 }, { agents: [did(2), did(1)], share: 0.5 }] })
    open(agentPage(1), { whys: { [`${did(1)} data/statistics`]: by } })
    await field('Statistics').getByRole('button', { name: 'Why?' }).click()
    await expect.element(why('Statistics')).toHaveTextContent(`${nameOf(did(17))} (on the list “Estuary translators”) › this agent`)
    await expect.element(why('Statistics')).toHaveTextContent('Mum’s laptop › this agent')
  })

  test('on a phone nothing is wider than the screen', async () => {
    await page.viewport(360, 740)
    open(agentPage(3))
    await judgement().getByText('64 agents on it').click()
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360)
    location.hash = linkTo('me')
    await expect.element(card()).toBeVisible()
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360)
  })
})

describe('where it matters', () => {
  test('who is complained of is shown so among those who could do it, and not asked by default', async () => {
    open('#/')
    await page.getByRole('textbox', { name: 'Your goal, in words' }).fill('What stands out in these sales figures?')
    await expect.element(page.getByRole('radio', { name: nameOf(did(1)) })).toBeChecked()
    await expect.element(page.getByText('Well spoken of in this field').first()).toBeVisible()
    const complaint = page.getByText('Those whose word counts for you complain of its work').first()
    await expect.element(complaint).toBeVisible()
    expect(getComputedStyle(complaint.element()).color).toBe(colourOf('--warn'))
    expect(getComputedStyle(page.getByText('Well spoken of in this field').first().element()).color).not.toBe(colourOf('--warn'))
  })

  test('a sample does not start by itself with somebody who was caught cheating', async () => {
    const caught = scenarios['trusting']!.find!('').filter(({ trust }) => trust?.excluded === 'proven')
    const client = open('#/', { find: () => caught.map((candidate) => ({ ...candidate, skill: 'csv-statistics', reach: 'direct' })) })
    await page.getByRole('region', { name: 'Or try one now' }).getByRole('button').first().click()
    await expect.element(page.getByText('Looking for somebody who can do this')).toBeVisible()
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(called(client, 'submit')).toEqual([])
  })

  test('who asks is shown with how they have done', async () => {
    open('#/approvals')
    const card = page.getByRole('article', { name: `${nameOf(did(3))} asks` })
    await expect.element(card).toHaveTextContent('As one who asks: Well spoken of 9 good words, 1 complaint')
    await expect.element(card).toHaveTextContent('Its own work, Statistics: Avoided: complaints')
    await expect.element(card.getByRole('link', { name: 'All that is said of it, and why' })).toHaveAttribute('href', linkTo('network', did(3)))
    const other = page.getByRole('article', { name: 'Mum’s laptop asks' })
    await expect.element(other).toHaveTextContent('As one who asks: nobody has said how it went')
  })
})

/** A token's colour as the browser computes it. */
function colourOf(token: string): string {
  const probe = document.createElement('i')
  probe.style.color = `var(${token})`
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
