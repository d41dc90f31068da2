/** For tests: the worker thread's file as JavaScript, because Node 20 runs no TypeScript. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'vite'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Builds `skill-worker.ts` as `npm run build` does, to a folder of its own. Whoever calls removes it. */
export async function buildSkillWorker(): Promise<{ worker: URL; remove: () => Promise<void> }> {
  // inside node_modules, so that packages are found from there
  const parent = join(root, 'node_modules', '.cache', 'starling')
  await mkdir(parent, { recursive: true })
  const outDir = await mkdtemp(join(parent, 'skill-worker-'))
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    build: {
      target: 'node20',
      ssr: true,
      outDir,
      rolldownOptions: {
        input: { 'skill-worker': 'headless/skill-worker.ts' },
        output: { entryFileNames: '[name].mjs' }
      }
    }
  })
  return {
    worker: pathToFileURL(join(outDir, 'skill-worker.mjs')),
    remove: () => rm(outDir, { recursive: true, force: true })
  }
}
