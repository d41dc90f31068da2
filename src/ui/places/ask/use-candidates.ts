import type { Candidate } from '../../../node/client.ts'
import type { Constraints } from '../../../node/schema/declaration.ts'
import { useApp, useSnapshot } from '../../state/app-context.ts'
import type { Attachment } from '../../state/draft.ts'
import { useLookedUp } from '../../state/use-looked-up.ts'
import { hindrance } from '../../text/state-words.ts'

const PAUSE_MS = 250

export type Search =
  | { state: 'idle' }
  /** `candidates`: what was found for what was asked before */
  | { state: 'looking'; candidates: Candidate[] }
  /** `isWhole`: the model has told all that it will of those who are there now */
  | { state: 'found'; candidates: Candidate[]; isWhole: boolean }
  | { state: 'failed'; problem: string }

/**
 * Who could do something, looked up a moment after the words, the files or the terms change, and again when the network does, or the model
 * has more to say. While it looks for something else, the last answer stays.
 *
 * @param only this skill of this agent, and nobody else
 */
export function useCandidates(
  text: string,
  files: readonly Attachment[],
  constraints: Constraints = {},
  only: Pick<Candidate, 'agent' | 'skill'> | null = null
): Search {
  const { client } = useApp()
  const snapshot = useSnapshot()
  const { agent, skill } = only ?? {}
  const shapes = files.map(({ name, type }) => ({ name, type }))
  const words = text.trim()
  const question = words === '' ? null : JSON.stringify([words, shapes, constraints, agent, skill])
  const around = snapshot?.agents.flatMap((one) => (one.reach === 'away' ? [] : [one.agent, one.reach, hindrance(one.state)]))
  // the model finds others than words do, and has looked at more of what is offered a moment later
  const { model, waiting, late, pending } = snapshot?.status.meaning ?? { model: { is: 'absent' }, waiting: 0, late: 0, pending: 0 }
  const isReady = model.is === 'ready'
  const news = JSON.stringify([around, snapshot?.declared, isReady && [waiting, late]])
  const look = () => client.find(words, { files: shapes, constraints, ...(only === null ? {} : { agent: only.agent, skill: only.skill }) })
  const search = useLookedUp(question, PAUSE_MS, look, news)
  switch (search.state) {
    case 'looking':
      return { state: 'looking', candidates: search.last ?? [] }
    case 'found':
      return { state: 'found', candidates: search.value, isWhole: !isReady || (waiting === 0 && pending === 0) }
    default:
      return search
  }
}
