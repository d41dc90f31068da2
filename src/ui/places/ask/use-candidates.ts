import type { Candidate } from '../../../node/client.ts'
import type { Constraints } from '../../../node/schema/declaration.ts'
import { useApp, useSnapshot } from '../../state/app-context.ts'
import type { Attachment } from '../../state/draft.ts'
import { useLookedUp } from '../../state/use-looked-up.ts'
import { hindrance } from '../../text/state-words.ts'

const PAUSE_MS = 250

export type Search =
  | { state: 'idle' }
  | { state: 'looking'; candidates: Candidate[] }
  | { state: 'found'; candidates: Candidate[] }
  | { state: 'failed'; problem: string }

/**
 * Who could do something, looked up again a moment after the words, the files, the terms or the network change.
 * While it looks, the last answer stays.
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
  const around = snapshot?.agents.flatMap((one) => (one.reach === 'away' ? [] : [one.agent, one.reach, hindrance(one.state)]))
  const shapes = files.map(({ name, type }) => ({ name, type }))
  const words = text.trim()
  // the model finds others than words do, and has looked at more of what is offered a moment later
  const { model, waiting, late } = snapshot?.status.meaning ?? { model: { is: 'absent' }, waiting: 0, late: 0 }
  const meaning = model.is === 'ready' ? [waiting, late] : 'words'
  const key = JSON.stringify([words, shapes, constraints, agent, skill, around, snapshot?.declared, meaning])
  const search = useLookedUp(words === '' ? null : key, PAUSE_MS, () =>
    client.find(words, { files: shapes, constraints, ...(only === null ? {} : { agent: only.agent, skill: only.skill }) })
  )
  if (search.state === 'looking') return { state: 'looking', candidates: search.last ?? [] }
  return search.state === 'found' ? { state: 'found', candidates: search.value } : search
}
