import { expect, test } from 'vitest'
import type { Network } from '../net/network.ts'
import { createAnnouncer } from './announcer.ts'
import type { Codebook } from './shards.ts'
import type { Regions } from './regions.ts'

const TOPIC = 'starling/1/meaning/1/0'
const NEWS = Uint8Array.of(1)

/** A network of one topic: who is there, and what publishing comes to. */
function setUp(publish: () => Promise<number>, there: string[] = []) {
  const said: Uint8Array[] = []
  const sought: string[] = []
  const errors: unknown[] = []
  const network = {
    subscribers: () => there,
    seek: (topic: string) => void sought.push(topic),
    async publish(_topic: string, message: Uint8Array) {
      const told = await publish()
      if (told > 0) said.push(message)
      return told
    }
  } as unknown as Network
  const announcer = createAnnouncer({
    network,
    codebook: {} as Codebook,
    regions: {} as Regions,
    report: (error) => void errors.push(error)
  })
  return { announcer, there, said, sought, errors }
}

test('what nobody was there for is said when somebody is, who is looked for meanwhile', async () => {
  const { announcer, there, said, sought } = setUp(async () => there.length)
  await announcer.say(TOPIC, NEWS)
  expect(await announcer.sayAgain()).toBe(true)
  expect(sought).toEqual([TOPIC, TOPIC])
  there.push('somebody')
  expect(await announcer.sayAgain()).toBe(false)
  expect(said).toEqual([NEWS])
  expect(await announcer.sayAgain()).toBe(false)
  expect(said).toEqual([NEWS])
})

test('what went round already is not said again and again', async () => {
  const { announcer, sought } = setUp(async () => 0, ['somebody'])
  await announcer.say(TOPIC, NEWS)
  expect(await announcer.sayAgain()).toBe(false)
  expect(sought).toEqual([])
})

test('what could not be said though somebody is there is said again until it could', async () => {
  let fails = 2
  const { announcer, said, errors } = setUp(async () => {
    if (fails-- > 0) throw new Error('no stream')
    return 1
  }, ['somebody'])
  await announcer.say(TOPIC, NEWS)
  expect(await announcer.sayAgain()).toBe(true)
  expect(await announcer.sayAgain()).toBe(false)
  expect(said).toEqual([NEWS])
  expect(errors).toHaveLength(2)
})
