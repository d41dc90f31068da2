/** What somebody looks for until it is found, and whom one works with at all: as people do it, over real connections. */
import type { Page } from '@playwright/test'
import { connectedDirectly, pause, until } from '../scripts/world.mjs'
import { expect, meets, test } from './world.ts'

/** So long two that must not meet are left alone, with nothing else to do. Others meet within one or two seconds. */
const ALONE_MS = 5_000
/** A peer id of an Ed25519 key. */
const PEER_ID_BYTES = 38

declare global {
  /** In a page: every peer that it was ever connected to, since `notePeers`. */
  var metPeers: Set<string>
  /** In a page: all that was said to people who listen to it, since `noteSpoken`. */
  var spoken: string[]
}

test('what one person listens for is found as soon as another offers it, and told', async ({ someone }) => {
  const [ann, ben] = await Promise.all([someone(), someone()])
  await Promise.all([meets(ann, 1), meets(ben, 1)])
  await ann.getByLabel('Your goal, in words').fill('Tune my old piano')
  await ann.getByRole('button', { name: 'Tell me when somebody can' }).click()
  const listening = ann.getByRole('region', { name: 'Listening for' })
  await expect(listening).toContainText('Tune my old piano')
  await expect(listening).toContainText('Nobody so far')
  await ann.evaluate(noteSpoken)

  await toMe(ben)
  await ben.getByRole('link', { name: 'Offer something new…' }).click()
  await ben.getByLabel('Name', { exact: true }).fill('Piano tuning')
  await ben.getByLabel('What it does').fill('Tunes old pianos by ear, from a recording of each key.')
  await ben.getByLabel('Example requests').fill('Tune my piano')
  await ben.getByRole('button', { name: 'Begin with a template' }).click()
  await ben.getByRole('button', { name: 'Offer it' }).click()
  await expect(ben.getByRole('switch', { name: 'Offer Piano tuning' })).toBeChecked()

  await expect(ann.getByRole('link', { name: 'Ask, 1 found for you' })).toBeVisible()
  await until(ann, () => spoken.some((text) => text.includes('can do what you listen for: Tune my old piano')))
  await listening.getByText('1 agent can').click()
  await expect(listening).toContainText('Piano tuning')
  await expect(listening.getByText('New', { exact: true })).toBeVisible()
  // it has been looked at, and what was listened for was said to nobody
  await expect(ann.getByRole('link', { name: 'Ask', exact: true })).toBeVisible()
  const said = await ann.evaluate(async () => (await starling.log()).map(({ kind, body }) => `${kind} ${JSON.stringify(body)}`))
  expect(said.join()).not.toMatch(/intention|piano/i)

  // what is offered is edited, in the form in which it was written, and found by its new words
  await ben.getByRole('link', { name: 'Edit Piano tuning' }).click()
  await expect(ben.getByRole('textbox', { name: 'JavaScript' })).toHaveValue(/function run/)
  await ben.getByLabel('Name', { exact: true }).fill('Harpsichord voicing')
  await ben.getByLabel('What it does').fill('Voices harpsichords: says which quills are too stiff, from a recording.')
  await ben.getByRole('button', { name: 'Offer it like this' }).click()
  await expect(ben.getByRole('switch', { name: 'Offer Harpsichord voicing' })).toBeChecked()
  await ann.getByLabel('Your goal, in words').fill('Voice my harpsichord')
  await expect(ann.getByRole('group', { name: 'Who could do it' })).toContainText('Harpsichord voicing')

  // once it is deleted, nobody finds it
  await ben.getByRole('link', { name: 'Edit Harpsichord voicing' }).click()
  await ben.getByRole('button', { name: 'Delete this offer…' }).click()
  await ben.getByRole('button', { name: 'Delete it for good' }).click()
  await expect(ben.getByRole('switch', { name: 'Offer Harpsichord voicing' })).toBeHidden()
  await until(ann, async () => (await starling.find('Voice my harpsichord')).every(({ name }) => name !== 'Harpsichord voicing'))
})

