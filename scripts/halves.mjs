/**
 * A network in two halves that can be cut apart and joined again: two network namespaces with a cable between them, the
 * relay in the first, a browser in each. What crosses the cable is real: the browsers' WebRTC and the relay's
 * WebSockets. It takes root and Linux's `ip`; `canHalve` says whether they are there.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromiumLaunchOptions } from './chromium.mjs'
import { openWorld } from './world.mjs'

/** Whether this process may make network namespaces: a trial. */
export function canHalve() {
  const name = `starling-${process.pid}-try`
  const made = spawnSync('ip', ['netns', 'add', name], { stdio: 'ignore' }).status === 0
  if (made) ip('netns', 'del', name)
  return made
}

/**
 * @param {import('@playwright/test').BrowserType} chromium
 * @returns {Promise<{
 *   browsers: [import('@playwright/test').Browser, import('@playwright/test').Browser],
 *   world: Awaited<ReturnType<typeof openWorld>>,
 *   cut: () => void, join: () => void, close: () => Promise<void>
 * }>} `cut` pulls the cable, `join` plugs it in again
 */
export async function openHalves(chromium) {
  const names = /** @type {const} */ (['a', 'b']).map((half) => `starling-${process.pid}-${half}`)
  const [first = '', second = ''] = names
  const addresses = ['10.213.7.1', '10.213.7.2']
  const folder = mkdtempSync(join(tmpdir(), 'starling-halves-'))
  const open = /** @type {Array<{ close: () => Promise<void> }>} */ ([])

  async function close() {
    for (const one of open.reverse()) await one.close()
    for (const name of names) spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' })
    rmSync(folder, { recursive: true, force: true })
  }

  try {
    for (const name of names) {
      ip('netns', 'add', name)
      ip('-n', name, 'link', 'set', 'lo', 'up')
    }
    ip('-n', first, 'link', 'add', 'cable', 'type', 'veth', 'peer', 'name', 'cable', 'netns', second)
    for (const [i, name] of names.entries()) {
      ip('-n', name, 'addr', 'add', `${addresses[i]}/24`, 'dev', 'cable')
      plugIn(name)
    }
    const world = await openWorld({ place: { host: addresses[0] ?? '', command: ['ip', 'netns', 'exec', first] } })
    open.push(world)
    const browsers = []
    for (const name of names) {
      const browser = await chromium.launch(launchOptions(name, world.url))
      browsers.push(browser)
      open.push(browser)
    }
    const [one, other] = browsers
    if (one === undefined || other === undefined) throw new Error('expected two browsers')
    return {
      browsers: [one, other],
      world,
      cut: () => ip('-n', second, 'link', 'set', 'cable', 'down'),
      join: () => plugIn(second),
      close
    }
  } catch (error) {
    await close()
    throw error
  }

  /** Chromium inside a namespace, where the page's address counts as secure as localhost does. @param {string} name @param {string} url */
  function launchOptions(name, url) {
    const { executablePath = chromium.executablePath(), args } = chromiumLaunchOptions()
    const wrapper = join(folder, name)
    writeFileSync(wrapper, `#!/bin/sh\nexec ip netns exec ${name} '${executablePath}' "$@"\n`)
    chmodSync(wrapper, 0o755)
    return {
      executablePath: wrapper,
      args: [
        ...args,
        `--unsafely-treat-insecure-origin-as-secure=${url}`,
        // addresses behind names that only multicast knows don't cross a namespace
        '--disable-features=WebRtcHideLocalIpsWithMdns'
      ]
    }
  }
}

/** Chromium offers no address for WebRTC but that of its default route, so there is one. @param {string} name */
function plugIn(name) {
  ip('-n', name, 'link', 'set', 'cable', 'up')
  ip('-n', name, 'route', 'add', 'default', 'dev', 'cable')
}

/** @param {string[]} args */
function ip(...args) {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`)
}
