/** One graph in one runtime: iterates over it with each kernel, and holds the result against the reference's. */
import { createKernel } from '../../src/node/trust/kernel/kernel.ts'
import { createTeamKernel } from '../../src/node/trust/kernel/team-kernel.ts'
import { createPlainKernel, type Kernel } from '../../src/node/trust/sparse.ts'
import { solveVoices } from '../../src/node/trust/voice.ts'
import { decodeGraph } from './graph.ts'

/** `plain`: TypeScript in one thread; else the kernel of so many threads */
export type Way = 'plain' | 'one' | 'two'

export interface Run {
  way: Way
  iterations: number
  alpha: number
}

export interface Timing {
  msPerIteration: number
  /** to the reference's voices: the largest difference of any voice, as a share of the largest voice; null without a reference */
  difference: number | null
}

export interface Runner {
  run(run: Run): Timing
  close(): void
}

/**
 * @param graph as graph.ts encodes it
 * @param reference voices of the reference after as many iterations, when there is one
 * @param helper a port to a thread that serves teams
 */
export async function createRunner(graph: ArrayBuffer, reference: ArrayBuffer | null, helper: MessagePort): Promise<Runner> {
  const matrix = decodeGraph(graph)
  const expected = reference && new Float64Array(reference)
  const teleport = new Float64Array(matrix.size).fill(1 / matrix.size)
  const blocks = Uint32Array.of(0, matrix.size)
  const two = await createTeamKernel(matrix, [helper])
  const kernels: Record<Way, Kernel> = { plain: createPlainKernel(matrix), one: createKernel(matrix), two }
  return {
    run({ way, iterations, alpha }) {
      const began = performance.now()
      const { voices } = solveVoices({ kernel: kernels[way], blocks, teleport, alpha }, teleport, {
        tolerance: 0,
        rankingDepth: 0,
        maxIterations: iterations
      })
      const msPerIteration = (performance.now() - began) / iterations
      return { msPerIteration, difference: expected && largestDifference(voices, expected) }
    },
    close: () => two.close()
  }
}

function largestDifference(voices: Float64Array, expected: Float64Array): number {
  let [difference, largest] = [0, 0]
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs((voices[i] ?? NaN) - (expected[i] as number)))
    largest = Math.max(largest, expected[i] as number)
  }
  return difference / largest
}
