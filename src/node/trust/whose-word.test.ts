import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { JudgesOf } from '../adapt/judges.ts'
import { createMemoryLocks } from '../store/locks.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/store.ts'
import { createSharedChanges } from '../store/testing/shared-changes.ts'
import { createTestTime, type TestTime } from '../support/testing/time.ts'
import { createWhoseWord, weightsOf, type WhoseWord } from './whose-word.ts'

const HOUR_MS = 60 * 60_000

let time: TestTime
let store: Store
let changes: ReturnType<typeof createSharedChanges>
/** what is known of whose list, and who listens */
let lists: Map<string, JudgesOf>
let listeners: Array<(agent: string) => void>
let lookedFor: Array<readonly string[]>
let whoseWord: WhoseWord

const locks = createMemoryLocks()
const list = (agents: string[], expiry = time.now() + 24 * HOUR_MS): JudgesOf => ({ is: 'shared', name: 'Good judges', agents, seq: 1, expiry })

async function open(): Promise<WhoseWord> {
  const opened = createWhoseWord({
    agent: 'me',
    adaptation: {
      judgesOf: (agent) => lists.get(agent) ?? { is: 'unheard' },
      onJudges(listener) {
        listeners.push(listener)
        return () => undefined
      },
      lookForJudges: (agents) => lookedFor.push(agents)
    },
    store,
    locks,
    changes: changes(),
    clock: time,
    report: (error) => expect.unreachable(String(error))
  })
  await opened.start()
  return opened
}

/** There is news of somebody's list. */
function hears(agent: string, known: JudgesOf): void {
  lists.set(agent, known)
  for (const listener of listeners) listener(agent)
}

const weights = async (of = whoseWord) => Object.fromEntries(await of.weights())

beforeEach(async () => {
  time = createTestTime()
  store = createMemoryStore()
  changes = createSharedChanges()
  lists = new Map()
  listeners = []
  lookedFor = []
  whoseWord = await open()
})

describe('weights', () => {
  test('a list as a whole weighs as much as one agent that was chosen, and never ours on it', () => {
    expect(Object.fromEntries(weightsOf('me', ['ann', 'me'], [['ann', 'ben', 'cem', 'me'], ['ben'], ['me']]))).toEqual({
      ann: 1 + 1 / 3,
      ben: 1 / 3 + 1,
      cem: 1 / 3
    })
  })
})

describe('whose word counts', () => {
  test('those chosen, each once, until taken back; and over a restart', async () => {
    await whoseWord.trust('ann', true)
    await whoseWord.trust('ann', true)
    await whoseWord.trust('ben', true)
    expect(whoseWord.trusted()).toEqual(['ann', 'ben'])
    await whoseWord.trust('ann', false)
    whoseWord.close()
    whoseWord = await open()
    expect(whoseWord.trusted()).toEqual(['ben'])
    expect(await weights()).toEqual({ ben: 1 })
  })

  test('a list that is followed counts at once, changes as it does, and is gone at once when it is left', async () => {
    const told = vi.fn()
    whoseWord.onWeights(told)
    lists.set('curator', list(['ann', 'ben']))
    await whoseWord.trust('ann', true)
    const before = await weights()
    await whoseWord.follow('curator', true)
    expect(await weights()).toEqual({ ann: 1.5, ben: 0.5 })
    expect(lookedFor.at(-1)).toEqual(['curator'])
    hears('curator', list(['ben', 'cem', 'dan', 'eve']))
    expect(await weights()).toEqual({ ann: 1, ben: 0.25, cem: 0.25, dan: 0.25, eve: 0.25 })
    await whoseWord.follow('curator', false)
    expect(await weights()).toEqual(before)
    expect(whoseWord.followed()).toEqual([])
    expect(lookedFor.at(-1)).toEqual([])
    expect(told).toHaveBeenCalledTimes(4)
  })

  test.each(['withdrawn', 'forked', 'lapsed'] as const)('a list that is %s counts no more, and says why', async (is) => {
    lists.set('curator', list(['ann']))
    await whoseWord.follow('curator', true)
    hears('curator', { is })
    expect(await weights()).toEqual({})
    expect(whoseWord.followed()).toEqual([{ agent: 'curator', is }])
    hears('curator', list(['ben']))
    expect(await weights()).toEqual({ ben: 1 })
  })

  test('a list that lapses counts no more, though nothing is heard', async () => {
    const until = time.now() + HOUR_MS
    lists.set('curator', list(['ann'], until))
    await whoseWord.follow('curator', true)
    await time.pass(HOUR_MS)
    lists.set('curator', { is: 'lapsed' })
    await time.pass(10 * 60_000)
    expect(await weights()).toEqual({})
  })

  test('what is followed is kept, told to the other tabs, and heard of when it comes later', async () => {
    const other = await open()
    await whoseWord.follow('curator', true)
    await vi.waitFor(() => expect(other.followed()).toEqual([{ agent: 'curator', is: 'unheard' }]), 10_000)
    whoseWord.close()
    whoseWord = await open()
    expect(lookedFor.at(-1)).toEqual(['curator'])
    hears('curator', list(['ann', 'ben']))
    for (const tab of [whoseWord, other]) expect(await weights(tab)).toEqual({ ann: 0.5, ben: 0.5 })
  })

  test('at most eight lists, and not our own', async () => {
    await expect(whoseWord.follow('me', true)).rejects.toThrow(RangeError)
    for (let i = 0; i < 8; i++) await whoseWord.follow(`curator ${i}`, true)
    await expect(whoseWord.follow('one more', true)).rejects.toThrow('leave one first')
    expect(whoseWord.followed()).toHaveLength(8)
  })

  test('who changes a list all the time changes what counts only now and then, and the last does in the end', async () => {
    await whoseWord.follow('curator', true)
    const seen = new Set<string>()
    for (let i = 0; i <= 200; i++) {
      hears('curator', list([`judge ${i}`]))
      seen.add(Object.keys(await weights()).join())
    }
    expect(seen.size).toBeLessThan(20)
    expect(whoseWord.followed()).toMatchObject([{ agents: Object.keys(await weights()) }])
    await time.pass(11 * 60_000)
    expect(await weights()).toEqual({ 'judge 200': 1 })
  })

  test('a list that is looked at is wanted for a while, and the last one only', async () => {
    await whoseWord.follow('curator', true)
    const changed = vi.fn()
    whoseWord.watch(changed)
    expect(whoseWord.look('ann')).toEqual({ is: 'unheard' })
    expect(lookedFor.at(-1)).toEqual(['curator', 'ann'])
    whoseWord.look('ben')
    expect(lookedFor.at(-1)).toEqual(['curator', 'ben'])
    hears('ben', list(['cem']))
    expect(changed).toHaveBeenCalledTimes(1)
    expect(await weights()).toEqual({})
    await time.pass(11 * 60_000)
    expect(lookedFor.at(-1)).toEqual(['curator'])
  })
})
