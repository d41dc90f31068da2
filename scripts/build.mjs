/** Builds the app to `dist/app` and the programs for Node to `dist/server`: `npm run build`. */
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root, run, runMain } from './setup.mjs'

const sources = ['src', 'relay', 'headless', 'public', 'index.html', 'vite.config.ts', 'vite.server.config.ts',
  'package-lock.json', 'tsconfig.json', join('scripts', 'vite-shell.ts')]
const stamp = join(root, 'dist', 'built')

/** Builds both, whatever is there. @throws SetupError */
export function build() {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  rmSync(stamp, { force: true })
  run(process.execPath, [vite, 'build', '--logLevel', 'warn'], 'The app could not be built.')
  run(
    process.execPath,
    [vite, 'build', '--logLevel', 'warn', '--config', 'vite.server.config.ts'],
    'The relay and the headless agent could not be built.'
  )
  writeFileSync(stamp, '')
}

/** Builds when there is no build or a source is newer. @throws SetupError */
export function ensureBuilt() {
  if (existsSync(stamp) && !sources.some((source) => isNewer(join(root, source), statSync(stamp).mtimeMs))) return
  console.log('Building…')
  build()
}

/** @param {string} path @param {number} time @returns {boolean} whether anything there was changed after `time` */
function isNewer(path, time) {
  if (!existsSync(path)) return false
  const stats = statSync(path)
  if (stats.mtimeMs > time) return !/\.test\.\w+$/.test(path)
  return stats.isDirectory() && readdirSync(path).some((name) => isNewer(join(path, name), time))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) void runMain(build)
