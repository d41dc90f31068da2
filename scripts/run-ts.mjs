/**
 * TypeScript of this repository in plain Node, for commands that drive the node's own code: the simulation, the
 * fuzzer, the codebook. A module and all of ours that it imports are built by Vite into one native ES module, in some
 * 100 ms, and imported: so hot loops run at full speed, `import()` and `?raw` work as in the app, and stacks name the
 * sources. Packages stay outside and are resolved as usual. Types are not checked: that is `npm run types`.
 *
 *     const { simulate } = await loadModule('sim/simulate.ts')
 *     new Worker(await buildModule('sim/worker.ts'))
 *
 * As `import.meta.url` is that of the built file, a module that reads files is given their paths.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'
import { root } from './setup.mjs'

/**
 * Builds a module for Node. What is built is deleted when the process ends.
 *
 * @param {string} path of a `.ts` file, from the project's folder
 * @returns {Promise<URL>} of the built file, for `import()` or a `Worker`
 */
export async function buildModule(path) {
  const into = folder()
  const name = basename(path).replace(/\.ts$/, '')
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    build: {
      target: 'node20',
      ssr: resolve(root, path),
      outDir: into,
      emptyOutDir: false,
      sourcemap: true,
      minify: false,
      rolldownOptions: { output: { entryFileNames: `${name}.mjs`, chunkFileNames: '[name]-[hash].mjs' } }
    }
  })
  return pathToFileURL(join(into, `${name}.mjs`))
}

/**
 * Builds a module for Node and imports it.
 *
 * @param {string} path of a `.ts` file, from the project's folder
 * @returns {Promise<any>} what the module exports
 */
export async function loadModule(path) {
  process.setSourceMapsEnabled(true)
  return import((await buildModule(path)).href)
}

/** A new folder inside the project, so that packages are found from it. Those of processes that were killed go. */
function folder() {
  const dist = join(root, 'dist')
  mkdirSync(dist, { recursive: true })
  for (const name of readdirSync(dist)) {
    const pid = /^run-(\d+)-/.exec(name)?.[1]
    if (pid && !isRunning(Number(pid))) rmSync(join(dist, name), { recursive: true, force: true })
  }
  const path = mkdtempSync(join(dist, `run-${process.pid}-`))
  process.once('exit', () => rmSync(path, { recursive: true, force: true }))
  return path
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error?.code === 'EPERM'
  }
}
