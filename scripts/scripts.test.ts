import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { X509Certificate } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { moduleGraph, scriptsOf } from './bundle-budget.mjs'
import { findChromium } from './chromium.mjs'
import { ensureCertificate, lanAddresses } from './lan.mjs'
import { loadModule } from './run-ts.mjs'
import { SetupError, checkNode, isInstalled, root } from './setup.mjs'
import { supervise } from './supervise.mjs'
import { countPlaywright, countVitest } from './test-report.mjs'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'starling-scripts-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('checkNode', () => {
  it.each(['20.19.0', '20.20.2', '22.0.0', '100.1.0'])('takes Node %s', (version) => {
    expect(() => checkNode(version)).not.toThrow()
  })

  it.each(['20.18.9', '18.20.0', '9.99.0'])('says what to do about Node %s', (version) => {
    expect(() => checkNode(version)).toThrow(SetupError)
    expect(() => checkNode(version)).toThrow(`needs Node 20.19 or newer, and this is Node ${version}`)
  })
})

describe('isInstalled', () => {
  const lock = (packages: Record<string, unknown>) => JSON.stringify({ packages })
  async function folderWith(wanted: Record<string, unknown>, there: Record<string, unknown> | null) {
    await mkdir(join(folder, 'node_modules'))
    await writeFile(join(folder, 'package-lock.json'), lock(wanted))
    if (there !== null) await writeFile(join(folder, 'node_modules', '.package-lock.json'), lock(there))
    return folder
  }
  const a = { version: '1.0.0' }

  it('is false when nothing is there', async () => {
    expect(isInstalled(await folderWith({ 'node_modules/a': a }, null))).toBe(false)
  })

  it('is true when all versions are there, whatever is optional', async () => {
    const wanted = { '': {}, 'node_modules/a': a, 'node_modules/b': { version: '2.0.0', optional: true } }
    expect(isInstalled(await folderWith(wanted, { 'node_modules/a': a }))).toBe(true)
  })

  it('is false when one is missing or has another version', async () => {
    const there = { 'node_modules/a': a }
    expect(isInstalled(await folderWith({ ...there, 'node_modules/b': a }, there))).toBe(false)
    await rm(join(folder, 'node_modules'), { recursive: true })
    expect(isInstalled(await folderWith({ 'node_modules/a': { version: '2.0.0' } }, there))).toBe(false)
  })

  it('is true here', () => {
    expect(isInstalled()).toBe(true)
  })
})

describe('loadModule', () => {
  it('runs TypeScript with what it imports, and clears up after processes that were killed', async () => {
    const left = join(root, 'dist', 'run-999999999-left')
    await mkdir(left, { recursive: true })
    const module = (await loadModule('src/node/schema/codec.ts')) as { encode(value: unknown): Uint8Array }
    expect(module.encode([1])).toEqual(Uint8Array.of(0x81, 1))
    expect(existsSync(left)).toBe(false)
  })

  it('says what is wrong with a module that is not there', async () => {
    await expect(loadModule('src/node/nowhere.ts')).rejects.toThrow('nowhere.ts')
  })
})

describe('findChromium', () => {
  it('takes the one that is named, or says that it is none', async () => {
    const path = join(folder, 'my-chrome')
    await writeFile(path, '', { mode: 0o755 })
    expect(findChromium({ PLAYWRIGHT_CHROMIUM: path, PATH: '' })).toBe(path)
    expect(() => findChromium({ PLAYWRIGHT_CHROMIUM: join(folder, 'none') })).toThrow('PLAYWRIGHT_CHROMIUM is')
  })

  it('takes the first on PATH that can be started', async () => {
    await writeFile(join(folder, 'chromium'), '', { mode: 0o644 })
    await writeFile(join(folder, 'google-chrome'), '', { mode: 0o755 })
    expect(findChromium({ PATH: folder })).toBe(join(folder, 'google-chrome'))
  })
})

describe('counting tests', () => {
  const file = (status: string, ...results: string[]) => ({
    status,
    assertionResults: results.map((each) => ({ status: each }))
  })

  it('adds files of Vitest that could not run to its failed tests', () => {
    const testResults = [file('passed', 'passed'), file('failed', 'failed', 'passed'), file('failed')]
    expect(countVitest({ numPassedTests: 2, numFailedTests: 1, testResults }, false)).toEqual({ passed: 2, failed: 2 })
  })

  it('adds errors outside tests and tests that were flaky to the failed ones of Playwright', () => {
    const report = { stats: { expected: 3, unexpected: 1, flaky: 1, skipped: 2 }, errors: [{}] }
    expect(countPlaywright(report, false)).toEqual({ passed: 3, failed: 3 })
  })

  it.each([countVitest, countPlaywright])('takes a crash for a failure', (count) => {
    expect(count(null, false)).toEqual({ passed: 0, failed: 1 })
    const stats = { expected: 5, unexpected: 0, flaky: 0 }
    const fine = { numPassedTests: 5, numFailedTests: 0, testResults: [], stats, errors: [] }
    expect(count(fine, false)).toEqual({ passed: 5, failed: 1 })
    expect(count(fine, true)).toEqual({ passed: 5, failed: 0 })
  })
})

