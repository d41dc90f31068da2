import { expect, test } from 'vitest'
import type { StoredHeader } from '../log/records.ts'
import { createTestTime } from '../support/testing/time.ts'
import { createRetelling } from './retelling.ts'

const TOPIC = 'starling/1/meaning/1/01'

function setup() {
  const time = createTestTime(1_800_000_000_000)
  const said: string[] = []
  let subscribers = ['b']
  const retelling = createRetelling({
    network: {
      async publish(topic, bytes) {
        said.push(`${topic} ${bytes[0]}`)
        return 1
      },
      subscribers: () => subscribers
    },
    clock: time,
    topicsOf: () => [TOPIC],
    report: (error) => expect.fail(String(error))
  })
  const stored = (seq: number, age = 1_000) =>
    ({ author: 'ann', header: { seq, time: time.now() - age }, bytes: Uint8Array.of(seq) }) as unknown as StoredHeader
  return { time, said, retelling, stored, alone: () => (subscribers = []) }
}

test('news that came by an exchange is told on once its body is held, and only then', () => {
  const { said, retelling, stored } = setup()
  retelling.came(stored(1))
  expect(said).toEqual([])
  retelling.held('ann', 1)
  retelling.held('ann', 1)
  retelling.held('ann', 2)
  expect(said).toEqual([`${TOPIC} 1`])
})

test('what is old is not told on, and nothing to nobody', () => {
  const { said, retelling, stored, alone } = setup()
  retelling.came(stored(1, 11 * 60_000))
  retelling.held('ann', 1)
  alone()
  retelling.came(stored(2))
  retelling.held('ann', 2)
  expect(said).toEqual([])
})

test('what comes in masses is left to exchanges, until they are over', async () => {
  const { time, said, retelling, stored } = setup()
  for (let seq = 1; seq <= 40; seq++) retelling.came(stored(seq))
  for (let seq = 1; seq <= 40; seq++) retelling.held('ann', seq)
  expect(said).toEqual([])
  await time.pass(61_000)
  retelling.came(stored(41))
  retelling.held('ann', 41)
  expect(said).toEqual([`${TOPIC} 41`])
})

test('no more than some are told on in a minute', async () => {
  const { time, said, retelling, stored } = setup()
  for (let seq = 1; seq <= 60; seq++) {
    retelling.came(stored(seq))
    retelling.held('ann', seq)
    await time.pass(20_000)
  }
  expect(said.length).toBeLessThanOrEqual(2 + (60 * 20) / 30)
  expect(said.length).toBeGreaterThan(20)
})
