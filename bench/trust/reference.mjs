/** The reference in C, compiled where there is a compiler. */
import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../../scripts/setup.mjs'

/** What a build may do. Sums in another order, as `-ffast-math` allows, are the only way to gather with vectors. */
const BUILDS = { plain: [], fastMath: ['-ffast-math'] }
const FLAGS = ['-std=c99', '-O3', '-march=native']

/** @typedef {(graph: string, iterations: number, alpha: number, voices: string) => Promise<number>} Reference milliseconds of an iteration */

/**
 * @param {string} folder to put the programs in
 * @returns {Record<'plain' | 'fastMath', Reference> | null} null without a compiler
 */
export function compileReference(folder) {
  const compiler = [process.env['CC'], 'cc', 'gcc', 'clang'].find((name) => name && spawnSync(name, ['--version']).status === 0)
  if (compiler === undefined) return null
  const source = join(root, 'bench', 'trust', 'reference.c')
  const compiled = Object.entries(BUILDS).map(([name, more]) => {
    const program = join(folder, `reference-${name}`)
    const { status, stderr } = spawnSync(compiler, [...FLAGS, ...more, source, '-o', program, '-lm'], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${compiler} did not compile the reference: ${stderr}`)
    return [name, referenceOf(program)]
  })
  return Object.fromEntries(compiled)
}

/** @param {string} program @returns {Reference} */
function referenceOf(program) {
  return async (graph, iterations, alpha, voices) => {
    const { stdout } = await promisify(execFile)(program, [graph, String(iterations), String(alpha), voices])
    return Number(stdout.split(' ')[0])
  }
}
