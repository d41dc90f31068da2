import { beforeEach, describe, expect, test } from 'vitest'
import { fromHex } from '../crypto/hash.ts'
import { createVerifier } from '../crypto/verifier.ts'
import { parse } from '../schema/codec.ts'
import { withdrawal } from '../schema/declaration.ts'
import { signedRating } from '../schema/rating.ts'
import { noChanges } from '../store/changes.ts'
import { checkRating } from '../trust/ratings.ts'
import { createTally } from '../trust/tally.ts'
import { contractHash, signContract } from './contract.ts'
import { rate } from './rate.ts'
import { recordContract, recordVerdict } from './recording.ts'
import { createTasks, type Tasks } from './tasks.ts'
import { createBench, type Bench } from './testing/bench.ts'
import { contractOf, recordOf } from './testing/records.ts'

let bench: Bench
let id: string
let otherTab: Tasks

beforeEach(async () => {
  bench = await createBench()
  otherTab = createTasks({ store: bench.store, changes: noChanges, now: Date.now })
  const contract = contractOf(bench.other.agent, bench.self.agent)
  const leaderSignature = await signContract(bench.other, contract)
  const record = recordOf({ role: 'follower', contract, contractHash: await contractHash(contract), leaderSignature })
  id = record.id
  await bench.tasks.create(record)
})

const tab = (tasks = bench.tasks) => ({ tasks, adaptation: bench.adaptation, now: Date.now })

async function agree(): Promise<void> {
  const { contract, leaderSignature } = await bench.tasks.read(id)
  const followerSignature = await signContract(bench.self, contract!)
  await recordContract(tab(), id, { contract: contract!, leaderSignature: leaderSignature!, followerSignature }, { followerSignature })
}

/** As another node counts what is in our log. */
async function counted(): Promise<number[]> {
  const tally = createTally()
  for (const { author, header, body } of await bench.logs.entries(bench.self.agent)) {
    const { seq, time, kind } = header
    if (kind === 'withdrawal') tally.withdraw(0, parse(body, withdrawal).seq, seq)
    if (kind !== 'rating') continue
    expect(await checkRating(body, { author, time }, createVerifier())).toMatchObject({ fault: null, subjectWas: 'leader' })
    const { rating } = parse(body, signedRating)
    tally.add({ ...rating, author: 0, subject: 1, topic: 0, seq }, fromHex(rating.contract))
  }
  return [...tally.counted()].map(({ score }) => score)
}

describe('the operator’s word', () => {
  test('is written with the task, and checks out with others', async () => {
    await agree()
    const task = await rate(tab(), id, -80)
    expect(task.entries.rating).toBe(2)
    expect(task.events.map(({ text }) => text)).toEqual(['You said how it went'])
    expect(await bench.recorded()).toEqual(['contract', 'rating'])
    expect(await counted()).toEqual([-80])
  })

  test('stands in the place of what was said before', async () => {
    await agree()
    await rate(tab(), id, 50)
    expect((await rate(tab(), id, -100)).entries.rating).toBe(4)
    expect(await bench.recorded()).toEqual(['contract', 'rating', 'withdrawal', 'rating'])
    expect(await counted()).toEqual([-100])
  })

  test('is not followed by the machine’s', async () => {
    await agree()
    await rate(tab(), id, 0)
    await recordVerdict(tab(), id)
    expect(await counted()).toEqual([0])
  })

  test('said in two tabs at once is one', async () => {
    await agree()
    await Promise.all([rate(tab(), id, 10), rate(tab(otherTab), id, 20)])
    expect(await counted()).toHaveLength(1)
    const { entries } = await bench.tasks.read(id)
    expect((await bench.logs.header(bench.self.agent, entries.rating!))?.header.kind).toBe('rating')
  })

  test('without room is not said, and can be said again', async () => {
    await agree()
    await rate(tab(), id, 50)
    const { withdraw } = bench.adaptation
    bench.adaptation.withdraw = async (seq) => {
      const entry = await withdraw(seq)
      bench.full(true)
      return entry
    }
    await expect(rate(tab(), id, -100)).rejects.toThrow('full')
    expect(await counted()).toEqual([])
    bench.full(false)
    bench.adaptation.withdraw = withdraw
    await rate(tab(), id, -100)
    expect(await counted()).toEqual([-100])
  })

  test('needs a score and a contract that both have signed', async () => {
    await expect(rate(tab(), id, 50)).rejects.toThrow(RangeError)
    await agree()
    for (const score of [101, -101, 0.5, NaN, Infinity]) await expect(rate(tab(), id, score)).rejects.toThrow('expected a score')
    await expect(rate(tab(), 'f'.repeat(64), 50)).rejects.toThrow('unknown id')
    expect(await bench.recorded()).toEqual(['contract'])
  })
})
