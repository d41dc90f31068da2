import { useCallback, useState } from 'react'

export interface Action {
  /** it runs now */
  busy: boolean
  /** why it last failed, in words; null when it did not */
  problem: string | null
  run(work: () => Promise<void>): Promise<void>
}

/** Runs what a button does: one at a time, and a failure becomes words beside the button. */
export function useAction(): Action {
  const [state, setState] = useState<{ busy: boolean; problem: string | null }>({ busy: false, problem: null })
  const run = useCallback(async (work: () => Promise<void>) => {
    setState({ busy: true, problem: null })
    try {
      await work()
      setState({ busy: false, problem: null })
    } catch (error) {
      setState({ busy: false, problem: error instanceof Error ? error.message : String(error) })
    }
  }, [])
  return { ...state, run }
}
