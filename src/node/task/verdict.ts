/**
 * What the end of a task says of the other side by itself, when its operator has not said anything: the automatic rating. Pure.
 *
 * A machine sees that something came and has the agreed shape, not whether it is any good, and it sees that nothing came, not why: a
 * network that is down is nobody's fault, and whoever complains of the innocent does more harm than whoever keeps silent. So it says
 * something good of what both have signed off, something bad only of what the other side has itself sent or said, and otherwise nothing.
 */
import type { TaskRecord } from '../schema/task.ts'

/**
 * How a task with a co-signed contract can end:
 *
 * - `completed`: with a result that the leader has accepted: both have signed that outcome
 * - `settled`: without a result, and both have signed so: it failed or was stopped, and why is hearsay
 * - `other-result`: the follower signed something else than was agreed, or a result that is none
 * - `out-of-order`: its answers made no sense; another version of the program may be to blame
 * - `given-up`: it said no after it had said yes
 * - `alone`: nobody confirmed it: it lapsed, was canceled or disputed, the result could not be fetched, or there was no room for it
 */
type Ending = 'completed' | 'settled' | NonNullable<TaskRecord['breach']> | 'alone'

/**
 * In hundredths; null: no rating. What is left of the hundred is the operator's, who may have looked at the result. A leader is praised
 * a little for confirming, and never blamed: what the follower sees of a bad leader looks the same as a bad network.
 */
const VERDICTS: Readonly<Record<TaskRecord['role'], Readonly<Record<Ending, number | null>>>> = {
  leader: { completed: 50, settled: null, 'other-result': -100, 'out-of-order': -50, 'given-up': -50, alone: null },
  follower: { completed: 20, settled: null, 'other-result': null, 'out-of-order': null, 'given-up': null, alone: null }
}

/** What was at stake, by the bytes that were handed over, in coarse steps: what is public should tell little of what is not. */
const STAKES = [
  { upTo: 0, weight: 25 },
  { upTo: 1024 * 1024, weight: 50 }
]
const GREAT_STAKE = 100

type Ended = Pick<TaskRecord, 'role' | 'breach' | 'outcome' | 'outcomeSignatures'>

function endingOf({ breach, outcome, outcomeSignatures: { leader, follower } }: Ended): Ending {
  if (breach !== null) return breach
  if (outcome === null || leader === null || follower === null) return 'alone'
  return outcome.state === 'completed' ? 'completed' : 'settled'
}

/** What our side of a task that ended so says of the other: a score in hundredths, -100 to 100, or null: nothing. */
export function verdictOn(task: Ended): number | null {
  return VERDICTS[task.role][endingOf(task)]
}

/** The verdict of a task that is written down, as long as nothing is said of the other side; null: nothing is to be said. */
export function verdictOwed(task: Ended & Pick<TaskRecord, 'entries'>): number | null {
  const { outcome, rating } = task.entries
  return outcome === null || rating !== null ? null : verdictOn(task)
}

/**
 * How much a contract's rating matters beside others, in hundredths, 1 to 100. By what the leader hands over, because a follower has
 * no hand in that: by the limits it could make its own praise weigh more.
 *
 * @param size bytes of all files together
 */
export function stakeOf(size: number): number {
  return STAKES.find(({ upTo }) => size <= upTo)?.weight ?? GREAT_STAKE
}
