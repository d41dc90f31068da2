import { useEffect, useEffectEvent, useState } from 'react'

export type LookedUp<T> =
  | { state: 'idle' }
  /** `last`: the answer to what was asked before, until this one comes */
  | { state: 'looking'; last: T | null }
  | { state: 'found'; value: T }
  | { state: 'failed'; problem: string }

/** What `look` answers, asked again a moment after `key` has become another one; a null key asks for nothing. */
export function useLookedUp<T>(key: string | null, pauseMs: number, look: () => Promise<T>): LookedUp<T> {
  const [answer, setAnswer] = useState<{ key: string; value: T | null; problem: string } | null>(null)
  const ask = useEffectEvent(look)
  useEffect(() => {
    if (key === null) return
    let current = true
    const settle = (value: T | null, problem: string) => current && setAnswer({ key, value, problem })
    const timer = setTimeout(() => {
      ask().then(
        (value) => settle(value, ''),
        (error: unknown) => settle(null, error instanceof Error ? error.message : String(error))
      )
    }, pauseMs)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [key, pauseMs])

  if (key === null) return { state: 'idle' }
  if (answer?.key !== key) return { state: 'looking', last: answer?.value ?? null }
  return answer.value === null ? { state: 'failed', problem: answer.problem } : { state: 'found', value: answer.value }
}

/** The answer, or the one before it while a new one comes; null: there is none. */
export function latest<T>(looked: LookedUp<T>): T | null {
  if (looked.state === 'found') return looked.value
  return looked.state === 'looking' ? looked.last : null
}
