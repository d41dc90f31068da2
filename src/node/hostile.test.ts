/** A peer that means ill, on every protocol of a whole node: the node keeps working, and the peer is shown the door. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { table } from './adapt/table.ts'
import { BODY_PROTOCOL } from './gossip/body-stream.ts'
import { HEADERS_PROTOCOL } from './gossip/fetch-headers.ts'
import { RECONCILE_PROTOCOL } from './gossip/reconcile.ts'
import { CONTROL_TOPIC } from './gossip/shards.ts'
import { strangersHeader } from './gossip/testing/party.ts'
import { agentKey, generateKeyPair, type AgentKey } from './crypto/keys.ts'
import { issueCertificate } from './identity/certificate.ts'
import { createMemoryHub, type MemoryHub } from './net/memory.ts'
import type { Network } from './net/network.ts'
import type { StarlingNode } from './node.ts'
import { encode } from './schema/codec.ts'
import { builtInSkills } from './skill/skills.ts'
import { signContract } from './task/contract.ts'
import { contractOf } from './task/testing/records.ts'
import { agents, approval, createNodes, createProfile, csv, reaches, type Nodes, type Profile } from './testing/nodes.ts'

let hub: MemoryHub
let nodes: Nodes
let victim: StarlingNode
let profile: Profile
let evil: Network
let evilKey: AgentKey
let held: string[]
const signal = AbortSignal.timeout(60_000)

beforeEach(async () => {
  hub = createMemoryHub()
  nodes = createNodes(hub)
  profile = await createProfile()
  held = []
  victim = await nodes.open('victim', profile, {
    network: (network) => ({
      ...network,
      penalise(peer, reason, points) {
        held.push(peer)
        network.penalise(peer, reason, points)
      }
    })
  })
  evil = hub.network('evil')
  evilKey = await agentKey(await generateKeyPair())
  await evil.start()
})

afterEach(async () => {
  await evil.stop()
  await nodes.closeAll()
  expect(nodes.reports).toEqual([])
})

const connected = async () => (await victim.client.status()).connections.some(({ peer }) => peer === 'evil')

/** The node still does what it is for, for somebody honest. */
async function works(): Promise<void> {
  const friend = await nodes.open('friend', await createProfile())
  await agents(friend.client, 1)
  const id = await friend.client.submit({ goal: 'Statistics', agent: profile.key.agent, skill: 'csv-statistics', files: [csv] })
  await victim.client.approve((await approval(victim.client)).id)
  expect((await reaches(friend.client, id, ({ state }) => state === 'completed')).result).not.toBeNull()
}

async function introduce(): Promise<void> {
  const certificate = await issueCertificate(evilKey, 'evil', { now: Date.now(), validMs: 60_000 })
  const stream = await evil.open('victim', table.introduction.protocol, { ...table.introduction, signal })
  await stream.write(encode({ version: 1, certificate }))
  expect(await stream.read({ signal })).not.toBeNull()
  await stream.close()
}

const protocols: Array<[protocol: string, options: { maxMessageBytes: number; maxStreamsPerPeer: number }]> = [
  [table.introduction.protocol, table.introduction],
  [table.control.protocol, table.control],
  [table.data.protocol, table.data],
  [RECONCILE_PROTOCOL, { maxMessageBytes: 1e6, maxStreamsPerPeer: 2 }],
  [HEADERS_PROTOCOL, { maxMessageBytes: 1e6, maxStreamsPerPeer: 4 }],
  [BODY_PROTOCOL, { maxMessageBytes: 1e6, maxStreamsPerPeer: 8 }]
]

const garbage: Array<[what: string, bytes: () => Uint8Array]> = [
  ['random bytes', () => crypto.getRandomValues(new Uint8Array(64))],
  ['nothing', () => new Uint8Array(0)],
  ['another shape', () => encode({ version: 1, type: 'offer', have: 'all', hash: [1, 2, 3], contract: null })],
  ['a message without end', () => new Uint8Array(2 ** 20)],
  // a CBOR array that says it has 2^32 items, and one that is nested a thousand deep
  ['a lie about its length', () => Uint8Array.from([0x9a, 0xff, 0xff, 0xff, 0xff])],
  ['deep nesting', () => new Uint8Array(1000).fill(0x81)]
]

describe.each(protocols)('on %s', (protocol, options) => {
  test('garbage of every kind is held against the peer, which is not listened to any more, and the node works', async () => {
    if (protocol === table.control.protocol) await introduce()
    for (let round = 0; round < 3; round++) {
      for (const [, bytes] of garbage) {
        if (!(await connected())) break
        const stream = await evil.open('victim', protocol, { ...options, signal }).catch(() => null)
        await stream?.write(bytes()).catch(() => undefined)
        // answered with nothing, or broken off
        await stream?.read({ signal }).catch(() => null)
      }
    }
    expect(await connected()).toBe(false)
    await works()
  })

  test('streams that say nothing take no more than their places', async () => {
    const streams = []
    for (let i = 0; i < options.maxStreamsPerPeer; i++) {
      streams.push(await evil.open('victim', protocol, { ...options, signal }))
    }
    await works()
    for (const stream of streams) stream.abort(new Error('enough'))
  })
})

describe.each([CONTROL_TOPIC, 'starling/1/record/-', 'starling/1/meaning/1/-'])('on the topic %s', (topic) => {
  test('garbage and forgeries end in disconnection, and nothing of it is kept', async () => {
    const forged = (await strangersHeader()).bytes
    forged[forged.length - 1]! ^= 1
    for (const bytes of [...garbage.map(([, make]) => make()), forged, encode([1, 2, 3])]) await evil.publish(topic, bytes)
    for (let i = 0; i < 10; i++) await evil.publish(topic, crypto.getRandomValues(new Uint8Array(200)))
    await vi.waitFor(async () => expect(await connected()).toBe(false), 10_000)
    expect((await profile.store.list('heads')).map(([author]) => author)).toEqual([profile.key.agent])
    await works()
  })
})

describe('an agent that is who it says, and means ill', () => {
  test('can’t flood the operator with requests', async () => {
    await introduce()
    const { id: skill, program, limits } = builtInSkills[0]!.capability
    const answers: string[] = []
    for (let i = 0; i < 20; i++) {
      const contract = contractOf(evilKey.agent, profile.key.agent, { skill, program, limits })
      const stream = await evil.open('victim', table.control.protocol, { ...table.control, signal })
      await stream.write(encode({ type: 'offer', contract, signature: await signContract(evilKey, contract) }))
      answers.push(new TextDecoder().decode((await stream.read({ signal }))!))
    }
    expect(answers.filter((answer) => answer.includes('pending'))).toHaveLength(5)
    expect(await victim.client.approvals()).toHaveLength(5)
    expect(held).toEqual([])
  })

  test('gets no file of somebody else’s contract', async () => {
    const friend = await nodes.open('friend', await createProfile())
    await agents(victim.client, 1)
    const id = await victim.client.submit({ goal: 'Statistics', files: [csv] })
    await approval(friend.client)
    const task = (await victim.client.tasks()).find((one) => one.id === id)!
    await introduce()
    const ask = async (contract: string, hash: string) => {
      const stream = await evil.open('victim', table.data.protocol, { ...table.data, signal })
      await stream.write(encode({ contract, hash, offset: 0 }))
      return stream.read({ signal })
    }
    expect(await ask(task.contract!, task.files[0]!.hash)).toEqual(encode({ piece: null }))
    await victim.client.cancel(id)
    await reaches(victim.client, id, ({ state }) => state === 'canceled')
  })
})
