import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { FollowerChannel } from '../../adapt/adaptation.ts'
import type { SubmitRequest } from '../../client.ts'
import { digest, toHex } from '../../crypto/hash.ts'
import { createVerifier } from '../../crypto/verifier.ts'
import { encode, parse } from '../../schema/codec.ts'
import type { Contract, Outcome } from '../../schema/contract.ts'
import { MAX_RATING_BYTES, signedRating } from '../../schema/rating.ts'
import type { TaskRecord } from '../../schema/task.ts'
import { checkRating } from '../../trust/ratings.ts'
import { CONTRACT_LIFE_MS, contractHash, signContract, signOutcome, verifyContract, verifyOutcome } from '../contract.ts'
import { isSettled } from '../housekeeping.ts'
import { recordOutcome } from '../recording.ts'
import { createBench, type Bench } from '../testing/bench.ts'
import { candidateOf, limits } from '../testing/records.ts'
import { createLeader, type Leader } from './leader.ts'

let bench: Bench
let leader: Leader
let clock: number
const signal = AbortSignal.timeout(60_000)

beforeEach(async () => {
  bench = await createBench()
  bench.candidates.push(candidateOf(bench.other.agent, { name: 'The “X”' }))
  clock = Date.now()
  leader = start()
})
afterEach(() => leader.stop())

function start(): Leader {
  const { self, store, tasks, adaptation, locks, reports } = bench
  return createLeader({
    key: self,
    store,
    tasks,
    adaptation,
    locks,
    now: () => clock,
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    report: (error) => reports.push(error)
  })
}

/** What our log says of the other agent, in hundredths. */
async function scores(): Promise<number[]> {
  const entries = await bench.logs.entries(bench.self.agent)
  return entries.filter(({ header }) => header.kind === 'rating').map(({ body }) => parse(body, signedRating).rating.score)
}

const until = (id: string, wanted: (task: TaskRecord) => boolean) => bench.tasks.until(id, wanted, signal)
const ended = (id: string) => until(id, isSettled)

/** Submits, and takes the offer as the other agent does. */
async function offered(request: SubmitRequest = { goal: 'do it' }): Promise<{ id: string; channel: FollowerChannel; contract: Contract }> {
  const id = await leader.submit(request)
  const channel = await bench.approached()
  return { id, channel, contract: await readOffer(channel) }
}

async function readOffer(channel: FollowerChannel): Promise<Contract> {
  const offer = await channel.receive(signal)
  if (offer?.type !== 'offer') throw new Error(`expected an offer, got ${offer?.type}`)
  expect(await verifyContract(bench.self.agent, offer.contract, offer.signature)).toBe(true)
  return offer.contract
}

const approve = async (channel: FollowerChannel, contract: Contract) =>
  channel.send({ type: 'approved', signature: await signContract(bench.other, contract) }, signal)

async function outcomeOf(contract: Contract, fields: Partial<Outcome> = {}): Promise<Outcome> {
  const bytes = encode({ summary: 'done', parts: [] })
  const hash = toHex(await digest(bytes))
  bench.data.set(hash, bytes)
  return {
    version: 1,
    contract: await contractHash(contract),
    state: 'completed',
    result: hash,
    resultSize: bytes.length,
    reason: null,
    finished: clock,
    ...fields
  }
}

const finish = async (channel: FollowerChannel, outcome: Outcome) =>
  channel.send({ type: 'finished', outcome, signature: await signOutcome(bench.other, outcome) }, signal)

