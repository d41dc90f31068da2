/**
 * The cases `match`, `stuffing` and `topics`: how well requests find whom they mean and how soon, what somebody gains who says everything,
 * and whether the topics that are proposed are right. In Node, with the same code and the same model.
 */
import { join } from 'node:path'
import v8 from 'node:v8'
import vm from 'node:vm'
import { loadModule } from '../scripts/run-ts.mjs'
import { root } from '../scripts/setup.mjs'

const heldOut = join(root, 'bench', 'match', 'held-out')
const tuning = join(root, 'bench', 'match', 'tuning')
const SIZES = [10_000, 100_000]

export async function match() {
  v8.setFlagsFromString('--expose-gc')
  globalThis.gc = vm.runInNewContext('gc')
  const { measure } = await loadModule('bench/match/measure.ts')
  const quality = await measure(heldOut)
  console.log(JSON.stringify(quality))
  const { measureScale } = await loadModule('bench/match/scale.ts')
  const scale = []
  for (const size of SIZES) {
    scale.push(await measureScale(heldOut, size))
    console.log(JSON.stringify(scale.at(-1)))
  }
  return { case: 'match', ...quality, scale }
}

export async function stuffing() {
  const { measureStuffing } = await loadModule('bench/match/stuffing.ts')
  return { case: 'stuffing', attacks: await measureStuffing(tuning) }
}

export async function topics() {
  const { measureTopicPlacing } = await loadModule('bench/match/topic-placing.ts')
  return { case: 'topics', ...(await measureTopicPlacing(tuning)) }
}
