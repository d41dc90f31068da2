/**
 * `npm run codebook`: makes the centroids of codebook 1 anew from `fields.json`, and those of the sentence model's codebook. The
 * same fields give the same centroids, to the byte; other centroids would be another model, because nodes with different ones don't
 * accept each other's sketches.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadModule } from './run-ts.mjs'
import { root, runMain } from './setup.mjs'

async function main() {
  const folder = join('src', 'node', 'semantic', 'codebook-1')
  const { buildCodebook } = await loadModule(join(folder, 'build.ts'))
  const areas = JSON.parse(readFileSync(join(root, folder, 'fields.json'), 'utf8'))
  const { data, fields } = buildCodebook(areas)
  write(folder, data)
  const sentences = join('src', 'node', 'semantic', 'sentences', 'codebook')
  const { buildSentenceCodebook } = await loadModule(join(sentences, 'build.ts'))
  const { loadSentenceModel } = await loadModule(join('headless', 'sentence-model.ts'))
  const declarations = JSON.parse(readFileSync(join(root, folder, 'declarations.json'), 'utf8'))
  write(sentences, await buildSentenceCodebook(await loadSentenceModel(), areas, declarations))
  fields.forEach((/** @type {string} */ field, /** @type {number} */ leaf) => {
    console.log(`${leaf.toString(2).padStart(data.leafBits, '0')}  ${field}`)
  })
}

/** @param {string} folder @param {object} data */
function write(folder, data) {
  writeFileSync(join(root, folder, 'centroids.json'), `${JSON.stringify(data, null, 2)}\n`)
}

await runMain(main)