test('two who can’t work with each other never meet, whoever else they meet', async ({ someone, world }) => {
  // Dora has said where she is before Cem opens his page, and comes back when he has said whom he works with
  const before = await someone()
  await workWith(before, { country: 'France' })
  await before.close()
  const cem = await someone()
  await workWith(cem, { country: 'Germany', insistsOn: 'Germany' })
  await cem.evaluate(notePeers)
  const dora = await before.context().newPage()
  await dora.addInitScript(notePeers)
  await dora.goto(world.url)
  for (const page of [cem, dora]) await until(page, async () => (await starling.status()).relay)

  // with nobody else there, nothing but the relay was spoken to
  await pause(ALONE_MS)
  for (const page of [cem, dora]) {
    expect(await page.evaluate(() => [...metPeers])).toEqual([])
    const traffic = await page.evaluate(() => starling.traffic())
    expect(Object.keys(traffic).filter(isBetweenPeers)).toEqual([])
    // the relay was asked for a place, and never for a way to somebody: that would have named a peer
    expect(traffic['/libp2p/circuit/relay/0.2.0/hop']?.sent).toBeLessThan(PEER_ID_BYTES)
  }

  // both meet somebody who has said nothing of herself, and through her still not each other
  const ann = await someone()
  await connectedDirectly(ann, 2, 30_000)
  await pause(ALONE_MS)
  const witness = await ann.evaluate(async () => (await starling.status()).peerId)
  for (const page of [cem, dora]) {
    expect(await page.evaluate(() => [...metPeers])).toEqual([witness])
    const { connections } = await page.evaluate(() => starling.status())
    expect(connections.map(({ peer }) => peer)).toEqual([witness])
    expect(Object.keys(await page.evaluate(() => starling.traffic())).filter(isBetweenPeers)).toContain('/starling/hello/1.0.0')
  }

  // it was what he insists on that kept them apart
  await workWith(cem, { insistsOnNothing: true })
  await connectedDirectly(cem, 2, 30_000)
  await connectedDirectly(dora, 2, 30_000)
})

async function toMe(page: Page): Promise<void> {
  await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: 'Me', exact: true }).click()
}

/** Says in Me where one is, and in which country others have to be. */
async function workWith(
  page: Page,
  { country, insistsOn, insistsOnNothing = false }: { country?: string; insistsOn?: string; insistsOnNothing?: boolean }
): Promise<void> {
  await toMe(page)
  await page.getByRole('button', { name: 'Change whom I work with…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Whom I work with' })
  if (country !== undefined) await dialog.getByLabel('My country').selectOption({ label: country })
  if (insistsOn !== undefined) {
    await dialog.getByRole('combobox', { name: 'They are in one of these countries' }).fill(insistsOn)
    await page.getByRole('option', { name: insistsOn, exact: true }).click()
  }
  if (insistsOnNothing) await dialog.getByRole('button', { name: /^Remove / }).click()
  await dialog.getByRole('button', { name: 'Keep this' }).click()
  await expect(dialog).toBeHidden()
  const section = page.getByRole('region', { name: 'Whom I work with' })
  if (country !== undefined) await expect(section).toContainText(`in ${country}`)
  await expect(section).toContainText(insistsOn === undefined ? 'Anybody' : `Only those who say that they are in ${insistsOn}.`)
}

/** Whether a protocol is spoken with another peer, or by a relay to introduce one. */
function isBetweenPeers(protocol: string): boolean {
  return /^\/starling\/|^\/webrtc|relay\/0\.2\.0\/stop/.test(protocol)
}

/** Runs in a page. */
function notePeers(): void {
  globalThis.metPeers = new Set()
  setInterval(() => {
    if (!('starling' in globalThis)) return
    void starling.status().then(({ connections }) => {
      for (const { peer } of connections) metPeers.add(peer)
    })
  }, 25)
}

/** Runs in a page. */
function noteSpoken(): void {
  globalThis.spoken = []
  const note = () => spoken.push(document.querySelector('.sr-only[role=status][aria-live]')?.textContent ?? '')
  new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true })
}
