import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { startLookUp, type LookUp } from './looking-up.ts'

export type LookedUp<T> =
  | { state: 'idle' }
  /** `last`: the answer to what was asked before, until this one comes */
  | { state: 'looking'; last: T | null }
  | { state: 'found'; value: T }
  | { state: 'failed'; problem: string }

/** However much news there is, it is asked at most this often. */
const EVERY_MS = 500

/**
 * What `look` answers, asked a moment after `question` has become another one; a null question asks for nothing. When there is `news` it is
 * asked again, and the answer that is there stays one meanwhile.
 *
 * @param news what else the answer depends on
 */
export function useLookedUp<T>(question: string | null, pauseMs: number, look: () => Promise<T>, news = ''): LookedUp<T> {
  const [answer, setAnswer] = useState<{ question: string; value: T | null; problem: string } | null>(null)
  const lookUp = useRef<LookUp | null>(null)
  const ask = useEffectEvent(look)
  useEffect(() => {
    if (question === null) return
    let current = true
    const settle = (value: T | null, problem: string) => {
      if (current) setAnswer({ question, value, problem })
    }
    const started = startLookUp({
      pauseMs,
      everyMs: EVERY_MS,
      ask: () =>
        ask().then(
          (value) => settle(value, ''),
          (error: unknown) => settle(null, error instanceof Error ? error.message : String(error))
        )
    })
    lookUp.current = started
    return () => {
      current = false
      started.stop()
    }
  }, [question, pauseMs])
  useEffect(() => lookUp.current?.news(), [news])

  if (question === null) return { state: 'idle' }
  if (answer?.question !== question) return { state: 'looking', last: answer?.value ?? null }
  return answer.value === null ? { state: 'failed', problem: answer.problem } : { state: 'found', value: answer.value }
}

/** The answer, or the one before it while a new one comes; null: there is none. */
export function latest<T>(looked: LookedUp<T>): T | null {
  if (looked.state === 'found') return looked.value
  return looked.state === 'looking' ? looked.last : null
}
