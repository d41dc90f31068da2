import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { scenarios } from '../testing/scenarios.ts'
import { called, createScriptedClient, did, type ScriptedClient } from '../testing/scripted-client.ts'
import { drawApp } from '../testing/render.tsx'
import { nameOf } from '../text/names.ts'

let remove = () => {}
const open = (scenario: string, hash = '#/'): ScriptedClient => {
  const client = createScriptedClient(scenarios[scenario]!)
  remove = drawApp(client, hash)
  return client
}

beforeEach(() => page.viewport(1200, 900))
afterEach(() => remove())

describe('Ask', () => {
  test('a goal finds somebody, and one click asks them', async () => {
    const client = open('first')
    await page.getByRole('textbox', { name: 'Your goal, in words' }).fill('What stands out in these sales figures?')
    await expect.element(page.getByRole('radio', { name: nameOf(did(1)) })).toBeChecked()
    await page.getByRole('button', { name: `Ask ${nameOf(did(1))}` }).click()
    await expect.element(page.getByRole('heading', { level: 1 })).toHaveTextContent('What stands out')
    expect(called(client, 'submit')[0]?.[0]).toMatchObject({
      goal: 'What stands out in these sales figures?',
      agent: did(1),
      skill: 'csv-statistics',
      files: []
    })
    expect(location.hash).toBe('#/tasks/task-1')
  })

  test('a sample starts with one click', async () => {
    const client = open('usual')
    await page.getByRole('region', { name: 'Or try one now' }).getByRole('button').first().click()
    await expect.element(page.getByRole('heading', { name: 'How it goes' })).toBeVisible()
    const [request] = called(client, 'submit')[0] as [{ skill: string; files: unknown[] }]
    expect(request.skill).toBe('csv-statistics')
    expect(request.files.length).toBeGreaterThan(0)
  })

  test('a sample that nobody can do yet starts when somebody comes', async () => {
    const client = open('alone')
    await page.getByRole('region', { name: 'Or try one now' }).getByRole('button').first().click()
    await expect.element(page.getByText('Looking for somebody who can do this')).toBeVisible()
    expect(called(client, 'submit')).toEqual([])
    client.change({ agents: scenarios.first!.snapshot.agents })
    await expect.element(page.getByRole('heading', { name: 'How it goes' })).toBeVisible()
    expect(called(client, 'submit')).toHaveLength(1)
  })

  test('what is refused is named with its size and the limit, and what was there stays', async () => {
    open('usual')
    const input = page.getByLabelText('Files to attach')
    await userEvent.upload(input, [
      new File(['a,b\n1,2\n'], 'small.csv', { type: 'text/csv' }),
      new File([new Uint8Array(17 * 1024 * 1024).fill(65)], 'huge.csv', { type: 'text/csv' })
    ])
    await expect.element(page.getByRole('alert')).toHaveTextContent(/huge\.csv.*17 MB.*16 MB/)
    await expect.element(page.getByRole('button', { name: 'Remove small.csv' })).toBeVisible()
  })

  test('files that are too large for the agent keep one from asking, and say why', async () => {
    open('usual')
    await userEvent.upload(page.getByLabelText('Files to attach'), [new File(['x'.repeat(5 * 1024 * 1024)], 'big.txt')])
    await page.getByRole('textbox', { name: 'Your goal, in words' }).fill('statistics')
    await expect.element(page.getByText(/5 MB together; this takes 4 MB/).first()).toBeVisible()
    await expect.element(page.getByRole('button', { name: /^Ask / })).toBeDisabled()
  })

  test('when nobody fits, it is made public only after a plain word about it', async () => {
    const client = open('usual')
    await page.getByRole('textbox', { name: 'Your goal, in words' }).fill('zzz qqq')
    await page.getByRole('button', { name: 'Tell the network what you look for' }).click()
    await expect.element(page.getByRole('dialog')).toHaveTextContent('These words become public')
    expect(called(client, 'declare')).toEqual([])
    await page.getByRole('button', { name: 'Make it public' }).click()
    await expect.element(page.getByText('The network knows what you look for')).toBeVisible()
    expect(called(client, 'declare')[0]?.[0]).toMatchObject({ kind: 'intention', goal: 'zzz qqq' })
  })

  test('what was written survives a look elsewhere and a failure', async () => {
    const client = open('usual')
    const goal = page.getByRole('textbox', { name: 'Your goal, in words' })
    await goal.fill('statistics of it')
    await page.getByRole('link', { name: 'Network', exact: true }).click()
    await page.getByRole('link', { name: 'Ask', exact: true }).click()
    await expect.element(goal).toHaveValue('statistics of it')
    client.failNext('submit', 'the store is full')
    await page.getByRole('button', { name: /^Ask / }).click()
    await expect.element(page.getByRole('alert')).toHaveTextContent('the store is full')
    await expect.element(goal).toHaveValue('statistics of it')
  })

  test('text can be attached and changed', async () => {
    const client = open('usual')
    await page.getByRole('button', { name: 'Text', exact: true }).click()
    await page.getByRole('textbox', { name: 'Text' }).fill('first words')
    await page.getByRole('button', { name: 'Attach', exact: true }).click()
    await page.getByRole('button', { name: 'text.txt', exact: true }).click()
    await page.getByRole('textbox', { name: 'Text' }).fill('other words')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('textbox', { name: 'Your goal, in words' }).fill('key points')
    await page.getByRole('button', { name: /^Ask / }).click()
    await expect.poll(() => called(client, 'submit').length).toBe(1)
    const [request] = called(client, 'submit')[0] as [{ files: Array<{ name: string; bytes: Uint8Array }> }]
    expect(request.files.map(({ name, bytes }) => [name, new TextDecoder().decode(bytes)])).toEqual([
      ['text.txt', 'other words']
    ])
  })
})

