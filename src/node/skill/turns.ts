import { ProgramError } from './runner.ts'

/** Whose turn it is when only so many may go on at once. */
export interface Turns {
  /**
   * Resolves when it is our turn; whoever got a turn gives it back once.
   *
   * @param onWait called when others are first
   * @throws ProgramError (`broken`) when too many wait already, (`killed`) when the signal comes first
   */
  take(signal: AbortSignal, onWait: () => void): Promise<void>
  give(): void
}

/**
 * @param atOnce how many may have a turn at the same time
 * @param mostWaiting how many may wait for one
 */
export function createTurns(atOnce: number, mostWaiting: number): Turns {
  let free = atOnce
  const waiting: Array<() => void> = []

  return {
    async take(signal, onWait) {
      if (signal.aborted) throw stopped()
      if (free > 0) {
        free--
        return
      }
      if (waiting.length >= mostWaiting) {
        throw new ProgramError('broken', `This agent is busy: ${mostWaiting} others wait already. Ask again later.`)
      }
      onWait()
      await new Promise<void>((resolve, reject) => {
        const go = () => {
          signal.removeEventListener('abort', leave)
          resolve()
        }
        const leave = () => {
          waiting.splice(waiting.indexOf(go), 1)
          reject(stopped())
        }
        signal.addEventListener('abort', leave, { once: true })
        waiting.push(go)
      })
    },
    give() {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}

/** The error of a run that somebody stopped. */
export function stopped(): ProgramError {
  return new ProgramError('killed', 'It was stopped.')
}
