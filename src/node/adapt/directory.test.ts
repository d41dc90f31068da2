import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { agentKey, generateKeyPair, type AgentKey } from '../crypto/keys.ts'
import { issueCertificate, verifyCertificate } from '../identity/certificate.ts'
import { createMemoryHub, type MemoryHub } from '../net/memory.ts'
import type { Network } from '../net/network.ts'
import { encode } from '../schema/codec.ts'
import { createCard } from './card.ts'
import { NO_STAND } from './constraints.ts'
import { createDirectory, type Directory } from './directory.ts'
import { table } from './table.ts'

const { introduction } = table
const day = 24 * 60 * 60_000
let hub: MemoryHub
const open: Array<() => Promise<void>> = []

beforeEach(() => {
  hub = createMemoryHub()
})
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

interface Side {
  key: AgentKey
  network: Network
  directory: Directory
  offences: string[]
}

/** @param issue what it shows instead of its certificate */
async function side(peer: string, issue?: (key: AgentKey) => Promise<Uint8Array>): Promise<Side> {
  const key = await agentKey(await generateKeyPair())
  const inner = hub.network(peer)
  const offences: string[] = []
  const network: Network = {
    ...inner,
    penalise(other, reason, points) {
      offences.push(other)
      inner.penalise(other, reason, points)
    }
  }
  const directory = createDirectory({
    network,
    certifier: { verify: (certificate, name) => verifyCertificate(certificate, name, Date.now()) },
    card: createCard({
      issue: () => issue?.(key) ?? issueCertificate(key, peer, { now: Date.now(), validMs: day }),
      stand: () => NO_STAND,
      now: Date.now,
      report: (error) => expect.fail(String(error))
    }),
    now: Date.now
  })
  open.push(async () => {
    directory.close()
    await inner.stop()
  })
  return { key, network, directory, offences }
}

const soon = () => AbortSignal.timeout(5000)

describe('two peers that meet', () => {
  test('know each other’s agents, whichever has the lower name, and tell of it', async () => {
    const [a, b] = [await side('a'), await side('b')]
    const heard: string[] = []
    a.directory.watch((agent) => heard.push(agent))
    await b.network.start()
    await a.network.start()
    expect(await a.directory.identified('b', soon())).toBe(b.key.agent)
    expect(await b.directory.identified('a', soon())).toBe(a.key.agent)
    await a.directory.reachable(b.key.agent, soon())
    expect(a.directory.reach(b.key.agent)).toBe('direct')
    expect(a.directory.agents()).toEqual([b.key.agent])
    hub.cut('a', 'b')
    expect(a.directory.reach(b.key.agent)).toBe('away')
    expect(a.directory.agentOf('b')).toBeUndefined()
    expect(a.directory.agents()).toEqual([])
    hub.join('a', 'b', { relayed: true })
    await a.directory.reachable(b.key.agent, soon())
    expect(a.directory.reach(b.key.agent)).toBe('relayed')
    hub.join('a', 'b')
    expect(a.directory.reach(b.key.agent)).toBe('direct')
    expect(new Set(heard)).toEqual(new Set([b.key.agent]))
    expect(a.offences.concat(b.offences)).toEqual([])
  })

  test('of an agent with several tabs the direct ones come first', async () => {
    const [a, b] = [await side('a'), await side('b')]
    const second = hub.network('c')
    const directory = createDirectory({
      network: second,
      certifier: { verify: (certificate, name) => verifyCertificate(certificate, name, Date.now()) },
      card: createCard({
        issue: () => issueCertificate(b.key, 'c', { now: Date.now(), validMs: day }),
        stand: () => NO_STAND,
        now: Date.now,
        report: (error) => expect.fail(String(error))
      }),
      now: Date.now
    })
    open.push(async () => {
      directory.close()
      await second.stop()
    })
    hub.join('a', 'b', { relayed: true })
    for (const network of [a.network, b.network, second]) await network.start()
    await a.directory.identified('b', soon())
    await a.directory.identified('c', soon())
    expect(a.directory.peersOf(b.key.agent).map(({ peer }) => peer)).toEqual(['c', 'b'])
    expect(a.directory.agents()).toEqual([b.key.agent])
  })
})

describe('a hello that proves nothing is held against its peer, who stays nobody', () => {
  const bad: Array<[string, (key: AgentKey) => Promise<Uint8Array>]> = [
    ['garbage', async () => new Uint8Array(50).fill(7)],
    ['a certificate for another peer', (key) => issueCertificate(key, 'somebody', { now: Date.now(), validMs: day })],
    ['one that has expired', (key) => issueCertificate(key, 'b', { now: Date.now() - 3 * day, validMs: day })],
    [
      'one that another agent signed',
      async (key) => {
        const bytes = await issueCertificate(key, 'b', { now: Date.now(), validMs: day })
        bytes[bytes.length - 1]! ^= 1
        return bytes
      }
    ]
  ]
  for (const [what, issue] of bad) {
    test(what, async () => {
      const [a, b] = [await side('a'), await side('b', issue)]
      await b.network.start()
      await a.network.start()
      await vi.waitFor(() => expect(a.offences).toEqual(['b']), 10_000)
      expect(a.directory.agentOf('b')).toBeUndefined()
      await expect(a.directory.identified('b', AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
    })
  }

  test('bytes that are no message; a slow or absent hello costs nothing', async () => {
    const a = await side('a')
    // the lower name, so that `a` waits to be greeted
    const evil = hub.network('0')
    await a.network.start()
    await evil.start()
    const options = { ...introduction, signal: soon() }
    for (const bytes of [new Uint8Array([1]), encode({ version: 2 }), encode({ version: 1, certificate: new Uint8Array(2) })]) {
      const stream = await evil.open('a', introduction.protocol, options)
      await stream.write(bytes)
      await expect(stream.read({ signal: soon() })).rejects.toThrow()
    }
    const silent = await evil.open('a', introduction.protocol, options)
    expect(evil.status().connections).toHaveLength(1)
    await silent.close()
    expect(a.directory.agents()).toEqual([])
    await evil.stop()
  })
})

test('introductions without end are not looked at', async () => {
  const a = await side('a')
  const evil = hub.network('0')
  const key = await agentKey(await generateKeyPair())
  await a.network.start()
  await evil.start()
  const message = encode({ version: 1, certificate: await issueCertificate(key, '0', { now: Date.now(), validMs: day }) })
  let answered = 0
  try {
    for (; answered < 50; answered++) {
      const stream = await evil.open('a', introduction.protocol, { ...introduction, signal: soon() })
      await stream.write(message)
      await stream.read({ signal: soon() })
      await stream.close()
    }
  } catch {
    // refused
  }
  expect(answered).toBe(10)
  await evil.stop()
})