describe('Approvals', () => {
  test('a card says who, what, on which data and within what limits; nothing is preselected', async () => {
    open('usual', '#/approvals')
    const card = page.getByRole('article', { name: `${nameOf(did(3))} asks` })
    for (const words of [
      'Key only',
      'nobody has shown who stands behind it',
      'Nothing done together yet',
      'sales.csv',
      '23.7 kB',
      'sealed sandbox',
      '30 seconds at most, 32 MB',
      'built into Starling'
    ]) {
      await expect.element(card).toHaveTextContent(words)
    }
    expect(document.activeElement?.tagName).not.toBe('BUTTON')
  })

  test('allowing once, and declining with a reason', async () => {
    const client = open('usual', '#/approvals')
    await page.getByRole('article').nth(0).getByRole('button', { name: 'Allow once' }).click()
    await expect.element(page.getByRole('article').nth(1)).not.toBeInTheDocument()
    await page.getByRole('button', { name: 'Not now' }).click()
    await page.getByRole('textbox', { name: /Reason/ }).fill('not today')
    await page.getByRole('button', { name: 'Decline' }).click()
    await expect.element(page.getByText('Nobody is waiting for you')).toBeVisible()
    expect(called(client, 'approve')).toEqual([['a1', undefined]])
    expect(called(client, 'decline')).toEqual([['a2', 'not today']])
  })

  test('always starts with the least: this agent, few times, the time that was asked', async () => {
    const client = open('usual', '#/approvals')
    await page
      .getByRole('button', { name: /^Always/ })
      .nth(0)
      .click()
    await expect.element(page.getByRole('radio', { name: /only/ })).toBeChecked()
    await page.getByRole('spinbutton', { name: 'Times a day, at most' }).fill('0')
    await expect.element(page.getByRole('button', { name: 'Allow within these limits' })).toBeDisabled()
    await page.getByRole('spinbutton', { name: 'Times a day, at most' }).fill('3')
    await page.getByRole('button', { name: 'Allow within these limits' }).click()
    await expect
      .poll(() => called(client, 'approve'))
      .toMatchObject([['a1', { always: { from: 'agent', perDay: 3, limits: { ms: 30_000 } } }]])
  })

  test('a program of a stranger is marked so, and permissions can be taken back', async () => {
    const client = open('usual', '#/approvals')
    await expect
      .element(page.getByRole('article', { name: 'Mum’s laptop asks' }))
      .toHaveTextContent('runs code of whoever asks')
    await page.getByRole('button', { name: 'Take back' }).first().click()
    await expect.poll(() => called(client, 'revoke')).toEqual([['permission']])
  })

  test('the count is in the title and beside the place', async () => {
    const client = open('usual')
    await expect.poll(() => document.title).toBe('(2) Ask · Starling')
    await expect.element(page.getByRole('link', { name: 'Approvals, 2 waiting for you' })).toBeVisible()
    client.change({ approvals: [] })
    await expect.poll(() => document.title).toBe('Ask · Starling')
  })
})