describe('a request', () => {
  test('goes all the way: asked, pending, approved, progress, finished, accepted, written down', async () => {
    const { id, channel, contract } = await offered({ goal: ' do it ', files: [{ name: 'a', text: 'b' }] })
    expect(contract).toMatchObject({ goal: 'do it', skill: 'x', follower: bench.other.agent, limits, files: [{ name: 'a', size: 1 }] })
    await channel.send({ type: 'pending' }, signal)
    await until(id, ({ waiting }) => /to approve/.test(waiting))
    await approve(channel, contract)
    await until(id, ({ state }) => state === 'working')
    await channel.send({ type: 'progress', progress: { fraction: 0.5, note: 'half', at: 1 } }, signal)
    await vi.waitFor(() => expect(bench.tasks.progress(id)?.note).toBe('half'), 10_000)
    const outcome = await outcomeOf(contract)
    await finish(channel, outcome)
    const accepted = await channel.receive(signal)
    expect(accepted?.type).toBe('accepted')
    if (accepted?.type === 'accepted') expect(await verifyOutcome(bench.self.agent, outcome, accepted.signature)).toBe(true)
    const task = await ended(id)
    expect(task).toMatchObject({ state: 'completed', problem: null, outcome, entries: { contract: 1, outcome: 2, rating: 3 } })
    expect(await bench.recorded()).toEqual(['contract', 'outcome', 'rating'])
    expect(await scores()).toEqual([50])
    expect(await bench.store.get('blobs', outcome.result!)).toBeDefined()
    expect(task.events.map(({ text }) => text)).toContain('Asked an agent to do “The ’X’”')
  })

  test('that can’t be made is refused at once', async () => {
    await expect(leader.submit({ goal: ' ' })).rejects.toThrow('Say what you want')
    await expect(leader.submit({ goal: 'x'.repeat(4001) })).rejects.toThrow('put the text into a file')
    await expect(leader.submit({ goal: 'x', agent: 'nobody' })).rejects.toThrow('did:key')
    bench.full(true)
    await expect(leader.submit({ goal: 'x' })).rejects.toThrow('full')
    expect(bench.tasks.all()).toEqual([])
  })

  test('waits for somebody, and is canceled meanwhile', async () => {
    bench.here(false)
    const id = await leader.submit({ goal: 'x' })
    await until(id, ({ waiting }) => /come back/.test(waiting))
    await bench.tasks.update(id, () => ({ cancelRequested: true }))
    expect((await ended(id)).state).toBe('canceled')
    expect(await bench.recorded()).toEqual([])
  })

  test('that nobody answered in a day is over', async () => {
    bench.here(false)
    const id = await leader.submit({ goal: 'x' })
    await until(id, ({ waiting }) => /come back/.test(waiting))
    clock += CONTRACT_LIFE_MS
    bench.here(false)
    expect((await ended(id)).problem).toMatch(/Nobody answered/)
  })
})

describe('a no', () => {
  test('comes with the other’s words, and they can’t pass for ours', async () => {
    const { id, channel } = await offered()
    await channel.send({ type: 'declined', reason: 'No”. Starling says: “ok' }, signal)
    const task = await ended(id)
    expect(task.state).toBe('rejected')
    expect(task.problem).toBe('The other side said no: “No’. Starling says: ’ok”')
  })

  test('after a yes gives it up, and is written down as that', async () => {
    const { id, channel, contract } = await offered()
    await approve(channel, contract)
    await until(id, ({ state }) => state === 'working')
    await channel.send({ type: 'declined', reason: 'tired' }, signal)
    expect(await ended(id)).toMatchObject({ state: 'failed', problem: 'The other side has given it up: “tired”' })
    expect(await scores()).toEqual([-50])
  })
})

describe('a cancel', () => {
  test('is sent, and ends it when the other side says so', async () => {
    const { id, channel } = await offered()
    await channel.send({ type: 'pending' }, signal)
    await bench.tasks.update(id, () => ({ cancelRequested: true }))
    expect((await channel.receive(signal))?.type).toBe('cancel')
    await channel.send({ type: 'declined', reason: 'taken back' }, signal)
    expect(await ended(id)).toMatchObject({ state: 'canceled', problem: null })
  })

  test('that crosses with the result leaves one outcome, signed once', async () => {
    const { id, channel, contract } = await offered()
    await approve(channel, contract)
    await until(id, ({ state }) => state === 'working')
    await bench.tasks.update(id, () => ({ cancelRequested: true }))
    await finish(channel, await outcomeOf(contract))
    expect(await ended(id)).toMatchObject({ state: 'completed' })
    expect(await bench.recorded()).toEqual(['contract', 'outcome', 'rating'])
  })

  test('while the other is away ends it here; after a yes, with an outcome of our own', async () => {
    const { id, channel, contract } = await offered()
    await approve(channel, contract)
    await until(id, ({ state }) => state === 'working')
    bench.here(false)
    await channel.close()
    await until(id, ({ waiting }) => /come back/.test(waiting))
    await bench.tasks.update(id, () => ({ cancelRequested: true }))
    const task = await ended(id)
    expect(task).toMatchObject({ state: 'canceled', outcomeSignatures: { follower: null } })
    expect(await bench.recorded()).toEqual(['contract', 'outcome'])
  })
})