describe('supervise', () => {
  it('starts a program again when it ends, and not any more once stopped', async () => {
    const notes = join(folder, 'notes')
    const program = `require('node:fs').appendFileSync(${JSON.stringify(notes)}, 'x'); process.exit(3)`
    const lines: string[] = []
    const supervised = supervise({
      name: 'It', command: process.execPath, args: ['-e', program], log: (line: string) => lines.push(line), shortest: 1
    })
    await vi.waitFor(() => expect(lines.length).toBeGreaterThanOrEqual(3), 15_000)
    await supervised.stop()
    expect(lines[0]).toBe('It ended (code 3); starting it again in 0 s')
    expect((await readFile(notes, 'utf8')).length).toBeGreaterThanOrEqual(3)
    const before = lines.length
    await new Promise((resolve) => setImmediate(resolve))
    expect(lines).toHaveLength(before)
  })

  it('ends a program that runs', async () => {
    const notes = join(folder, 'notes')
    const note = `require('node:fs').writeFileSync(${JSON.stringify(notes)}, String(process.pid))`
    const program = `${note}; setInterval(() => {}, 1000)`
    const supervised = supervise({ name: 'It', command: process.execPath, args: ['-e', program], log: () => undefined })
    const pid = await vi.waitFor(async () => Number(await readFile(notes, 'utf8')), 15_000)
    expect(process.kill(pid, 0)).toBe(true)
    await supervised.stop()
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })
})

describe('the certificate for a local network', () => {
  it('is for all addresses, short-lived enough for browsers, and its key is private', async () => {
    const { cert, key } = await ensureCertificate(folder, ['192.168.1.7', 'fd00::7'])
    const certificate = new X509Certificate(await readFile(cert))
    for (const ip of ['127.0.0.1', '192.168.1.7', 'fd00::7']) expect(certificate.checkIP(ip), ip).toBe(ip)
    expect(certificate.checkHost('localhost')).toBe('localhost')
    const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / 86_400_000
    expect(days).toBeLessThanOrEqual(398)
    expect((await stat(key)).mode & 0o777).toBe(0o600)
  })

  it('stays the same until there is a new address', async () => {
    const { cert } = await ensureCertificate(folder, ['192.168.1.7'])
    const first = await readFile(cert, 'utf8')
    await ensureCertificate(folder, ['192.168.1.7'])
    expect(await readFile(cert, 'utf8')).toBe(first)
    await ensureCertificate(folder, ['192.168.1.8'])
    expect(await readFile(cert, 'utf8')).not.toBe(first)
  })

  it('leaves out addresses that others can not reach', () => {
    const address = (each: string, internal = false) =>
      ({ address: each, internal, family: each.includes(':') ? 'IPv6' : 'IPv4' }) as never
    const interfaces = {
      lo: [address('127.0.0.1', true)],
      eth0: [address('fe80::1'), address('fd00::7'), address('10.0.0.7'), address('169.254.3.3')]
    }
    expect(lanAddresses(interfaces)).toEqual(['10.0.0.7', 'fd00::7'])
  })
})

describe('moduleGraph', () => {
  it('follows imports and exports, and import() only when told to', async () => {
    const files = {
      'a.js': 'import"./b.js";export*from"./c.js";const later=()=>import(`./d.js`);export{later}',
      'b.js': 'import{x}from"./c.js";console.log(x,new URL("./unused.js",import.meta.url))',
      'c.js': 'export const x=1',
      'd.js': 'import"./e.js"',
      'e.js': '',
      'unused.js': ''
    }
    for (const [name, source] of Object.entries(files)) await writeFile(join(folder, name), source)
    const names = (dynamic: boolean) =>
      [...moduleGraph(join(folder, 'a.js'), { dynamic })].map((path) => relative(folder, path)).sort()
    expect(names(false)).toEqual(['a.js', 'b.js', 'c.js'])
    expect(names(true)).toEqual(['a.js', 'b.js', 'c.js', 'd.js', 'e.js'])
  })
})

it('scriptsOf finds what a page loads', () => {
  const html = [
    '<script src="/theme.js"></script><link rel="icon" href="/i.svg">',
    '<script type="module" crossorigin src="/assets/a.js"></script>',
    '<link rel="modulepreload" crossorigin href="/assets/b.js">'
  ].join('')
  expect(scriptsOf(html)).toEqual(['theme.js', 'assets/a.js', 'assets/b.js'])
})

it('npm start explains itself', () => {
  const help = execFileSync(process.execPath, ['scripts/start.mjs', '--help'], { encoding: 'utf8' })
  expect(help).toContain('--residents N')
})