describe('Tasks', () => {
  test('a result shows each part as what it is, with a table behind each chart', async () => {
    open('usual', '#/tasks/done')
    await expect.element(page.getByRole('img', { name: /Line chart: Sales by month/ })).toBeVisible()
    await page
      .getByRole('tablist', { name: /Sales by month/ })
      .getByRole('tab', { name: 'Table' })
      .click()
    await expect
      .element(page.getByRole('region', { name: 'Sales by month' }).getByRole('cell', { name: 'Jan' }))
      .toBeVisible()
    await page.getByRole('button', { name: 'mean' }).click()
    await expect.element(page.getByRole('columnheader', { name: 'mean' })).toHaveAttribute('aria-sort', 'ascending')
  })

  test('a running task can be cancelled', async () => {
    const client = open('usual', '#/tasks/working')
    await expect.element(page.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '62')
    await page.getByRole('button', { name: 'Cancel this task' }).click()
    await expect.element(page.getByText('You cancelled it.')).toBeVisible()
    expect(called(client, 'cancel')).toEqual([['working']])
  })

  test('a failed task says what happened, and asking again says when a file is gone', async () => {
    open('usual', '#/tasks/failed')
    await expect.element(page.getByText(/ran longer than the 30 seconds/)).toBeVisible()
    await page.getByRole('button', { name: 'Ask again' }).click()
    await expect.element(page.getByRole('alert')).toHaveTextContent(/sales-2025\.csv.*can’t be found/)
  })

  test('text of strangers stays text', async () => {
    open('hostile', '#/tasks/done')
    await expect.element(page.getByRole('heading', { level: 1 })).toHaveTextContent('<img src=x onerror=alert(1)>')
    expect(document.querySelector('main img, main script, main b')).toBeNull()
    expect(document.querySelector('main')?.textContent).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200f]/u)
    expect([...document.querySelectorAll('main a')].every((link) => link.getAttribute('href')?.startsWith('#'))).toBe(
      true
    )
  })
})

