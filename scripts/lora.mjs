/**
 * `npm run lora`: trains what the sentence model learns of this network's requests and offers, `lora.json`, `centres.json` and `close.json`
 * in `src/node/semantic/sentences`, from the seed topics and `bench/match/training`, and tells as it goes how well that finds in
 * `bench/match/tuning`. The held-out set is not looked at. Two trainings go at once, each on a core, and what is kept is their mean.
 * Takes forty minutes or more, and Python with PyTorch: Debian's `python3-torch` will do, `PYTHON` names another. The codebook, the
 * topics and the calibration are to be made anew afterwards: `npm run codebook`, `npm run topics`, `npm run meaning`. What is given after
 * `--` goes to `lora/train.py`.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { loadModule } from './run-ts.mjs'
import { root, runMain } from './setup.mjs'

const SEEDS = [1, 2]

/**
 * Settings by which PyTorch is six times as fast: Debian's OpenBLAS takes a processor that it does not know for an old one, and glibc
 * gives large pieces of memory back, and asks for them again, with each matrix.
 */
function settings() {
  const flags = new Set(readFileSync('/proc/cpuinfo', 'utf8').match(/^flags.*$/m)?.[0].split(' '))
  const core = flags.has('avx512vl') ? 'SkylakeX' : flags.has('avx2') && flags.has('fma') ? 'Haswell' : null
  return {
    ...(core === null ? {} : { OPENBLAS_CORETYPE: core }),
    MALLOC_MMAP_MAX_: '0',
    MALLOC_TRIM_THRESHOLD_: String(2 ** 34),
    MALLOC_TOP_PAD_: String(2 ** 28)
  }
}

/**
 * Ends when the program does; its lines have a word in front.
 *
 * @param {string} label @param {string} program @param {string[]} given @param {AbortSignal} [signal] ends it
 */
async function run(label, program, given, signal) {
  const child = spawn(process.env.PYTHON ?? '/usr/bin/python3', [join(root, 'scripts', 'lora', program), ...given], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...settings(), ...process.env },
    signal
  })
  createInterface(child.stdout).on('line', (line) => console.log(`${label}: ${line}`))
  // ended from here it fails, too, but not before it has
  child.on('error', () => undefined)
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`expected ${program} to end well, got ${code}`)
}

async function main() {
  const { modelFiles, textsOf } = await loadModule('bench/match/texts.ts')
  const scratch = mkdtempSync(join(tmpdir(), 'starling-lora-'))
  try {
    const texts = join(scratch, 'texts.json')
    writeFileSync(texts, JSON.stringify(textsOf(root)))
    const files = ['--texts', texts, '--topology', modelFiles.topology, '--weights', modelFiles.weights]
    const trainings = SEEDS.map((seed) => ({ seed, into: join(scratch, `seed-${seed}`) }))
    const failing = new AbortController()
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => failing.abort())
    const running = trainings.map(({ seed, into }) => {
      mkdirSync(into)
      const given = [...process.argv.slice(2), ...files, '--into', into, '--seed', String(seed)]
      return run(`seed ${seed}`, 'train.py', given, failing.signal)
    })
    try {
      await Promise.all(running)
    } catch (error) {
      // one without the other is of no use
      failing.abort()
      await Promise.allSettled(running)
      throw error
    }
    const kept = join(root, 'src', 'node', 'semantic', 'sentences')
    await run('mean', 'mean.py', [...files, '--into', kept, ...trainings.map(({ into }) => into)], failing.signal)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

await runMain(main)
