import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'

const CACHE = 'node_modules/.cache/starling'
let folder: string
const children: ChildProcess[] = []

beforeAll(async () => {
  await mkdir(CACHE, { recursive: true })
  folder = await mkdtemp(join(CACHE, 'relay-'))
  await mkdir(join(folder, 'app'))
  await writeFile(join(folder, 'app', 'index.html'), '<!doctype html>')
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: 'relay/main.ts',
      outDir: join(folder, 'server'),
      rolldownOptions: { output: { entryFileNames: 'relay.js' } }
    }
  })
})

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

function relay(flags: string[]): ChildProcess {
  const defaults = ['--port', '0', '--app', join(folder, 'app'), '--data', join(folder, 'data')]
  const child = spawn(process.execPath, [join(folder, 'server', 'relay.js'), ...defaults, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe']
  })
  children.push(child)
  return child
}

describe('the relay as a process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('ends with code 0 on %s, also with a peer connected', async (signal) => {
    const child = relay([])
    if (child.stdout === null) throw new Error('no stdout')
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
    const url = /http:\/\/\S+/.exec(line)?.[0] ?? ''
    expect((await fetch(`${url}/health`)).status).toBe(200)
    const socket = new WebSocket(url)
    await once(socket, 'open')
    const closed = once(socket, 'close')
    const exited = once(child, 'exit')
    child.kill(signal)
    expect(await exited).toEqual([0, null])
    await closed
  })

  it('says what was wrong with a flag, and ends with code 1', async () => {
    const child = relay(['--max-reservations', 'many'])
    const said: string[] = []
    child.stderr?.on('data', (data: Buffer) => said.push(String(data)))
    expect(await once(child, 'close')).toEqual([1, null])
    expect(said.join('')).toContain('--max-reservations: expected a whole number')
  })
})