describe('Network and Me', () => {
  test('an agent can be given a name, which wins everywhere', async () => {
    const client = open('usual', `#/network/${encodeURIComponent(did(3))}`)
    await page.getByRole('button', { name: 'Give it a name' }).click()
    await page.getByRole('textbox', { name: 'Your name for it' }).fill('Ada')
    await page.getByRole('button', { name: 'Keep' }).click()
    await expect.element(page.getByRole('heading', { level: 1 })).toHaveTextContent('Ada')
    expect(called(client, 'name')).toEqual([[did(3), 'Ada']])
  })

  test('“Ask for this” asks that agent for that skill', async () => {
    const client = open('usual', `#/network/${encodeURIComponent(did(1))}`)
    await page
      .getByRole('listitem')
      .filter({ hasText: 'Picks the sentences' })
      .getByRole('button', { name: 'Ask for this' })
      .click()
    await page.getByRole('textbox', { name: 'Your goal, in words' }).fill('anything')
    await page.getByRole('button', { name: `Ask ${nameOf(did(1))}` }).click()
    await expect.poll(() => called(client, 'submit')[0]?.[0]).toMatchObject({ agent: did(1), skill: 'key-points' })
  })

  test('an offer can be switched off, and memory-only storage is said plainly', async () => {
    const client = open('memory', '#/me')
    await page.getByRole('switch', { name: 'Offer Key points of a long text' }).click()
    await expect.poll(() => called(client, 'offer')).toEqual([['key-points', false]])
    await expect.element(page.getByText('Kept only while this tab is open.')).toBeVisible()
    await expect.element(page.getByRole('link', { name: /Not kept/ })).toBeVisible()
  })

  test('the log is saved as a file, and somebody’s file is checked and said to be whose it is', async () => {
    const client = open('usual', '#/me')
    await page.getByText('My log: 4 signed entries').click()
    const saved = vi.spyOn(URL, 'createObjectURL')
    await page.getByRole('button', { name: 'Save as a file' }).click()
    await expect.poll(() => (saved.mock.calls[0]?.[0] as Blob | undefined)?.size).toBe(3)
    saved.mockRestore()
    await userEvent.upload(page.getByLabelText('Log file to check'), new File([new Uint8Array(9)], 'friend.car'))
    await expect.element(page.getByText(`The log of ${nameOf(did(2))}`)).toBeVisible()
    await expect.element(page.getByText(/12 entries, all signed and in order, but not all that there are up to the newest\. What was new is kept\./)).toBeVisible()
    client.failNext('importLog', 'entry 7 is not signed by the author that it names.')
    await userEvent.upload(page.getByLabelText('Log file to check'), new File([new Uint8Array(9)], 'friend.car'))
    await expect.element(page.getByRole('alert')).toHaveTextContent('entry 7 is not signed')
  })

  test('what an old entry says is deleted when one has said so twice, and what still stands is kept', async () => {
    const client = open('usual', '#/me')
    await page.getByText('My log: 4 signed entries').click()
    await page.getByText('Agreed on a task').click()
    await page.getByRole('button', { name: 'Delete what it says from this device…' }).click()
    expect(called(client, 'forget')).toEqual([])
    await page.getByRole('button', { name: 'Delete for good' }).click()
    await expect.poll(() => called(client, 'forget')).toHaveLength(1)
    await expect.element(page.getByText('Deleted from this device. The entry itself stays in the log.')).toBeVisible()
  })

  test('a chosen theme holds', async () => {
    open('usual', '#/me')
    await page.getByText('Dark', { exact: true }).click()
    await expect.poll(() => document.documentElement.dataset.theme).toBe('dark')
    await page.getByText('As the system', { exact: true }).click()
    await expect.poll(() => document.documentElement.dataset.theme).toBeUndefined()
  })
})

describe('the frame', () => {
  test('the strip tells the state and why', async () => {
    open('offline')
    await page.getByRole('button', { name: 'Connection: Offline, will retry' }).click()
    await expect
      .element(page.getByRole('dialog', { name: 'Offline, will retry' }))
      .toHaveTextContent('tries again by itself')
  })

  test('by keyboard one can skip to the content, and comes to the heading of each place', async () => {
    open('usual')
    const skip = page.getByRole('link', { name: 'Skip to the content' })
    expect(document.querySelector('#root a, #root button')).toBe(skip.element())
    skip.element().focus()
    await userEvent.keyboard('{Enter}')
    await expect.element(page.getByRole('main')).toHaveFocus()
    await page.getByRole('link', { name: /^Tasks/ }).click()
    await expect.element(page.getByRole('heading', { level: 1, name: 'Tasks' })).toHaveFocus()
  })

  test.each([360, 1440])('nothing is wider than %i px, in any place', async (width) => {
    await page.viewport(width, 800)
    for (const hash of [
      '#/',
      '#/tasks',
      '#/tasks/done',
      '#/approvals',
      '#/network',
      `#/network/${encodeURIComponent(did(1))}`,
      '#/me'
    ]) {
      open('hostile', hash)
      await expect.element(page.getByRole('heading', { level: 1 })).toBeVisible()
      expect(document.documentElement.scrollWidth, hash).toBeLessThanOrEqual(width)
      remove()
    }
  })
})
