/**
 * Asks for something, and again when there is news that may change the answer: not at each, for there may always be more, and the
 * answer that is on its way is waited for.
 */
export interface LookUp {
  /** Something has changed that the answer depends on. */
  news(): void
  /** Nothing is asked or answered any more. */
  stop(): void
}

export interface LookUpInit {
  /** Asks, and hands the answer on. Rejects never. */
  ask: () => Promise<void>
  /** so long after it is wanted it is asked: who types goes on */
  pauseMs: number
  /** it is asked at most this often */
  everyMs: number
}

export function startLookUp({ ask, pauseMs, everyMs }: LookUpInit): LookUp {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isAsking = false
  let hasNews = false
  let isOver = false
  let askedAt = -Infinity

  function askIn(ms: number): void {
    timer = setTimeout(() => {
      timer = undefined
      isAsking = true
      hasNews = false
      askedAt = performance.now()
      void ask().then(() => {
        isAsking = false
        if (hasNews && !isOver) askIn(askedAt + everyMs - performance.now())
      })
    }, ms)
  }

  askIn(pauseMs)
  return {
    news() {
      if (isAsking) hasNews = true
      else if (timer === undefined && !isOver) askIn(Math.max(pauseMs, askedAt + everyMs - performance.now()))
    },
    stop() {
      isOver = true
      clearTimeout(timer)
    }
  }
}
