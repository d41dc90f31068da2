/** Gets a Chromium for the tests where there is none. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { findChromium } from './chromium.mjs'
import { SetupError, root } from './setup.mjs'

const help = `The browser tests need Chromium and none was found or could be installed. One of these helps:
  - install it with your system's packages (Debian: apt-get install chromium), so that it is on PATH
  - npx playwright install --with-deps chromium
  - PLAYWRIGHT_CHROMIUM=/path/to/chrome npm test`

/** Debian's package as root on Debian, else what Playwright downloads. @throws SetupError when neither works */
export function ensureChromium() {
  if (findChromium() !== null) return
  console.log('Installing Chromium…')
  const isRoot = process.getuid?.() === 0
  if (isRoot && isDebian()) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    if (runs('apt-get', ['update'], env)) runs('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], env)
  }
  if (findChromium() !== null) return
  const cli = join(dirname(createRequire(import.meta.url).resolve('playwright/package.json')), 'cli.js')
  runs(process.execPath, [cli, 'install', ...(isRoot ? ['--with-deps'] : []), 'chromium'])
  if (findChromium() === null) throw new SetupError(help)
}

/** Ubuntu's package of that name only points to a snap, so Debian alone. */
function isDebian() {
  return existsSync('/etc/os-release') && /^ID="?debian"?$/m.test(readFileSync('/etc/os-release', 'utf8'))
}

/** @param {string} program @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
function runs(program, args, env = process.env) {
  return spawnSync(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env }).status === 0
}
