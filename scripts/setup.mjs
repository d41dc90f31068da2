/** What must be there before anything else: the right Node, and the packages of the lock file. No dependency. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
const OLDEST = [20, 19]

/** Something that people must do something about. It is shown without a stack. */
export class SetupError extends Error {
  name = 'SetupError'
}

/** @param {string} version as in `process.versions.node` @throws SetupError when it is too old */
export function checkNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return
  throw new SetupError(
    `Starling needs Node ${OLDEST.join('.')} or newer, and this is Node ${version}.\n` +
      'Get the current one from https://nodejs.org, or with your system\'s or a version manager: nvm install --lts'
  )
}

/**
 * Whether `node_modules` holds what the lock file names, by version rather than by time: a checkout touches times.
 *
 * @param {string} [folder]
 */
export function isInstalled(folder = root) {
  const wanted = readPackages(join(folder, 'package-lock.json'))
  const there = readPackages(join(folder, 'node_modules', '.package-lock.json'))
  if (wanted === null || there === null) return false
  return Object.entries(wanted).every(([path, { version, link, optional, devOptional, peer }]) => {
    if (!path.startsWith('node_modules/') || link) return true
    const found = there[path]
    return found ? found.version === version : Boolean(optional || devOptional || peer)
  })
}

/** Runs `npm ci` when packages are missing or others than the lock file says. @throws SetupError */
export function ensureInstalled() {
  if (isInstalled()) return
  console.log('Installing packages (npm ci)…')
  const problem = 'npm ci did not succeed. Is there a network? The message above says more.'
  run(npm, ['ci', '--no-audit', '--no-fund'], problem)
}

/**
 * Runs a program in the project's folder, with its output shown.
 *
 * @param {string} program @param {string[]} args @param {string} problem what to say when it fails
 * @throws SetupError
 */
export function run(program, args, problem) {
  const { status, error } = spawnSync(program, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: windows && program === npm
  })
  if (status !== 0) throw new SetupError(error ? `${problem} (${error.message})` : problem)
}

/** Runs `main`; what it throws ends the process with code 1, and a SetupError with its message only. */
export async function runMain(main) {
  try {
    await main()
  } catch (error) {
    console.error(error instanceof SetupError ? `\n${error.message}` : error)
    process.exitCode = 1
  }
}

const windows = process.platform === 'win32'
const npm = windows ? 'npm.cmd' : 'npm'

/** @param {string} path @returns {Record<string, any> | null} */
function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages
  } catch (error) {
    if (error?.code === 'ENOENT') return null
    throw error
  }
}
