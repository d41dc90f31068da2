/**
 * Another implementation takes part: a libp2p peer without any code of this project, by PROTOCOL.md alone, behind the real
 * relay and with a real agent on the other side.
 */
import './net/polyfill.ts'
import '../../headless/web-socket.ts'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { parseRelayOptions } from '../../relay/options.ts'
import { startRelay } from '../../relay/run.ts'
import { publicKeyOf } from './crypto/did.ts'
import { agentKey, generateKeyPair as generateAgentKeys } from './crypto/keys.ts'
import { createLibp2pNetwork } from './net/libp2p.ts'
import { relayAtOrigin } from './net/relay-source.ts'
import { createNode, type StarlingNode } from './node.ts'
import { loadTopics } from './semantic/topics/topics.ts'
import { noChanges } from './store/changes.ts'
import { openLevelStore } from './store/level.ts'
import { createMemoryLocks } from './store/locks.ts'
import { endlessRunner } from './testing/nodes.ts'
import { startStockNode, type StockNode } from './testing/stock-node.ts'
import { createDesk } from './trust/desk.ts'

const SOON = { timeout: 20_000, interval: 25 }
const RECORD = 'starling/1/record/-'
const STOCK_FILE = new URL('./testing/stock-node.ts', import.meta.url)

let folder: string
let origin: string
let closing: Array<() => Promise<unknown>>
let reports: unknown[]
/** what is held against others */
let held: string[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'starling-stock-'))
  closing = []
  reports = []
  held = []
  await mkdir(join(folder, 'app'))
  await writeFile(join(folder, 'app', 'index.html'), '<!doctype html>')
  const flags = ['--port', '0', '--app', join(folder, 'app'), '--data', join(folder, 'relay')]
  const relay = await startRelay(parseRelayOptions(flags, {}))
  closing.push(() => relay.stop())
  origin = `http://127.0.0.1:${relay.port}`
})

afterEach(async () => {
  for (const close of closing.reverse()) await close()
  await rm(folder, { recursive: true, force: true })
  expect(reports).toEqual([])
})

/** An agent as `headless/main.ts` starts it. Nothing is run here. */
async function startAgent(): Promise<StarlingNode> {
  const network = await createLibp2pNetwork({ relays: [relayAtOrigin(origin)] })
  const node = await createNode({
    key: await agentKey(await generateAgentKeys()),
    store: await openLevelStore(join(folder, 'store')),
    storageProblem: null,
    network: {
      ...network,
      penalise(peer, reason, points) {
        held.push(`${peer}: ${reason}`)
        network.penalise(peer, reason, points)
      }
    },
    runner: endlessRunner(),
    desk: createDesk({ loadTopics }),
    locks: createMemoryLocks(),
    changes: noChanges,
    now: Date.now,
    report: (error) => reports.push(error)
  })
  await node.start()
  closing.push(() => node.stop())
  return node
}

/** A stock node whose peer id is lower than another, or higher: the one with the lower id dials. */
async function startStock(than: string, lower: boolean): Promise<StockNode> {
  for (;;) {
    const key = await generateKeyPair('Ed25519')
    if (peerIdFromPrivateKey(key).toString() < than !== lower) continue
    const stock = await startStockNode(origin, key)
    closing.push(() => stock.stop())
    return stock
  }
}

const peersOf = async ({ client }: StarlingNode) => (await client.status()).connections.map(({ peer }) => peer)

/** What the stock node offers, with nothing behind it: it is there to be found. */
const capability = {
  kind: 'capability',
  id: 'tide-tables',
  name: 'Tide tables',
  description: 'High and low water for a harbour.',
  tags: ['tides', 'harbour'],
  examples: ['When is high water in Brest?'],
  inputModes: ['text/plain'],
  outputModes: ['text/plain'],
  program: '0'.repeat(64),
  limits: { ms: 1000, memoryBytes: 1_000_000, inputBytes: 1000, outputBytes: 1000 }
}

describe('a stock libp2p node', () => {
  it('has nothing of this project', async () => {
    const source = await readFile(STOCK_FILE, 'utf8')
    const imported = [...source.matchAll(/\bfrom\s*'([^']*)'|\bimport\s*\(?\s*'([^']*)'/g)].map(([, a, b]) => a ?? b)
    expect(imported.length).toBeGreaterThan(10)
    expect(imported.filter((name) => !/^(@libp2p|@ipld|@multiformats)\/|^(libp2p|multiformats)(\/|$)/.test(name ?? ''))).toEqual([])
    expect(source).not.toMatch(/require\s*\(|\.\.?\//)
  })

  it.each([
    ['dials', true],
    ['is dialled', false]
  ])('that %s hears headers, checks them, pulls bodies, and is heard', async (_, lower) => {
    const agent = await startAgent()
    const { agent: did, peerId } = await agent.client.status()
    const stock = await startStock(peerId, lower)
    const author = publicKeyOf(did)

    await vi.waitFor(() => expect(stock.subscribers(RECORD)).toContain(peerId), SOON)
    await vi.waitFor(async () => expect(await peersOf(agent)).toEqual([stock.peer]), SOON)

    const { seq } = await agent.client.declare({ goal: 'Somebody who knows the tides', tags: ['tides'] })
    const header = await vi.waitFor(() => {
      const one = stock.heard.find((each) => each.kind === 'intention')
      expect(one).toMatchObject({ author, seq, publisher: peerId })
      return one!
    }, SOON)
    expect(await stock.body(peerId, header)).toEqual({
      kind: 'intention',
      goal: 'Somebody who knows the tides',
      tags: ['tides']
    })
    expect((await stock.headers(peerId, author, 1, seq)).map((one) => one.seq)).toEqual(Array.from({ length: seq }, (_, i) => i + 1))

    await vi.waitFor(() => expect(stock.isHeard(RECORD)).toBe(true), SOON)
    await stock.declare(capability)
    await vi.waitFor(async () => {
      const found = await agent.client.find('when is high water in the harbour?')
      expect(found[0]).toMatchObject({ agent: stock.agent, skill: 'tide-tables' })
    }, SOON)
    expect(await agent.client.agent(stock.agent)).toMatchObject({ capabilities: [{ seq: 1, capability }] })
    expect(stock.refused).toEqual([])
    expect(held).toEqual([])
    expect(await peersOf(agent)).toEqual([stock.peer])
  }, 60_000)
})
