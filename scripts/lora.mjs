/**
 * `npm run lora`: trains what the sentence model learns of this network's requests and offers, `lora.json`, `centres.json` and `close.json`
 * in `src/node/semantic/sentences`, from the seed topics and `bench/match/training`, and tells as it goes how well that finds in
 * `bench/match/tuning`. The held-out set is not looked at. Takes half an hour or more, and Python with PyTorch: Debian's
 * `python3-torch` will do, `PYTHON` names another. The codebook, the topics and the calibration are to be made anew afterwards:
 * `npm run codebook`, `npm run topics`, `npm run meaning`. What is given after `--` goes to `lora/train.py`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadModule } from './run-ts.mjs'
import { root, runMain } from './setup.mjs'

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

async function main() {
  const { modelFiles, textsOf } = await loadModule('bench/match/texts.ts')
  const scratch = mkdtempSync(join(tmpdir(), 'starling-lora-'))
  try {
    const texts = join(scratch, 'texts.json')
    writeFileSync(texts, JSON.stringify(textsOf(root)))
    const into = join(root, 'src', 'node', 'semantic', 'sentences')
    const given = ['--texts', texts, '--topology', modelFiles.topology, '--weights', modelFiles.weights, '--into', into]
    const train = join(root, 'scripts', 'lora', 'train.py')
    const training = spawn(process.env.PYTHON ?? '/usr/bin/python3', [train, ...given, ...process.argv.slice(2)], {
      stdio: 'inherit',
      env: { ...settings(), ...process.env }
    })
    const [code] = await once(training, 'exit')
    if (code !== 0) throw new Error(`expected the training to end well, got ${code}`)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

await runMain(main)
