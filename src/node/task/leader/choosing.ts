/**
 * Whom to ask: the best candidate that is here and takes as much. The contract is made with it, and no other is asked after it.
 */
import type { Adaptation } from '../../adapt/adaptation.ts'
import type { Candidate } from '../../adapt/rank.ts'
import type { AgentKey } from '../../crypto/keys.ts'
import { UNSORTED_TOPIC, type Contract } from '../../schema/contract.ts'
import type { TaskRecord } from '../../schema/task.ts'
import { bytesInWords } from '../../skill/words.ts'
import { createAlert, delay } from '../../support/wait-for.ts'
import { inQuotes } from '../../support/words.ts'
import { CONTRACT_LIFE_MS, contractHash, signContract, totalSize } from '../contract.ts'
import { hasEnded, type Tasks } from '../tasks.ts'
import type { Endings } from './endings.ts'

export interface ChoosingComponents {
  key: AgentKey
  tasks: Tasks
  adaptation: Pick<Adaptation, 'find' | 'capabilities' | 'surroundings' | 'listenFor' | 'watch'>
  endings: Pick<Endings, 'alone' | 'unmet'>
  /** milliseconds since 1970 */
  now: () => number
  /** fresh random bytes */
  random: (length: number) => Uint8Array
  report: (error: unknown) => void
}

const LOOK_AGAIN_MS = 300

/** What people read while nobody is there who could do it. */
export const lookingText = 'Looking for an agent that can do this'
const awayText = 'Waiting for an agent that can do this to come back'

/**
 * @returns picks the best candidate and makes the contract, or ends the task where that can't be; else waits until something has
 * changed, after which it is to be called again. Throws the signal's reason
 */
export function createChoosing(components: ChoosingComponents): (id: string, signal: AbortSignal) => Promise<void> {
  const { key, tasks, adaptation, endings, now, random, report } = components

  async function propose(task: TaskRecord, candidate: Candidate): Promise<void> {
    const contract: Contract = {
      version: 2,
      leader: key.agent,
      follower: candidate.agent,
      topic: await topicOf(candidate),
      skill: candidate.skill,
      program: candidate.program,
      goal: task.goal,
      files: task.files,
      limits: candidate.limits,
      ...(candidate.terms === null ? {} : { terms: candidate.terms }),
      created: now(),
      expiry: now() + CONTRACT_LIFE_MS,
      nonce: random(16)
    }
    const hash = await contractHash(contract)
    const leaderSignature = await signContract(key, contract)
    await tasks.update(task.id, (current) =>
      hasEnded(current.state) || current.cancelRequested || current.contract !== null
        ? null
        : {
            contract,
            contractHash: hash,
            leaderSignature,
            waiting: 'Waiting for an answer',
            event: `Asked an agent to do ${inQuotes(candidate.name, 80)}`
          }
    )
  }

  /** The topic that a contract counts in: what the offer says, or else where it belongs by its words and meaning. */
  async function topicOf({ agent, skill, topic }: Candidate): Promise<string> {
    if (topic !== null) return topic
    const offer = adaptation.capabilities().find((one) => one.agent === agent && one.declaration.id === skill)
    if (offer === undefined) return UNSORTED_TOPIC
    try {
      return (await adaptation.surroundings(offer.declaration)).topic ?? UNSORTED_TOPIC
    } catch (error) {
      // the tree of topics comes from the network, and the work need not wait for it
      report(error)
      return UNSORTED_TOPIC
    }
  }

  return async (id, signal) => {
    const alert = createAlert(
      (changed) => adaptation.watch(changed),
      (changed) => tasks.watch((one) => one === id && changed())
    )
    try {
      const task = await tasks.read(id)
      if (task.cancelRequested) {
        await endings.alone(id, 'canceled', null)
        return
      }
      const { agent, skill, constraints = {} } = task.wanted
      if (agent !== null && (await endings.unmet(id, agent))) return
      const found = await adaptation.find({ text: task.goal, files: task.files, agent, skill, constraints })
      const present = found.filter(({ reach }) => reach !== 'away')
      const size = totalSize(task.files)
      const candidate = present.find(({ limits }) => limits.inputBytes >= size)
      if (candidate !== undefined) {
        await propose(task, candidate)
        return
      }
      if (present[0] !== undefined) {
        const most = Math.max(...present.map(({ limits }) => limits.inputBytes))
        await endings.alone(
          id,
          'failed',
          `The files are ${bytesInWords(size)} together, and nobody here takes more than ${bytesInWords(most)}. ` +
            'Nothing was sent: use a smaller part.'
        )
        return
      }
      await adaptation.listenFor(task.goal)
      const waiting = found.length > 0 ? awayText : lookingText
      if (task.waiting !== waiting) {
        await tasks.update(id, (current) => (hasEnded(current.state) || current.cancelRequested ? null : { waiting }))
      }
      await alert.raised(signal)
      await delay(LOOK_AGAIN_MS, signal)
    } finally {
      alert.close()
    }
  }
}