describe('a broken channel, or a reload', () => {
  test('makes the same offer again, and nothing is written twice', async () => {
    const { id, channel, contract } = await offered()
    await approve(channel, contract)
    await until(id, ({ state }) => state === 'working')
    await channel.close()
    leader.stop()
    leader = start()
    leader.drive(id)
    const again = await bench.approached()
    expect(await readOffer(again)).toEqual(contract)
    await approve(again, contract)
    await finish(again, await outcomeOf(contract))
    expect((await again.receive(signal))?.type).toBe('accepted')
    await ended(id)
    expect(await bench.recorded()).toEqual(['contract', 'outcome', 'rating'])
  })

  test('after the outcome was decided on, and not yet written, is accepted the same way again', async () => {
    const { id, channel, contract } = await offered()
    await approve(channel, contract)
    await until(id, ({ state }) => state === 'working')
    const outcome = await outcomeOf(contract)
    const { followerSignature } = await bench.tasks.read(id)
    expect(followerSignature).not.toBeNull()
    leader.stop()
    const signatures = { leader: await signOutcome(bench.self, outcome), follower: await signOutcome(bench.other, outcome) }
    await bench.tasks.update(id, () => ({ outcome, outcomeSignatures: signatures }))
    leader = start()
    leader.drive(id)
    const again = await bench.approached()
    await readOffer(again)
    await approve(again, contract)
    await finish(again, outcome)
    expect(await again.receive(signal)).toEqual({ type: 'accepted', signature: signatures.leader })
    expect((await ended(id)).state).toBe('completed')
  })
})

test('an outcome that was decided on stays it, whatever is wanted afterwards', async () => {
  const { id, channel, contract } = await offered()
  await approve(channel, contract)
  await until(id, ({ state }) => state === 'working')
  leader.stop()
  const outcome = await outcomeOf(contract)
  const outcomeSignatures = { leader: await signOutcome(bench.self, outcome), follower: await signOutcome(bench.other, outcome) }
  bench.here(false)
  await bench.tasks.update(id, () => ({ outcome, outcomeSignatures, cancelRequested: true }))
  leader = start()
  leader.drive(id)
  expect(await ended(id)).toMatchObject({ state: 'completed', outcome, outcomeSignatures })
  expect(await bench.recorded()).toEqual(['contract', 'outcome', 'rating'])
})

describe('the rating', () => {
  test('is checked and counted by others as it is', async () => {
    const { id, channel, contract } = await offered()
    await approve(channel, contract)
    await finish(channel, await outcomeOf(contract))
    const { entries } = await ended(id)
    const [entry] = await bench.logs.entries(bench.self.agent, { after: entries.rating! - 1 })
    const said = { author: bench.self.agent, time: entry!.header.time }
    expect(await checkRating(entry!.body, said, createVerifier())).toMatchObject({ fault: null, subjectWas: 'follower' })
    expect(entry!.header.bodySize).toBeLessThanOrEqual(MAX_RATING_BYTES)
  })

  test.each(['failed', 'canceled'] as const)('is none when both say that it was %s', async (state) => {
    const { id, channel, contract } = await offered()
    await approve(channel, contract)
    await finish(channel, await outcomeOf(contract, { state, result: null, resultSize: 0, reason: 'so it is' }))
    await ended(id)
    expect(await bench.recorded()).toEqual(['contract', 'outcome'])
  })

  test('is none when nothing came within a day', async () => {
    const { id, channel, contract } = await offered()
    await approve(channel, contract)
    await until(id, ({ state }) => state === 'working')
    bench.here(false)
    await channel.close()
    await until(id, ({ waiting }) => /come back/.test(waiting))
    leader.stop()
    clock += CONTRACT_LIFE_MS
    leader = start()
    leader.drive(id)
    expect((await ended(id)).problem).toMatch(/did not finish/)
    expect(await bench.recorded()).toEqual(['contract', 'outcome'])
  })

  test('is made up for when the tab was closed before it', async () => {
    const { id, channel, contract } = await offered()
    await approve(channel, contract)
    await until(id, ({ state }) => state === 'working')
    leader.stop()
    const outcome = await outcomeOf(contract)
    const signatures = { leader: await signOutcome(bench.self, outcome), follower: await signOutcome(bench.other, outcome) }
    expect(isSettled(await recordOutcome(bench, id, outcome, signatures, { state: 'completed' }))).toBe(false)
    leader = start()
    leader.drive(id)
    await ended(id)
    expect(await scores()).toEqual([50])
  })
})

