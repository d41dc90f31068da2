import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CapabilityInput } from './client.ts'
import { createMemoryHub } from './net/memory.ts'
import { builtInSkills } from './skill/skills.ts'
import { createNodes, createProfile, type Nodes, type Profile } from './testing/nodes.ts'

let nodes: Nodes
let profile: Profile
let peers = 0

beforeEach(async () => {
  nodes = createNodes(createMemoryHub())
  profile = await createProfile()
})
afterEach(async () => {
  await nodes.closeAll()
  expect(nodes.reports).toEqual([])
})

const open = () => nodes.open(`peer-${peers++}`, profile)
const source = 'function run() { return { summary: "", parts: [] } }'
const own = (id: string): CapabilityInput => ({ id, name: id, source })

async function offered(node: Awaited<ReturnType<typeof open>>): Promise<string[]> {
  for await (const { offers } of node.client.snapshots()) {
    return offers.filter((one) => one.offered && one.seq !== null).map(({ capability }) => capability.id)
  }
  return []
}

test('what comes with it is declared once, and not again by a restart', async () => {
  const first = await open()
  const ids = builtInSkills.map(({ capability }) => capability.id)
  expect(await offered(first)).toEqual(ids)
  expect(await first.client.log()).toHaveLength(ids.length)
  await nodes.close(first)
  expect(await (await open()).client.log()).toHaveLength(ids.length)
})

test('what is switched off, or withdrawn, stays so after a restart, and comes back when it is switched on', async () => {
  const first = await open()
  await first.client.offer('javascript', false)
  await first.client.withdraw((await first.client.log())[0]!.seq)
  await nodes.close(first)
  const second = await open()
  expect(await offered(second)).toEqual(['key-points'])
  await second.client.offer('javascript', true)
  expect(await offered(second)).toEqual(['key-points', 'javascript'])
  await expect(second.client.offer('nothing', true)).rejects.toThrow(RangeError)
})

test('terms are kept, of what comes with it too, until they are said otherwise', async () => {
  const terms = { languages: ['de'], region: 'DE', price: 3, keeps: 'nothing' as const, tier: 0 }
  const first = await open()
  const termsOf = async (node: typeof first) =>
    new Map((await node.client.log()).flatMap(({ body }) => {
      const { id, terms: said } = body as { id?: string; terms?: unknown }
      return id === undefined ? [] : [[id, said]]
    }))
  await first.client.declare({ id: 'key-points', name: 'Key points', terms })
  await first.client.declare({ ...own('mirror'), terms })
  await first.client.declare({ id: 'mirror', name: 'mirror', terms: { ...terms, price: 5 } })
  await expect(first.client.declare({ id: 'mirror', name: 'mirror', terms: { ...terms, price: -1 } })).rejects.toThrow()
  await nodes.close(first)
  const second = await open()
  expect((await termsOf(second)).get('key-points')).toEqual(terms)
  expect((await termsOf(second)).get('mirror')).toEqual({ ...terms, price: 5 })
  await second.client.declare(own('mirror'))
  expect((await termsOf(second)).get('mirror')).toBeUndefined()
})

test('a skill of one’s own is kept, and one that is none is refused before it is', async () => {
  const first = await open()
  await first.client.declare(own('mirror'))
  await expect(first.client.declare(own('../etc'))).rejects.toThrow('lower-case')
  await expect(first.client.declare({ ...own('huge'), source: 'x'.repeat(300 * 1024) })).rejects.toThrow('bytes at most')
  await expect(first.client.declare(own('csv-statistics'))).rejects.toThrow('comes with Starling')
  await nodes.close(first)
  expect(await offered(await open())).toContain('mirror')
})

test('there is a bound on skills of one’s own', async () => {
  const first = await open()
  for (let i = 0; i < 32; i++) await first.client.declare(own(`own-${i}`))
  await expect(first.client.declare(own('one-more'))).rejects.toThrow('At most 32')
  await first.client.declare(own('own-3'))
})
