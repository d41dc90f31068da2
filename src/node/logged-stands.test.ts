/** Stands that are heard of in logs alone, with whole nodes: they change who is met as those do that are shown in a hello. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { table } from './adapt/table.ts'
import type { Policy } from './client.ts'
import { agentKey, generateKeyPair } from './crypto/keys.ts'
import { serveBodies } from './gossip/body-stream.ts'
import { issueCertificate } from './identity/certificate.ts'
import { createLogs } from './log/log.ts'
import { createMemoryHub, type MemoryHub } from './net/memory.ts'
import type { StarlingNode } from './node.ts'
import { encode } from './schema/codec.ts'
import { createMemoryStore } from './store/memory.ts'
import { systemClock } from './support/clock.ts'
import { createNodes, createProfile, type Nodes } from './testing/nodes.ts'

const LONG = { timeout: 10_000 }

let hub: MemoryHub
let nodes: Nodes

beforeEach(() => {
  hub = createMemoryHub({ joined: false })
  nodes = createNodes(hub)
})
afterEach(async () => {
  await nodes.closeAll()
  expect(nodes.reports).toEqual([])
})

const policy = (region: string, regions?: string[]): Policy => ({
  facts: { languages: ['en'], region, tier: 0 },
  insists: regions === undefined ? {} : { regions }
})
const peersOf = async ({ client }: StarlingNode) => (await client.status()).connections.map(({ peer }) => peer).sort()

/** An agent that says in its log alone what it is and insists on, and nothing in its hello or on its card. */
async function secretive(peer: string) {
  const network = hub.network(peer)
  const logs = createLogs({ store: createMemoryStore(), clock: systemClock })
  const key = await agentKey(await generateKeyPair())
  const hello = encode({ version: 1, certificate: await issueCertificate(key, peer, { now: Date.now(), validMs: 60_000 }) })
  network.guard({ card: () => hello, admits: async () => true })
  network.handle(table.introduction.protocol, table.introduction, async (stream) => {
    await stream.read()
    await stream.write(hello)
  })
  serveBodies({ network, logs, clock: systemClock }, { soon: () => null })
  await network.start()
  return {
    network,
    agent: key.agent,
    async say({ facts, insists }: Policy) {
      const entry = await logs.append(key, 'constraint', { kind: 'constraint', facts, insists })
      await network.publish('starling/1/record/-', entry.bytes)
    }
  }
}

describe('an agent that says only in its log that two can’t work together', () => {
  test.each([
    ['it is not where the other insists on', policy('FR'), policy('DE')],
    ['it insists on what the other is not', policy('DE', ['FR']), policy('DE', ['DE'])]
  ])('is parted from when that is heard, because %s, and met again when it says otherwise', async (_, clashing, fitting) => {
    const german = await nodes.open('german', await createProfile())
    await german.client.setPolicy(policy('DE', ['DE']))
    const third = await nodes.open('third', await createProfile())
    const other = await secretive('other')
    for (const [a, b] of [['german', 'other'], ['german', 'third'], ['other', 'third']] as const) hub.join(a, b)
    try {
      await expect.poll(() => peersOf(german), LONG).toEqual(['other', 'third'])
      await other.say(clashing)
      await expect.poll(() => peersOf(german), LONG).toEqual(['third'])
      // whoever does not insist on anything goes on with it, and passes on what it says
      expect(await peersOf(third)).toEqual(['german', 'other'])
      await other.say(fitting)
      await expect.poll(() => peersOf(german), LONG).toEqual(['other', 'third'])
    } finally {
      await other.network.stop()
    }
  })
})
