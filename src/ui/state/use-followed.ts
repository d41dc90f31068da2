import { useEffect, useEffectEvent, useRef, useState } from 'react'

export interface Followed<T> {
  /** the newest answer; null: there is none yet */
  value: T | null
  /** why the last look failed; null: it did not */
  problem: string | null
}

/**
 * What `look` answers, now and whenever `version` has become another one. One look at a time and at most one every `pauseMs`: each
 * answer is shown, however fast versions follow one another, and the last version's always is.
 */
export function useFollowed<T>(key: string, version: unknown, pauseMs: number, look: () => Promise<T>): Followed<T> {
  const [answer, setAnswer] = useState<Followed<T> & { key: string }>({ key, value: null, problem: null })
  const ask = useEffectEvent(look)
  const wanted = useRef(() => {})
  useEffect(() => {
    let current = true
    let busy = false
    const versions = { told: 0, looked: 0 }
    const settle = (next: (before: T | null) => Followed<T>) => {
      if (current) setAnswer((before) => ({ key, ...next(before.key === key ? before.value : null) }))
    }
    const follow = async () => {
      busy = true
      do {
        versions.looked = versions.told
        await ask().then(
          (value) => settle(() => ({ value, problem: null })),
          (error: unknown) => settle((value) => ({ value, problem: error instanceof Error ? error.message : String(error) }))
        )
        await new Promise((resolve) => setTimeout(resolve, pauseMs))
      } while (current && versions.looked !== versions.told)
      busy = false
    }
    wanted.current = () => {
      versions.told++
      if (!busy) void follow()
    }
    return () => {
      current = false
      wanted.current = () => {}
    }
  }, [key, pauseMs])
  useEffect(() => wanted.current(), [key, pauseMs, version])
  return answer.key === key ? answer : { value: null, problem: null }
}
