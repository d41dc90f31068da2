import { Worker, type MessagePort as NodePort } from 'node:worker_threads'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildModule } from '../../../../scripts/run-ts.mjs'
import { seeded } from '../../support/testing/time.ts'
import { createPlainKernel, type Sparse } from '../sparse.ts'
import { createTeamKernel, TeamLostError } from './team-kernel.ts'
import { matrices, product, sameBits, skewedMatrix, vector } from './testing/matrices.ts'

let helper: URL
const started: Array<{ worker: Worker; port: MessagePort }> = []

beforeAll(async () => {
  helper = await buildModule('src/node/trust/kernel/testing/helper.ts')
})

afterAll(async () => {
  for (const { worker, port } of started) {
    port.close()
    await worker.terminate()
  }
})

function startHelper() {
  const { port1, port2 } = new MessageChannel()
  // Node's types and the browser's name the same port differently
  const transferred = port2 as unknown as NodePort
  const one = { worker: new Worker(helper, { workerData: { port: transferred }, transferList: [transferred] }), port: port1 }
  started.push(one)
  return one
}

const plain = (matrix: Sparse, x: Float64Array) => product(createPlainKernel(matrix), x)

describe('the kernel of a team', () => {
  test.each([0, 1, 3])('with %i helpers gives the same as the plain one, to the last bit, again and again', async (count) => {
    const ports = Array.from({ length: count }, () => startHelper().port)
    const random = seeded(1)
    const matrix = skewedMatrix(5_000, 200_000, random)
    const kernel = await createTeamKernel(matrix, ports)
    for (let times = 0; times < 200; times++) {
      const x = vector(matrix.size, random)
      expect(sameBits(product(kernel, x), plain(matrix, x))).toBe(true)
    }
    kernel.close()
  })

  test('gives its helpers to the next kernel, whatever shape that is', async () => {
    const ports = [startHelper().port, startHelper().port]
    await fc.assert(
      fc.asyncProperty(matrices, async (matrix) => {
        const kernel = await createTeamKernel(matrix, ports)
        const x = vector(matrix.size, seeded(2))
        expect(sameBits(product(kernel, x), plain(matrix, x))).toBe(true)
        kernel.close()
      }),
      { seed: 3 }
    )
  })

  test('says so when a helper never begins', async () => {
    const { port1 } = new MessageChannel()
    const made = createTeamKernel(skewedMatrix(10, 20, seeded(4)), [port1], { patienceMs: 20 })
    await expect(made).rejects.toThrow(TeamLostError)
    port1.close()
  })

  test('does without a helper that has ended', async () => {
    const { worker, port } = startHelper()
    const random = seeded(5)
    const matrix = skewedMatrix(5_000, 200_000, random)
    const kernel = await createTeamKernel(matrix, [port], { patienceMs: 1000 })
    await worker.terminate()
    const x = vector(matrix.size, random)
    expect(sameBits(product(kernel, x), plain(matrix, x))).toBe(true)
  })
})
