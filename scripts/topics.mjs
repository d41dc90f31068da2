/**
 * `npm run topics`: makes the seed of the tree of topics anew, `topics/built/seed.json`, what all of them have in common, which the test
 * of it needs, and `common-terms.json`, from `topics/*.json`. Takes some minutes, most of them the sentence model's; `-- --words` leaves the directions as they are, for a
 * change of how words are chosen. Other directions are other similarities of topics, and nodes that differ in them don't agree on
 * trust.
 */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { loadModule } from './run-ts.mjs'
import { root, runMain } from './setup.mjs'

async function main() {
  const folder = join(root, 'src', 'node', 'semantic', 'topics')
  const built = join(folder, 'built', 'seed.json')
  const areas = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => ({ area: basename(name, '.json'), topics: JSON.parse(readFileSync(join(folder, name), 'utf8')) }))
  const { buildCommonTerms, buildOutlines, buildSeed } = await loadModule('src/node/semantic/topics/build.ts')
  writeFileSync(join(folder, '..', 'common-terms.json'), `${JSON.stringify(buildCommonTerms(areas), null, 2)}\n`)
  mkdirSync(join(folder, 'built'), { recursive: true })
  if (process.argv.includes('--words')) {
    const { model, topics } = JSON.parse(readFileSync(built, 'utf8'))
    const directions = new Map(topics.map((/** @type {{ path: string, direction: string }} */ topic) => [topic.path, topic.direction]))
    const outlines = /** @type {Array<{ path: string }>} */ (buildOutlines(areas))
    write(built, { model, topics: outlines.map((topic) => ({ ...topic, direction: directions.get(topic.path) })) })
  } else {
    const { loadSentenceModel } = await loadModule('headless/sentence-model.ts')
    const { seed, common } = await buildSeed(areas, await loadSentenceModel())
    write(built, seed)
    writeFileSync(join(folder, 'built', 'common.json'), `${JSON.stringify(common, null, 2)}\n`)
  }
}

/** @param {string} path @param {{ model: number, topics: unknown[] }} seed */
function write(path, { model, topics }) {
  // a line each: a change of one topic is seen as one
  writeFileSync(path, `{"model":${model},"topics":[\n${topics.map((topic) => JSON.stringify(topic)).join(',\n')}\n]}\n`)
  console.log(`${topics.length} topics`)
}

await runMain(main)
