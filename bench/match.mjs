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
const LEAST_RECALL = { recallAt1: 0.8, recallAt5: 0.95 }
/** So long searching may take, in the median, among so many declarations. */
const MOST_SEARCH_MS = { 10_000: 30, 100_000: 150 }
const MOST_ADD_MS = 5
const MOST_MEGABYTES = 200

export async function match() {
  v8.setFlagsFromString('--expose-gc')
  globalThis.gc = vm.runInNewContext('gc')
  const { measure } = await loadModule('bench/match/measure.ts')
  const quality = await measure(heldOut)
  console.log(JSON.stringify(quality))
  const { measureScale } = await loadModule('bench/match/scale.ts')
  const scale = []
  for (const size of Object.keys(MOST_SEARCH_MS)) {
    scale.push(await measureScale(heldOut, Number(size)))
    console.log(JSON.stringify(scale.at(-1)))
  }
  const missed = [...missedQuality(quality), ...scale.flatMap(missedScale)]
  if (missed.length > 0) process.exitCode = 1
  return { case: 'match', ...quality, scale, missed }
}

/** What is not as good as it should be, in words. @returns {string[]} */
function missedQuality({ hybrid, constraintsViolated, trapsFound, trapsFoundWithoutConstraints }) {
  const recalls = Object.entries(LEAST_RECALL).filter(([name, least]) => !(hybrid[name] >= least))
  return [
    ...recalls.map(([name, least]) => `${name}: expected at least ${least}, got ${hybrid[name]}`),
    ...(constraintsViolated === 0 ? [] : [`constraints: expected none to be violated, got ${constraintsViolated}`]),
    ...(trapsFound === 0 ? [] : [`traps: expected none to be found, got ${trapsFound}`]),
    // or else they would show nothing
    ...(trapsFoundWithoutConstraints > 0 ? [] : ['traps: expected some to be found without constraints'])
  ]
}

/** The same of size and speed. @returns {string[]} */
function missedScale({ declarations, searchMs, addMs, megabytes }) {
  const figures = [
    ['search', searchMs.median, MOST_SEARCH_MS[declarations], 'ms'],
    ['adding one', addMs.median, MOST_ADD_MS, 'ms'],
    ['memory', megabytes, MOST_MEGABYTES, 'MB']
  ]
  return figures
    .filter(([, got, most]) => !(got <= most))
    .map(([name, got, most, unit]) => `${name} among ${declarations}: expected at most ${most} ${unit}, got ${got}`)
}

export async function stuffing() {
  const { measureStuffing } = await loadModule('bench/match/stuffing.ts')
  return { case: 'stuffing', attacks: await measureStuffing(tuning) }
}

export async function topics() {
  const { measureTopicPlacing } = await loadModule('bench/match/topic-placing.ts')
  return { case: 'topics', ...(await measureTopicPlacing(tuning)) }
}
