/**
 * `npm start`: installs and builds what is missing, starts the relay with the app, and two resident agents, so that
 * a lone newcomer has somebody to work with.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureBuilt } from './build.mjs'
import { SetupError, checkNode, ensureInstalled, root, runMain } from './setup.mjs'
import { supervise } from './supervise.mjs'

const help = `npm start -- [options]

  --port N        port to listen on (8080, or the next free one)
  --host ADDRESS  address to listen on (127.0.0.1; all addresses with --lan)
  --lan           HTTPS for phones and other computers on this network, with a QR code
  --residents N   agents that run here beside the relay, 0 to 16 (2)
  --help          this text`

const DEFAULT_PORT = 8080
const PORTS_TRIED = 50
const READY_WITHIN = 30_000
const STOP_WITHIN = 8_000
const names = ['Wren', 'Robin', 'Finch', 'Martin', 'Jay', 'Lark', 'Dunnock', 'Siskin']

async function main() {
  const options = readOptions()
  if (options === null) {
    console.log(help)
    return
  }
  checkNode()
  ensureInstalled()
  ensureBuilt()

  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stopping.abort())

  const data = join(root, '.starling')
  const port = await choosePort(options)
  const near = options.lan ? await freePort('127.0.0.1', port + 1) : port
  const relay = await startRelay({ ...options, port, near, data })
  const ended = once(relay, 'exit')
  const local = `http://127.0.0.1:${near}`
  const residents = []
  try {
    await waitForHealth(local, relay, stopping.signal)
    for (let i = 0; i < options.residents && !stopping.signal.aborted; i++) {
      residents.push(startResident(i, local, data))
    }
    if (!stopping.signal.aborted) await announce(options, port, near)
    await Promise.race([ended, once(stopping.signal, 'abort'), ...(stopping.signal.aborted ? [null] : [])])
    if (!stopping.signal.aborted) throw new SetupError('The relay ended by itself; the message above says why.')
  } finally {
    console.log('Stopping…')
    await Promise.all([...residents.map((resident) => resident.stop()), endProcess(relay, ended)])
  }
}

/** @returns {{ port: number | null, host: string, lan: boolean, residents: number } | null} null: show the help */
function readOptions() {
  const { values } = parse()
  if (values.help) return null
  return {
    port: values.port === undefined ? null : whole('port', values.port, 1, 65_535),
    host: values.host ?? (values.lan ? '0.0.0.0' : '127.0.0.1'),
    lan: values.lan ?? false,
    residents: whole('residents', values.residents ?? '2', 0, 16)
  }
}

function parse() {
  const options = /** @type {const} */ ({
    port: { type: 'string' },
    host: { type: 'string' },
    lan: { type: 'boolean' },
    residents: { type: 'string' },
    help: { type: 'boolean' }
  })
  try {
    return parseArgs({ options, strict: true })
  } catch (error) {
    throw new SetupError(`${error instanceof Error ? error.message : error}\n\n${help}`)
  }
}

/** @param {string} flag @param {string} text @param {number} min @param {number} max */
function whole(flag, text, min, max) {
  const value = Number(text)
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw new SetupError(`--${flag}: expected a whole number from ${min} to ${max}, got "${text}"`)
}

/** The port asked for, which must be free, or the first free one from the usual one on. */
async function choosePort({ port, host }) {
  if (port !== null) {
    if (await isFree(host, port)) return port
    throw new SetupError(`Port ${port} is in use. Choose another with --port, or none, to have a free one found.`)
  }
  const free = await freePort(host, DEFAULT_PORT)
  if (free !== DEFAULT_PORT) console.log(`Port ${DEFAULT_PORT} is in use; taking ${free}.`)
  return free
}

async function freePort(host, first) {
  for (let port = first; port < first + PORTS_TRIED; port++) {
    if (await isFree(host, port)) return port
  }
  throw new SetupError(`No free port from ${first} to ${first + PORTS_TRIED - 1}. Choose one with --port.`)
}

/** @returns {Promise<boolean>} */
function isFree(host, port) {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error) => {
      const { code } = /** @type {NodeJS.ErrnoException} */ (error)
      if (code === 'EADDRINUSE' || code === 'EACCES') resolve(false)
      else reject(new SetupError(`Can't listen on ${host}: ${error.message}. Choose another address with --host.`))
    })
    server.listen(port, host, () => server.close(() => resolve(true)))
  })
}

async function startRelay({ host, port, near, lan, data }) {
  const args = ['--host', host, '--port', String(port), '--app', join(root, 'dist', 'app'), '--data', data]
  if (lan) {
    const { ensureCertificate, lanAddresses } = await import('./lan.mjs')
    const { cert, key } = await ensureCertificate(data, lanAddresses())
    args.push('--tls-cert', cert, '--tls-key', key, '--loopback-port', String(near))
  }
  // the channel closes with this process, however it ends, and then the relay ends too
  return spawn(process.execPath, [join(root, 'dist', 'server', 'relay.js'), ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc']
  })
}

async function waitForHealth(url, relay, stopping) {
  const deadline = AbortSignal.any([AbortSignal.timeout(READY_WITHIN), stopping])
  while (!deadline.aborted) {
    if (relay.exitCode !== null) throw new SetupError('The relay could not be started; the message above says why.')
    const health = await fetch(`${url}/health`, { signal: deadline }).catch(() => null)
    if (health?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  if (!stopping.aborted) throw new SetupError(`The relay did not answer at ${url} within ${READY_WITHIN / 1000} s.`)
}

function startResident(index, relay, data) {
  const name = names[index % names.length] + (index < names.length ? '' : ` ${Math.floor(index / names.length) + 1}`)
  return supervise({
    name: `Resident ${name}`,
    command: process.execPath,
    args: [join(root, 'dist', 'server', 'headless.js'), '--relay', relay,
      '--data', join(data, `resident-${index + 1}`), '--name', name],
    log: (line) => console.log(line)
  })
}

async function announce({ lan, host, residents }, port, near) {
  const company = residents === 0 ? 'No agents run here.' : `${residents} agents run here, to work with.`
  console.log(`\nStarling is running. ${company} Stop with Ctrl-C.\n`)
  if (!lan) {
    const shown = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host) ? 'localhost' : host
    console.log(`  Open http://${shown}:${port}\n`)
    return
  }
  const { lanAddresses, qrCode } = await import('./lan.mjs')
  const everywhere = ['0.0.0.0', '::'].includes(host)
  const addresses = everywhere ? lanAddresses().filter((address) => host === '::' || !address.includes(':')) : [host]
  const urls = addresses.map((address) => `https://${address.includes(':') ? `[${address}]` : address}:${port}`)
  console.log(`  Here:   http://localhost:${near}`)
  for (const url of urls) console.log(`  Phones: ${url}`)
  console.log('\nThe phone warns once that it does not know the certificate, which this machine has made: go on.\n')
  if (urls[0]) console.log(`${qrCode(urls[0])}\n`)
  else console.log('This machine has no address on a network that a phone could reach.\n')
}

async function endProcess(child, ended) {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const hard = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN)
  await ended
  clearTimeout(hard)
}

await runMain(main)
