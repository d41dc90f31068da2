import { until } from '../scripts/world.mjs'
import { expect, meets, test } from './world.ts'

test('the app opens without a network once it was there, and says that it is offline', async ({ world, someone }) => {
  const ann = await someone()
  await ann.evaluate(async () => {
    await navigator.serviceWorker.ready
  })
  await ann.reload()
  await world.stopRelay()
  await ann.reload()
  await expect(ann.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(ann.getByRole('button', { name: /^Connection: Offline/ })).toBeVisible({ timeout: 30_000 })
  await ann.getByRole('button', { name: /^Connection/ }).click()
  await expect(ann.getByRole('dialog')).toContainText(/again/)
})

test('it can be installed: manifest, icons, cross-origin isolation, a strict policy', async ({ world, someone }) => {
  const ann = await someone()
  expect(await ann.evaluate(() => crossOriginIsolated)).toBe(true)
  const manifest = (await (await fetch(`${world.url}/manifest.webmanifest`)).json()) as { icons: Array<{ src: string }>; display: string }
  expect(manifest.display).toBe('standalone')
  for (const { src } of manifest.icons) expect((await fetch(new URL(src, world.url))).status).toBe(200)
  const policy = (await fetch(world.url)).headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toContain('unsafe-inline')
})

test('the relay is found again when it comes back', async ({ world, someone }) => {
  const [ann, ben] = await Promise.all([someone(), someone()])
  await meets(ann, 1)
  await world.restartRelay()
  await until(ann, async () => (await starling.status()).relay, undefined, 30_000)
  const carol = await someone()
  await meets(carol, 2)
  await meets(ben, 2)
})

test('somebody who leaves is gone at once, and is known again when back', async ({ someone }) => {
  const [ann, ben] = await Promise.all([someone(), someone()])
  await meets(ann, 1)
  await ben.goto('about:blank')
  await until(ann, async () => (await starling.status()).connections.length === 0, undefined, 5000)
  await ben.goBack()
  await meets(ann, 1)
})

for (const width of [360, 1440]) {
  test(`every place fits ${width} pixels, in light and dark, without errors`, async ({ someone }) => {
    const ann = await someone({ viewport: { width, height: 800 } })
    const errors: string[] = []
    ann.on('pageerror', (error) => errors.push(error.message))
    ann.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text())
    })
    for (const colorScheme of ['light', 'dark'] as const) {
      await ann.emulateMedia({ colorScheme })
      for (const place of ['Ask', 'Tasks', 'Approvals', 'Network', 'Me']) {
        await ann.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: new RegExp(`^${place}`) }).click()
        await expect(ann.getByRole('heading', { level: 1 })).toBeVisible()
        const overflow = await ann.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
        expect(overflow, place).toBe(0)
      }
    }
    expect(errors).toEqual([])
  })
}
