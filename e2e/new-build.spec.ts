/** The app that the browser keeps takes up a new build without being asked, and obeys its content security policy. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'

let folder: string
let relay: ChildProcess

test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'starling-build-'))
  await cp('dist/app', join(folder, 'app'), { recursive: true })
})

test.afterEach(async () => {
  await stopRelay()
  await rm(folder, { recursive: true, force: true })
})

/** @returns the URL of the app */
async function startRelay(port = '0'): Promise<string> {
  const args = ['dist/server/relay.js', '--port', port, '--app', join(folder, 'app'), '--data', join(folder, 'data')]
  relay = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  if (relay.stdout === null) throw new Error('expected the relay to have an output')
  const [line] = (await once(createInterface(relay.stdout), 'line')) as [string]
  const url = /http:\/\/\S+/.exec(line)?.[0]
  if (url === undefined) throw new Error(`expected the relay to say its address, got: ${line}`)
  return url
}

async function stopRelay(): Promise<void> {
  if (relay.exitCode !== null) return
  const ended = once(relay, 'exit')
  relay.kill('SIGTERM')
  await ended
}

/** Makes what is served another build, by its title. */
async function changeBuild(title: string): Promise<void> {
  const page = join(folder, 'app', 'index.html')
  const service = join(folder, 'app', 'service.js')
  await writeFile(page, (await readFile(page, 'utf8')).replace(/<title>.*<\/title>/, `<title>${title}</title>`))
  const source = await readFile(service, 'utf8')
  const changed = source.replace(/"version":"[^"]*"/, `"version":"${title}"`)
  expect(changed).not.toBe(source)
  await writeFile(service, changed)
}

/** Until the service worker has kept everything and answers for this page. */
const kept = (page: Page) =>
  page.waitForFunction(async () => {
    await navigator.serviceWorker.ready
    return navigator.serviceWorker.controller !== null
  })

/** Looks for a new build and waits until it is in use. */
const updated = (page: Page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready
    await new Promise<unknown>((resolve, reject) => {
      navigator.serviceWorker.addEventListener('controllerchange', resolve)
      registration.addEventListener('updatefound', () => {
        const next = registration.installing
        next?.addEventListener('statechange', () => {
          if (next.state === 'redundant') reject(new Error('the new build could not be kept'))
        })
      })
      registration.update().catch(reject)
    })
  })

/** The title as the page was served: the app may change the one that is shown. */
const servedTitle = (page: Page) =>
  page.evaluate(async () => /<title>(.*)<\/title>/.exec(await (await fetch('/')).text())?.[1])

test('breaks no rule of its content security policy', async ({ page }) => {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (/Content.Security.Policy|Refused to/i.test(message.text())) complaints.push(message.text())
  })
  await page.goto(await startRelay())
  await kept(page)
  await expect(page.locator('#root')).not.toBeEmpty()
  expect(complaints).toEqual([])
})

test('takes up a new build at the next load, and leaves an open tab what it needs', async ({ page }) => {
  const url = await startRelay()
  await page.goto(url)
  await kept(page)
  const script = await page.locator('script[type=module][src]').first().getAttribute('src')

  await changeBuild('next')
  await rm(join(folder, 'app', script ?? 'none'))
  await stopRelay()
  await startRelay(new URL(url).port)
  await updated(page)
  const status = await page.evaluate(async (path) => (await fetch(path, { cache: 'no-store' })).status, script ?? '')
  expect(status).toBe(200)
  await page.reload()
  expect(await servedTitle(page)).toBe('next')
})
