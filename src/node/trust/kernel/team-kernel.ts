import type { Kernel, Sparse } from '../sparse.ts'
import { cutRows } from './pieces.ts'
import { multiplierOf, placeMatrix, type Placed } from './placed.ts'
import { followTurns, leadTurns, TURN_BYTES, type Work } from './turns.ts'
import { vectorsOf } from './vectors.ts'

/** A kernel that has threads to itself until it is closed. */
export interface TeamKernel extends Kernel {
  /** Lets the threads go: they can be given to another kernel. Must be called, because they wait and do nothing else. */
  close(): void
}

export interface TeamKernelInit {
  /** how long to wait for a thread that begins, or for a piece that it has taken; 10 s unless told */
  patienceMs?: number
}

/**
 * A thread never began, or ended in the middle of its work. What the kernel gave before is right, and it gives nothing more:
 * make another.
 */
export class TeamLostError extends Error {
  override readonly name = 'TeamLostError'
}

/** What a thread is given. */
interface Share {
  placed: Placed
  /** where each piece of the rows begins, and after the last where it ends */
  cuts: readonly number[]
}

const PATIENCE_MS = 10_000
/** Some tens of microseconds: more than it costs to take a piece, less than anybody minds waiting. */
const PIECE_COST = 32_768

/**
 * The product by the thread that calls, which has to be one that may block, and by some more. Each row is worked out by
 * one of them as the plain kernel does, so that the result is the same to the last bit, however many they are.
 *
 * @param helpers ports to threads that `serveTeam` at the other ends, and are in no other kernel. Memory goes to them that is
 *   shared: in a browser the page has to be isolated from other origins
 * @throws TeamLostError when one of them doesn't answer, here and from `multiply`; RangeError when the matrix does not fit into memory
 */
export async function createTeamKernel(
  matrix: Sparse,
  helpers: readonly MessagePort[],
  { patienceMs = PATIENCE_MS }: TeamKernelInit = {}
): Promise<TeamKernel> {
  const share = { placed: placeMatrix(matrix, TURN_BYTES), cuts: cutRows(matrix.starts, PIECE_COST) }
  const { take, give } = vectorsOf(share.placed, matrix.size)
  const work = workOf(share)
  const turns = leadTurns(share.placed.memory, share.cuts.length - 1, patienceMs)
  let isLost = false
  try {
    await Promise.all(helpers.map((port) => handOver(port, share, patienceMs)))
  } catch (error) {
    turns.end()
    throw error
  }
  return {
    multiply(x, y) {
      take(x)
      isLost ||= !turns.take(work)
      if (isLost) throw new TeamLostError(`expected a thread to finish what it took within ${patienceMs} ms`)
      give(y)
    },
    close: () => turns.end()
  }
}

/** What a thread of a team does: helps with each kernel that comes at the port, until that kernel is closed. */
export function serveTeam(port: MessagePort): void {
  port.onmessage = ({ data: share }: MessageEvent<Share>) => {
    const work = workOf(share)
    port.postMessage('ready')
    followTurns(share.placed.memory, share.cuts.length - 1, work)
  }
}

function workOf({ placed, cuts }: Share): Work {
  const multiplyRows = multiplierOf(placed)
  return (piece) => multiplyRows(cuts[piece] as number, cuts[piece + 1] as number)
}

/** Gives a thread its share, and waits until it has it: a thread that starts may need the one that will soon block. */
function handOver(port: MessagePort, share: Share, patienceMs: number): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new TeamLostError(`expected a thread to begin within ${patienceMs} ms`)), patienceMs)
    port.onmessage = () => {
      clearTimeout(timer)
      resolve()
    }
    port.postMessage(share)
  }).finally(() => (port.onmessage = null))
}
