import { beforeEach, expect, test } from 'vitest'
import type { Entry } from '../log/log.ts'
import { encode } from '../schema/codec.ts'
import { MAX_HELLO_BYTES, type Hello } from '../schema/messages.ts'
import type { Stand } from './constraints.ts'
import { createDoor } from './door.ts'
import { createStands, type Stands } from './stands.ts'

const insisting: Stand = { facts: { languages: [], region: 'DE', tier: 0 }, insists: { regions: ['DE'] } }
const french: Stand = { facts: { languages: [], region: 'FR', tier: 0 }, insists: {} }

let stands: Stands
let heard: Array<[agent: string, said: Hello]>

beforeEach(() => {
  stands = createStands(Date.now)
  heard = []
})

/** Certificates say whose they are: `agent@peer`. */
const door = () =>
  createDoor({
    card: { bytes: () => new Uint8Array([1]) },
    certifier: {
      async verify(certificate, peer) {
        const [agent, vouchedFor] = new TextDecoder().decode(certificate).split('@')
        if (agent === undefined || vouchedFor !== peer) throw new Error('it proves nothing')
        return { agent }
      }
    },
    directory: { agentOf: (peer) => (peer === 'known' ? 'agent' : undefined) },
    stands,
    onHello(agent, said) {
      heard.push([agent, said])
      stands.shown(agent, said.stands)
    }
  })

const cardOf = (agent: string, peer: string, stand?: Stand): Uint8Array =>
  encode({ version: 1, certificate: new TextEncoder().encode(`${agent}@${peer}`), ...(stand === undefined ? {} : { stands: stand }) })

test('whoever shows nothing is met, as is who shows what fits', async () => {
  stands.setOurs(insisting)
  expect(await door().admits('p', null)).toBe(true)
  expect(heard).toEqual([])
  expect(await door().admits('p', cardOf('a', 'p'))).toBe(true)
  expect(await door().admits('p', cardOf('b', 'p', insisting))).toBe(true)
  expect(heard.map(([agent, said]) => [agent, said.stands])).toEqual([['a', undefined], ['b', insisting]])
})

test('whose card shows that we can’t work with it is not met, nor is who is shunned, whatever it shows', async () => {
  stands.setOurs(insisting)
  expect(await door().admits('p', cardOf('a', 'p', french))).toBe(false)
  stands.shun('b')
  expect(await door().admits('p', cardOf('b', 'p'))).toBe(false)
})

test('a card that proves nothing says nothing of anybody', async () => {
  stands.setOurs(insisting)
  const proofless = [new Uint8Array([9]), new Uint8Array(MAX_HELLO_BYTES + 1), encode({ version: 2 }), cardOf('a', 'another', french)]
  for (const card of proofless) expect(await door().admits('p', card)).toBe(true)
  expect(heard).toEqual([])
  expect(stands.of('a')).toBeNull()
})

test('a card that is looked at again is not said again: what the log has said since goes on counting', async () => {
  stands.setOurs(insisting)
  const one = door()
  expect(await one.admits('p', cardOf('a', 'p'))).toBe(true)
  const header = { kind: 'constraint', seq: 1, time: Date.now(), expiry: null } as Entry['header']
  stands.hear({ author: 'a', header, body: { kind: 'constraint', ...french } })
  expect(await one.admits('p', cardOf('a', 'p'))).toBe(false)
  expect(await one.admits('p', cardOf('a', 'p', insisting))).toBe(true)
  expect(heard).toHaveLength(2)
})

test('tells our card, and how whoever is behind a peer is thought of', () => {
  stands.shun('agent')
  expect(door().card()).toEqual(new Uint8Array([1]))
  expect([door().esteem?.('known'), door().esteem?.('unknown')]).toEqual([-1, 0])
})
