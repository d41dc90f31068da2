import { useEffect, useState } from 'react'
import type { Candidate } from '../../../node/client.ts'
import { useApp, useSnapshot } from '../../state/app-context.ts'
import type { Attachment } from '../../state/draft.ts'

const PAUSE_MS = 250

type FileShape = Pick<Attachment, 'name' | 'type'>

export type Search =
  | { state: 'idle' }
  | { state: 'looking'; candidates: Candidate[] }
  | { state: 'found'; candidates: Candidate[] }
  | { state: 'failed'; problem: string }

/**
 * Who could do something, looked up again a moment after the words, the files or the network change.
 * While it looks, the last answer stays.
 */
export function useCandidates(text: string, files: readonly Attachment[]): Search {
  const { client } = useApp()
  const snapshot = useSnapshot()
  const around = (snapshot?.agents ?? [])
    .map((agent) => `${agent.agent} ${agent.reach} ${agent.capabilities.map(({ seq }) => seq).join(',')}`)
    .join(';')
  const shape = JSON.stringify(files.map(({ name, type }) => ({ name, type })))
  const words = text.trim()
  // the model finds others than words do, and has looked at more of what is offered a moment later
  const { model, waiting } = snapshot?.status.meaning ?? { model: { is: 'absent' }, waiting: 0 }
  const meaning = model.is === 'ready' ? waiting : 'words'
  const key = `${words}\n${shape}\n${around}\n${meaning}`
  const [answer, setAnswer] = useState<{ key: string; candidates: Candidate[]; problem: string | null } | null>(null)

  useEffect(() => {
    if (words === '') return
    let current = true
    const look = async () => {
      try {
        const candidates = await client.find(words, { files: JSON.parse(shape) as FileShape[] })
        if (current) setAnswer({ key, candidates, problem: null })
      } catch (error) {
        if (current) setAnswer({ key, candidates: [], problem: error instanceof Error ? error.message : String(error) })
      }
    }
    const timer = setTimeout(() => void look(), PAUSE_MS)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [client, words, shape, key])

  if (words === '') return { state: 'idle' }
  if (answer === null) return { state: 'looking', candidates: [] }
  if (answer.key !== key) return { state: 'looking', candidates: answer.candidates }
  if (answer.problem !== null) return { state: 'failed', problem: answer.problem }
  return { state: 'found', candidates: answer.candidates }
}
