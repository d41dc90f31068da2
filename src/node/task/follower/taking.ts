/**
 * Which requests are taken: those that we can do by what they say, from whom we work with, and not too many. They are kept as tasks,
 * under their contract's hash, in the place of long finished ones.
 */
import type { Adaptation } from '../../adapt/adaptation.ts'
import type { AgentKey } from '../../crypto/keys.ts'
import type { Contract } from '../../schema/contract.ts'
import type { LeaderMessage } from '../../schema/messages.ts'
import type { Skill } from '../../skill/skills.ts'
import { StoreFullError } from '../../store/store.ts'
import { createRateLimit } from '../../support/rate-limit.ts'
import { contractHash, objection, verifyContract } from '../contract.ts'
import { clearing, outlived } from '../housekeeping.ts'
import { newTask, type TaskStart } from '../new-task.ts'
import type { Tasks } from '../tasks.ts'
import { fullText } from './reasons.ts'

export interface TakingComponents {
  key: Pick<AgentKey, 'agent'>
  tasks: Pick<Tasks, 'all' | 'find' | 'create' | 'remove'>
  adaptation: Pick<Adaptation, 'against'>
  /** the skill of that id, while it is offered to others */
  offered: (id: string) => Skill | undefined
  /** whether our operator lets us take on work now */
  isOpen: () => boolean
  /** milliseconds since 1970 */
  now: () => number
}

/**
 * @param agent who makes the offer
 * @returns the id of its task, which may be one that was taken before; or why it is declined, in words for the one who asks
 */
export type Take = (
  agent: string,
  offer: Extract<LeaderMessage, { type: 'offer' }>
) => Promise<{ id: string } | { declined: string }>

/** Requests that may wait for the operator's answer: of one agent, and of all. */
const MAX_WAITING_PER_AGENT = 5
const MAX_WAITING = 50

/** New requests that are looked at: of one agent, and of all. */
const AGENT_RATE = { rate: 0.5, burst: 50, keys: 1024 }
const TOTAL_RATE = { rate: 5, burst: 300, keys: 1 }

export function createTaking({ key, tasks, adaptation, offered, isOpen, now }: TakingComponents): Take {
  const agentMay = createRateLimit(AGENT_RATE)
  const allMay = createRateLimit(TOTAL_RATE)

  /** Why nothing new is taken from this agent now; null when it is. */
  function refusal(leader: string): string | null {
    // what was agreed before goes on; whoever asks is told that it is for what both have said of themselves, and no more
    if (adaptation.against(leader).length > 0) return notMetText
    if (!isOpen()) return 'This agent takes on no work right now. Ask again later.'
    const waiting = tasks.all().filter(({ role, state, approvedBy }) => role === 'follower' && state === 'submitted' && approvedBy === null)
    const theirs = waiting.filter(({ contract }) => contract?.leader === leader)
    const may = agentMay(leader, now()) && allMay('all', now())
    return theirs.length >= MAX_WAITING_PER_AGENT || waiting.length >= MAX_WAITING || !may
      ? 'Too many requests came already. Ask again later.'
      : null
  }

  /** Makes room for new tasks in the place of long finished ones. */
  async function tidy(): Promise<void> {
    for (const task of outlived(tasks.all())) await tasks.remove(task, clearing(task, tasks.all(), 'files and result'))
  }

  return async (agent, { contract, signature }) => {
    if (contract.leader !== agent) return { declined: 'The request names another agent as the one who asks.' }
    if (!(await verifyContract(contract.leader, contract, signature))) return { declined: 'The request is not signed by who asks.' }
    const id = await contractHash(contract)
    if ((await tasks.find(id)) !== null) return { id }
    const declined = objection(contract, key.agent, offered(contract.skill)?.capability, now()) ?? refusal(contract.leader)
    if (declined !== null) return { declined }
    try {
      await tasks.create(newTask(asked(id, contract, signature), now(), 'Another agent asked for it'))
    } catch (error) {
      if (!(error instanceof StoreFullError)) throw error
      return { declined: fullText }
    }
    await tidy()
    return { id }
  }
}

const notMetText = 'Your agent is not what mine insists on, or mine is not what yours does.'

/** The task that an offer makes. */
function asked(id: string, contract: Contract, leaderSignature: Uint8Array): TaskStart {
  return {
    id,
    role: 'follower',
    goal: contract.goal,
    files: contract.files,
    wanted: { agent: null, skill: contract.skill },
    contract,
    contractHash: id,
    leaderSignature,
    waiting: 'Waiting for your approval'
  }
}
