import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FollowerChannel, LeaderChannel } from '../../adapt/adaptation.ts'
import type { FollowerMessage, LeaderMessage } from '../../schema/messages.ts'
import type { TaskRecord } from '../../schema/task.ts'
import { createBench, createChannels, type Bench } from '../testing/bench.ts'
import { contractOf, recordOf } from '../testing/records.ts'
import { createAttending } from './attending.ts'
import type { Take } from './taking.ts'

let bench: Bench
let take: Take
/** what the leader has said of the outcome, and of which task */
let settled: unknown[]
let driven: string[]
let closing: AbortController
const id = 'e'.repeat(64)
const signature = new Uint8Array(64).fill(1)
const signal = AbortSignal.timeout(10_000)

beforeEach(async () => {
  bench = await createBench()
  await bench.tasks.create(recordOf({ id, role: 'follower' }))
  take = async () => ({ id })
  settled = []
  driven = []
  closing = new AbortController()
})
afterEach(() => closing.abort(new Error('the test is over')))

/** A leader's end of a channel that is attended. `over` resolves, or rejects, when it is not any more. */
function call(change: (ours: FollowerChannel) => FollowerChannel = (ours) => ours): { channel: LeaderChannel; over: Promise<void> } {
  const [channel, ours] = createChannels<LeaderMessage, FollowerMessage>(bench.other.agent, bench.self.agent)
  const attend = createAttending(
    {
      tasks: bench.tasks,
      take: (...args) => take(...args),
      settling: {
        accepted: async (task, leader) => void settled.push([task.id, leader]),
        disputed: async (task, reason) => void settled.push([task.id, reason])
      },
      drive: (of) => driven.push(of)
    },
    closing.signal
  )
  const over = attend(change(ours), signal)
  over.catch(() => undefined)
  return { channel, over }
}

const offer = { type: 'offer', contract: contractOf('a', 'b'), signature } as const
const change = (fields: Partial<TaskRecord>) => bench.tasks.update(id, () => fields)
const heard = (channel: LeaderChannel) => channel.receive(signal)

describe('an offer', () => {
  test('that is taken is driven', async () => {
    const offers: unknown[] = []
    take = async (...args) => {
      offers.push(args)
      return { id }
    }
    const { channel } = call()
    await channel.send(offer, signal)
    expect(await heard(channel)).toEqual({ type: 'pending' })
    expect(offers).toEqual([[bench.other.agent, offer]])
    expect(driven).toEqual([id])
  })

  test('that is declined is told so, and that is all', async () => {
    take = async () => ({ declined: 'Not today' })
    const { channel, over } = call()
    await channel.send(offer, signal)
    expect(await heard(channel)).toEqual({ type: 'declined', reason: 'Not today' })
    await over
    expect(driven).toEqual([])
  })

  test('is what comes first, or nothing is attended', async () => {
    const { channel, over } = call()
    await channel.send({ type: 'cancel' }, signal)
    await over
    expect(driven).toEqual([])
    expect((await bench.tasks.read(id)).cancelRequested).toBe(false)
  })
})

describe('a leader is told', () => {
  test('how the task stands, each thing once, and how it gets on', async () => {
    const { channel } = call()
    await channel.send(offer, signal)
    expect(await heard(channel)).toEqual({ type: 'pending' })
    await change({ waiting: 'for something' })
    await change({ state: 'working', followerSignature: signature })
    expect(await heard(channel)).toEqual({ type: 'approved', signature })
    bench.tasks.report(id, { fraction: 0.5, note: 'half', at: 1 })
    expect(await heard(channel)).toEqual({ type: 'progress', progress: { fraction: 0.5, note: 'half', at: 1 } })
    await change({ waiting: '' })
    await new Promise((resolve) => setTimeout(resolve, 60))
    bench.tasks.report(id, { fraction: 1, note: 'all', at: 2 })
    expect(await heard(channel)).toEqual({ type: 'progress', progress: { fraction: 1, note: 'all', at: 2 } })
  })

  test('nothing more once it has hung up', async () => {
    const { channel, over } = call()
    await channel.send(offer, signal)
    await channel.close()
    await over
  })

  test('until it does not listen any more: then it is not listened to either', async () => {
    const reset = new Error('reset')
    const { channel, over } = call((ours) => ({ ...ours, send: () => Promise.reject(reset) }))
    await channel.send(offer, signal)
    await expect(over).rejects.toBe(reset)
  })

  test('until the node stops', async () => {
    const { channel, over } = call()
    await channel.send(offer, signal)
    await heard(channel)
    closing.abort(new Error('the node stops'))
    await expect(over).rejects.toThrow('the node stops')
  })
})

describe('a leader is heard', () => {
  test('when it stops it', async () => {
    const { channel } = call()
    await channel.send(offer, signal)
    await channel.send({ type: 'cancel' }, signal)
    const { events } = await bench.tasks.until(id, ({ cancelRequested }) => cancelRequested, signal)
    expect(events.map(({ text }) => text)).toEqual(['The asking side stopped it'])
  })

  test('but does not stop what is over', async () => {
    await change({ state: 'completed', followerSignature: signature })
    const { channel, over } = call()
    await channel.send(offer, signal)
    await channel.send({ type: 'cancel' }, signal)
    await channel.close()
    await over
    expect((await bench.tasks.read(id)).cancelRequested).toBe(false)
  })

  test.each<[LeaderMessage, unknown]>([
    [{ type: 'accepted', signature }, signature],
    [{ type: 'disputed', reason: 'no' }, 'no']
  ])('about the outcome: $type', async (message, said) => {
    const { channel, over } = call()
    await channel.send(offer, signal)
    await channel.send(message, signal)
    await channel.close()
    await over
    expect(settled).toEqual([[id, said]])
  })

  test.each<[LeaderMessage]>([[{ type: 'cancel' }], [{ type: 'accepted', signature }], [{ type: 'disputed', reason: '' }]])(
    'once: $type',
    async (message) => {
      const { channel, over } = call()
      await channel.send(offer, signal)
      await channel.send(message, signal)
      await channel.send(message, signal)
      await expect(over).rejects.toThrow(`expected “${message.type}” once`)
    }
  )

  test('once: the offer that it began with', async () => {
    const { channel, over } = call()
    await channel.send(offer, signal)
    await channel.send(offer, signal)
    await channel.close()
    await expect(over).rejects.toThrow('expected “offer” once')
  })
})
