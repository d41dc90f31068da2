import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createShell } from './shell.ts'

const { origin } = location
const first = { version: 'first', files: ['/assets/a-1.js', '/icon.svg'] }
const second = { version: 'second', files: ['/assets/a-1.js', '/assets/b-2.js'] }
const isolated = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }

let served: Map<string, () => Response>
let asked: string[]

const fetch = (request: Request): Promise<Response> => {
  const { pathname } = new URL(request.url)
  asked.push(pathname)
  return Promise.resolve(served.get(pathname)?.() ?? new Response('', { status: 404 }))
}
const shellOf = (build: typeof first) => createShell({ caches, fetch, origin }, build)
const get = (path: string) => new Request(new URL(path, origin))
/** `new Request` makes no navigations. */
const navigation = (path: string) => ({ method: 'GET', mode: 'navigate' as const, url: new URL(path, origin).href })
const visit = (path: string) => Object.defineProperty(get(path), 'mode', { value: 'navigate' })

async function forget() {
  await Promise.all((await caches.keys()).map((key) => caches.delete(key)))
}

beforeEach(async () => {
  await forget()
  asked = []
  served = new Map(
    ['/', ...first.files, ...second.files].map((path) => [path, () => new Response(`1 ${path}`, { headers: isolated })])
  )
})
afterEach(forget)

describe('the kept shell', () => {
  it('answers without a network, as isolated as it came', async () => {
    const shell = shellOf(first)
    await shell.install()
    served.clear()
    const page = await shell.respond(visit('/tasks/7?x=1'))
    expect(await page.text()).toBe('1 /')
    expect(page.headers.get('cross-origin-embedder-policy')).toBe('require-corp')
    expect(await (await shell.respond(get('/assets/a-1.js'))).text()).toBe('1 /assets/a-1.js')
  })

  it('leaves to the network what is not the app', () => {
    const shell = shellOf(first)
    expect(shell.handles(navigation('/'))).toBe(true)
    expect(shell.handles(navigation('/tasks/7'))).toBe(true)
    expect(shell.handles(get('/icon.svg'))).toBe(true)
    for (const path of ['/relay.json', '/health', '/metrics', '/other.js']) {
      expect(shell.handles(get(path))).toBe(false)
      expect(shell.handles(navigation(path))).toBe(false)
    }
    expect(shell.handles(new Request('https://elsewhere.example/'))).toBe(false)
    expect(shell.handles(new Request(new URL('/', origin), { method: 'POST' }))).toBe(false)
  })

  it('is all or nothing: a file that can not be had fails the build, and the one before stays', async () => {
    await shellOf(first).install()
    served.set('/', () => new Response('2 /'))
    served.delete('/assets/b-2.js')
    await expect(shellOf(second).install()).rejects.toThrow('/assets/b-2.js of build second')
    expect(await (await shellOf(first).respond(visit('/'))).text()).toBe('1 /')
    expect(await caches.keys()).toEqual(['shell-first'])
  })

  it('opens the new build, and still has the scripts of the one before for tabs that are open', async () => {
    await shellOf(first).install()
    served.set('/', () => new Response('2 /'))
    served.set('/assets/a-1.js', () => new Response('', { status: 404 }))
    asked = []
    const shell = shellOf({ version: 'second', files: ['/assets/b-2.js'] })
    await shell.install()
    await shell.clean()
    expect(await (await shell.respond(visit('/'))).text()).toBe('2 /')
    expect(shell.handles(get('/assets/a-1.js'))).toBe(true)
    expect(await (await shell.respond(get('/assets/a-1.js'))).text()).toBe('1 /assets/a-1.js')
  })

  it('does not ask again for a name that has a hash: same name, same bytes', async () => {
    await shellOf(first).install()
    asked = []
    await shellOf(second).install()
    expect(asked.sort()).toEqual(['/', '/assets/b-2.js'])
  })

  it('forgets builds of long ago, and nothing of others', async () => {
    await caches.open('something else')
    for (const version of ['a', 'b', 'c', 'd', 'e']) {
      const shell = shellOf({ version, files: [] })
      await shell.install()
      await shell.clean()
    }
    expect((await caches.keys()).sort()).toEqual(['shell-b', 'shell-c', 'shell-d', 'shell-e', 'something else'])
  })

  it('asks the network when the browser has thrown a file away', async () => {
    const shell = shellOf(first)
    await shell.install()
    await forget()
    expect(await (await shell.respond(get('/icon.svg'))).text()).toBe('1 /icon.svg')
  })
})
