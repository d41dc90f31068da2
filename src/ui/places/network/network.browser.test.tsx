import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { page } from 'vitest/browser'
import { drawApp } from '../../testing/render.tsx'
import { scenarios } from '../../testing/scenarios.ts'
import { aCapability, anAgent, aSnapshot, called, createScriptedClient, did, type Script } from '../../testing/scripted-client.ts'
import { nameOf } from '../../text/names.ts'

let remove = () => {}
const open = (script: Script, hash: string) => {
  const client = createScriptedClient(script)
  remove = drawApp(client, hash)
  return client
}
const offer = (seq: number, name: string, description = '') => ({ seq, expiry: null, capability: aCapability({ id: `offer-${seq}`, name, description }) })
const numbered = (count: number) => Array.from({ length: count }, (_, i) => offer(i + 1, `Offer ${i + 1}`))
const pageOf = (n: number) => `#/network/${encodeURIComponent(did(n))}`

beforeEach(() => page.viewport(1200, 900))
afterEach(() => remove())

describe('who is listed', () => {
  test('an agent shows the first of what it offers, and how much more there is', async () => {
    open({ snapshot: aSnapshot({ agents: [anAgent({ capabilities: numbered(20) })] }) }, '#/network')
    await expect.element(page.getByRole('list', { name: 'Offers' })).toHaveTextContent('Offer 1Offer 2Offer 3Offer 4and 16 more')
  })

  test('of more than can be listed the rest is counted, and said how to find it', async () => {
    const agents = Array.from({ length: 30 }, (_, n) => anAgent({ agent: did(n + 1), reach: n < 3 ? 'direct' : 'away' }))
    open({ snapshot: aSnapshot({ agents, moreAgents: 372 }) }, '#/network')
    await expect.element(page.getByText('3 agents here now, 399 away.')).toBeVisible()
    await expect.element(page.getByText(/And 372 agents more/)).not.toBeInTheDocument()
    await page.getByRole('button', { name: 'Show 6 more' }).click()
    await expect.element(page.getByText(/And 372 agents more that are away: search/)).toBeVisible()
  })
})

describe('an agent’s page', () => {
  test('shows all that it offers and looks for, and follows what is said anew', async () => {
    const ann = (seq: number, description: string) => anAgent({ capabilities: [...numbered(12), offer(seq, 'Tea', description)] })
    const client = open({ snapshot: aSnapshot({ agents: [ann(13, 'green')] }) }, pageOf(1))
    await expect.element(page.getByRole('heading', { name: 'Offer 12' })).toBeVisible()
    await expect.element(page.getByText('green')).toBeVisible()
    client.change({ agents: [ann(14, 'black')] })
    await expect.element(page.getByText('black')).toBeVisible()
    await expect.element(page.getByText('green')).not.toBeInTheDocument()
  })

  test('is there for one that is not listed, whose offer can be asked for', async () => {
    const bob = anAgent({ agent: did(7), reach: 'away', capabilities: [offer(1, 'Tea')] })
    const found = createScriptedClient({ snapshot: aSnapshot({ agents: [bob] }) }).find
    const client = open({ snapshot: aSnapshot({ moreAgents: 1 }), unlisted: [bob] }, pageOf(7))
    await expect.element(page.getByRole('heading', { level: 1 })).toHaveTextContent(nameOf(did(7)))
    await page.getByRole('button', { name: 'Ask for this' }).click()
    client.find = found
    await page.getByRole('textbox', { name: 'Your goal, in words' }).fill('anything')
    await page.getByRole('button', { name: `Ask ${nameOf(did(7))}` }).click()
    await expect.poll(() => called(client, 'submit')[0]?.[0]).toMatchObject({ agent: did(7), skill: 'offer-1' })
  })

  test('says that an agent was never met only when that is known', async () => {
    open({ snapshot: aSnapshot() }, pageOf(7))
    await expect.element(page.getByRole('heading', { level: 1 })).toHaveTextContent('This agent was never met here')
  })

  test('says what could not be read, and keeps the rest', async () => {
    const client = createScriptedClient(scenarios.usual!)
    client.agent = () => Promise.reject(new Error('the worker is busy'))
    remove = drawApp(client, pageOf(1))
    await expect.element(page.getByText('What it says of itself can’t be read now: the worker is busy')).toBeVisible()
    await expect.element(page.getByRole('heading', { level: 1 })).toHaveTextContent(nameOf(did(1)))
  })
})
