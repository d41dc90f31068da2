/** How a name of a topic becomes one by use: whole nodes that declare it, and one that hears of it. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { StarlingClient } from './client.ts'
import { createMemoryHub } from './net/memory.ts'
import type { StarlingNode } from './node.ts'
import { agents, approval, createNodes, createProfile, reaches, type Nodes, type Profile } from './testing/nodes.ts'

const SURTITLES = 'text/translation/opera-surtitles'

let nodes: Nodes
let profiles: Profile[]
let declaring: StarlingNode[]
let listener: StarlingNode

beforeEach(async () => {
  nodes = createNodes(createMemoryHub())
  profiles = await Promise.all([0, 1, 2, 3].map(createProfile))
  const opened = await Promise.all(profiles.map((profile, i) => nodes.open(`peer-${i}`, profile)))
  listener = opened.pop()!
  declaring = opened
  await agents(listener.client, 3)
})
afterEach(async () => {
  await nodes.closeAll()
  expect(nodes.reports).toEqual([])
})

const soon = (holds: () => Promise<void>) => vi.waitFor(holds, { timeout: 15_000, interval: 50 })

const offer = (topic: string) => ({
  id: 'surtitles',
  name: 'Surtitles for operas',
  description: 'Translates the words that are sung for the screen above the stage',
  topic
})
const source = 'function run() { return { summary: "done", parts: [] } }'
const declare = (node: StarlingNode, topic: string) => node.client.declare({ ...offer(topic), source })

/** What the name would count as, and whether it is too new to count. */
async function preview(client: StarlingClient, topic: string) {
  const { topic: counts, topicIsNew, topicsBelow } = await client.preview(offer(topic))
  return { counts, topicIsNew, agents: topicsBelow.find((one) => one.topic === SURTITLES)?.agents ?? null }
}

test('three agents make it known to a fourth; the same in other words counts as it; without one of them it is unknown again', async () => {
  const [first] = declaring
  const said = await declare(first!, SURTITLES)
  await declare(declaring[1]!, SURTITLES)
  await soon(async () => expect((await listener.client.find('surtitles for operas')).length).toBe(2))
  expect(await preview(listener.client, SURTITLES)).toEqual({ counts: SURTITLES, topicIsNew: true, agents: null })

  await declare(declaring[2]!, SURTITLES)
  await soon(async () => expect(await preview(listener.client, SURTITLES)).toEqual({ counts: SURTITLES, topicIsNew: false, agents: 3 }))
  expect(await preview(listener.client, 'text/translation/opera-surtitling')).toMatchObject({ counts: SURTITLES, topicIsNew: false })
  expect(await preview(listener.client, 'text/translation/surtitle-of-an-opera')).toMatchObject({ counts: SURTITLES, topicIsNew: false })
  // those who declare it count it, too
  await soon(async () => expect(await preview(first!.client, SURTITLES)).toMatchObject({ topicIsNew: false, agents: 3 }))

  await first!.client.withdraw(said.seq)
  await soon(async () => expect(await preview(listener.client, SURTITLES)).toEqual({ counts: SURTITLES, topicIsNew: true, agents: null }))
})

test('work that was rated in it before it was known counts once it is', async () => {
  const [worker] = declaring
  await declare(worker!, SURTITLES)
  await soon(async () => expect((await listener.client.find('surtitles for operas')).length).toBe(1))
  const id = await listener.client.submit({ goal: 'Surtitles', agent: profiles[0]!.key.agent, skill: 'surtitles' })
  await worker!.client.approve((await approval(worker!.client)).id)
  await reaches(listener.client, id, ({ state }) => state === 'completed')
  await soon(async () => expect((await listener.client.tasks())[0]?.entries.rating).not.toBeNull())
  const standing = async (client: StarlingClient) =>
    (await client.reputation(profiles[0]!.key.agent)).topics.find(({ topic }) => topic === SURTITLES)
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(await standing(listener.client)).toBeUndefined()

  await declare(declaring[1]!, SURTITLES)
  await declare(declaring[2]!, SURTITLES)
  await soon(async () => expect(await standing(listener.client)).toMatchObject({ ratings: { good: 1, bad: 0 } }))
  expect((await standing(listener.client))?.record).toBeGreaterThan(0)

  // and after a reload
  await nodes.close(listener)
  listener = await nodes.open('again', profiles[3]!)
  await soon(async () => expect(await standing(listener.client)).toMatchObject({ ratings: { good: 1, bad: 0 } }))
})
