/**
 * `npm run codebook`: makes the centroids of codebook 1 anew from `fields.json`. The same fields give the same
 * centroids, to the byte; other centroids would be another model, because nodes with different ones don't accept each
 * other's sketches.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadModule } from './run-ts.mjs'
import { root, runMain } from './setup.mjs'

async function main() {
  const folder = join('src', 'node', 'semantic', 'codebook-1')
  const { buildCodebook } = await loadModule(join(folder, 'build.ts'))
  const { data, fields } = buildCodebook(JSON.parse(readFileSync(join(root, folder, 'fields.json'), 'utf8')))
  writeFileSync(join(root, folder, 'centroids.json'), `${JSON.stringify(data, null, 2)}\n`)
  fields.forEach((/** @type {string} */ field, /** @type {number} */ leaf) => {
    console.log(`${leaf.toString(2).padStart(data.leafBits, '0')}  ${field}`)
  })
}

await runMain(main)