describe('what is not in order ends the task, with the reason', () => {
  test('a forged approval', async () => {
    const { id, channel } = await offered()
    await channel.send({ type: 'approved', signature: new Uint8Array(64) }, signal)
    expect(await ended(id)).toMatchObject({ state: 'failed', problem: expect.stringContaining('not in order') as string })
    expect(await bench.recorded()).toEqual([])
  })

  test('the same word twice', async () => {
    const { id, channel } = await offered()
    await channel.send({ type: 'pending' }, signal)
    await channel.send({ type: 'pending' }, signal)
    expect((await ended(id)).state).toBe('failed')
    // nothing was agreed, so nobody can be rated
    expect(await bench.recorded()).toEqual([])
    const second = await offered()
    await approve(second.channel, second.contract)
    await approve(second.channel, second.contract)
    await ended(second.id)
    expect(await scores()).toEqual([-50])
  })

  test.each<[string, Partial<Outcome>, number[]]>([
    ['an outcome of another contract', { contract: 'c'.repeat(64) }, [-100]],
    ['a result larger than agreed', { resultSize: limits.outputBytes + 1 }, [-100]],
    ['a completed task without a result', { result: null }, [-100]],
    // the network may be to blame
    ['a result that can’t be had', { result: 'd'.repeat(64) }, []]
  ])('%s is disputed', async (_, change, said) => {
    const { id, channel, contract } = await offered()
    await approve(channel, contract)
    await until(id, ({ state }) => state === 'working')
    await finish(channel, await outcomeOf(contract, change))
    expect((await channel.receive(signal))?.type).toBe('disputed')
    expect((await ended(id)).state).toBe('failed')
    expect((await bench.recorded()).slice(0, 2)).toEqual(['contract', 'outcome'])
    expect(await scores()).toEqual(said)
  })

  test('a result that is none, and an outcome before any approval', async () => {
    const { id, channel, contract } = await offered()
    await finish(channel, await outcomeOf(contract))
    expect((await channel.receive(signal))?.type).toBe('disputed')
    expect((await ended(id)).state).toBe('failed')
    const second = await offered()
    await approve(second.channel, second.contract)
    const bytes = encode({ summary: 5 })
    const hash = toHex(await digest(bytes))
    bench.data.set(hash, bytes)
    await finish(second.channel, await outcomeOf(second.contract, { result: hash, resultSize: bytes.length }))
    expect((await second.channel.receive(signal))?.type).toBe('disputed')
    expect((await ended(second.id)).problem).toMatch(/can’t be used/)
  })

  test('the longest reason that there can be leaves a task that can be read', async () => {
    const { id, channel, contract } = await offered()
    await approve(channel, contract)
    await finish(channel, await outcomeOf(contract, { state: 'failed', result: null, resultSize: 0, reason: 'x'.repeat(1000) }))
    await ended(id)
    expect((await bench.tasks.read(id)).problem).toHaveLength(1000)
  })
})

test('without room nothing is lost: it goes on when there is room again', async () => {
  const { id, channel, contract } = await offered()
  bench.full(true)
  await approve(channel, contract)
  await vi.waitFor(() => expect(bench.reports.length).toBeGreaterThan(0), 10_000)
  bench.full(false)
  const again = await bench.approached()
  await readOffer(again)
  await approve(again, contract)
  await until(id, ({ state }) => state === 'working')
})
