/**
 * How threads share work on one memory, turn by turn: each takes the next piece that nobody has, so that a thread that has to
 * wait for a processor holds up one piece and not its share of all. Atomics alone, because a message would cost more than
 * a small matrix.
 */

/** Bytes at the beginning of the memory that turns need: three numbers, on cache lines of their own. */
export const TURN_BYTES = 192

const TURN = 0
const NEXT = 16
const DONE = 32
const ENDED = -1

/** Does one piece of the work, from 0. */
export type Work = (piece: number) => void

export interface Turns {
  /** Has all pieces done by all threads, this one too. Blocks. @returns whether they were, within patience */
  take(work: Work): boolean
  /** Lets the other threads go. */
  end(): void
}

/** The turns as the leader sees them: to be made before others have the memory. @param patienceMs how long to wait for a piece that another thread has */
export function leadTurns(memory: WebAssembly.Memory, pieces: number, patienceMs: number): Turns {
  const words = wordsOf(memory)
  // nothing to take before the first turn
  Atomics.store(words, NEXT, pieces)
  const tellOthers = (turn: number) => {
    Atomics.store(words, TURN, turn)
    Atomics.notify(words, TURN)
  }
  return {
    take(work) {
      // in this order: who comes late from the turn before may take a piece as soon as there is one
      Atomics.store(words, DONE, 0)
      Atomics.store(words, NEXT, 0)
      tellOthers((Atomics.load(words, TURN) + 1) & 0x7fff_ffff)
      takePieces(words, pieces, work)
      for (;;) {
        const done = Atomics.load(words, DONE)
        if (done === pieces) return true
        if (Atomics.wait(words, DONE, done, patienceMs) === 'timed-out') return false
      }
    },
    end: () => tellOthers(ENDED)
  }
}

/** Helps at each turn. Blocks its thread until the leader ends the turns. */
export function followTurns(memory: WebAssembly.Memory, pieces: number, work: Work): void {
  const words = wordsOf(memory)
  for (let turn = 0; turn !== ENDED; turn = Atomics.load(words, TURN)) {
    takePieces(words, pieces, work)
    Atomics.wait(words, TURN, turn)
  }
}

function takePieces(words: Int32Array, pieces: number, work: Work): void {
  for (;;) {
    const piece = Atomics.add(words, NEXT, 1)
    if (piece >= pieces) return
    work(piece)
    Atomics.add(words, DONE, 1)
    Atomics.notify(words, DONE)
  }
}

function wordsOf(memory: WebAssembly.Memory): Int32Array {
  return new Int32Array(memory.buffer, 0, TURN_BYTES / Int32Array.BYTES_PER_ELEMENT)
}
