/**
 * The power iteration of trust, in Node and in real Chromium, beside the same in C: same graph, same iterations. An iteration is
 * the whole step, on both sides: the product, damping, what the seeds get, and how far all moved. Runs of all alternate, so that
 * they are of the same moment on a machine that others use too.
 */
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { loadModule } from '../../scripts/run-ts.mjs'
import { median, rounded } from './figures.mjs'
import { compileReference } from './reference.mjs'
import { openNode, runnerIn } from './runtimes.mjs'

const SIZES = [
  { agents: 10_000, ratings: 200_000, iterations: 400 },
  { agents: 100_000, ratings: 1_000_000, iterations: 60 },
  { agents: 1_000_000, ratings: 10_000_000, iterations: 15 }
]
export const ALPHA = 0.15
export const SEED = 1
/** Doubles added in another order differ by less. */
const MOST_DIFFERENT = 1e-12

/**
 * @param {string} folder that Chromium is served @param {import('./runtimes.mjs').Chromium} chromium
 * @param {number} times rounds; medians of them are told
 */
export async function iterations(folder, chromium, times) {
  const reference = compileReference(folder)
  if (reference === null) console.log('There is no C compiler: times are told without a reference.')
  const node = await openNode(folder)
  try {
    const runtimes = { node, chromium: runnerIn(await chromium.openPage()) }
    const cases = []
    for (const size of SIZES) cases.push(...(await measure(folder, size, times, reference, runtimes)))
    return cases
  } finally {
    await node.close()
  }
}

/**
 * All runtimes and the reference, on one graph.
 *
 * @typedef {import('./runtimes.mjs').Runtime} Runtime
 * @typedef {ReturnType<typeof compileReference>} References
 * @param {string} folder @param {(typeof SIZES)[number]} size @param {number} times @param {References} references
 * @param {Record<string, Runtime>} runtimes
 */
async function measure(folder, { agents, ratings, iterations }, times, references, runtimes) {
  const names = { graph: `graph-${agents}`, voices: `voices-${agents}` }
  const [graph, voices] = [join(folder, names.graph), join(folder, names.voices)]
  await writeGraph(graph, agents, ratings)
  const refer = async (build, result = voices) => references && references[build](graph, iterations, ALPHA, result)
  await refer('plain')
  for (const runtime of Object.values(runtimes)) await runtime.open(names.graph, references && names.voices)

  const rounds = { reference: [], fastMath: [], besideAnother: [] }
  const timed = Object.keys(runtimes).flatMap((runtime) => ['plain', 'one', 'two'].map((way) => ({ runtime, way, ms: [], difference: 0 })))
  // the first round compiles and is not counted
  for (let round = -1; round < times; round++) {
    const reference = await refer('plain')
    const fastMath = await refer('fastMath')
    const [besideAnother] = await Promise.all([refer('plain'), refer('plain', `${voices}-2`)])
    if (round >= 0) {
      rounds.reference.push(reference)
      rounds.fastMath.push(fastMath)
      rounds.besideAnother.push(besideAnother)
    }
    for (const one of timed) {
      const { msPerIteration, difference } = await runtimes[one.runtime].run({ way: one.way, iterations, alpha: ALPHA })
      if (difference > MOST_DIFFERENT) throw new Error(`${one.runtime} differs from the reference by ${difference} (${one.way}, ${agents} agents)`)
      if (round >= 0) one.ms.push(msPerIteration)
      one.difference = difference
    }
  }
  console.log(JSON.stringify({ agents, ratings, iterations, ...rounds, timed }))
  return figures({ agents, ratings, iterations }, rounds, timed)
}

/**
 * One case for each runtime and number of threads, with what plain TypeScript takes, and C that may add in any order. Where the
 * reference takes twice as long beside another of its kind, a second core was not free, and two threads can gain nothing.
 */
function figures(size, rounds, timed) {
  const referenceMs = median(rounds.reference)
  const msOf = (runtime, way) => median(timed.find((one) => one.runtime === runtime && one.way === way).ms)
  return timed
    .filter(({ way }) => way !== 'plain')
    .map(({ runtime, way, difference }) => {
      const msPerIteration = msOf(runtime, way)
      return {
        runtime,
        threads: way === 'one' ? 1 : 2,
        ...size,
        msPerIteration,
        referenceMs,
        ratio: referenceMs && rounded(msPerIteration / referenceMs),
        referenceFastMathMs: median(rounds.fastMath),
        referenceBesideAnotherMs: median(rounds.besideAnother),
        plainMs: msOf(runtime, 'plain'),
        difference
      }
    })
}

async function writeGraph(path, agents, ratings) {
  const { drawGraph, encodeGraph } = await loadModule('bench/trust/graph.ts')
  await pipeline(Readable.from(encodeGraph(drawGraph(agents, ratings, SEED))), createWriteStream(path))
}
