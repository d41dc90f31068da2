import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SENTENCE_MODEL } from '../src/node/semantic/sentences/model.ts'
import { createLazyModel } from './lazy-model.ts'
import { loadOwnModel } from './own-model.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'starling-model-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function written(source: string): Promise<string> {
  const path = join(folder, 'model.mjs')
  await writeFile(path, source)
  return path
}

test('a model that somebody brings is used as it says it is', async () => {
  const path = await written(`
    export default new (class {
      model = 1001
      dimensions = 64
      multilingual = true
      #filler = 0.125
      async embed(texts) { return texts.map(() => new Float32Array(64).fill(this.#filler)) }
    })()`)
  const model = await loadOwnModel(path)
  expect(model).toMatchObject({ model: 1001, dimensions: 64, multilingual: true })
  const lazy = createLazyModel(() => Promise.resolve(model), model)
  expect(lazy).toMatchObject({ model: 1001, dimensions: 64, multilingual: true })
  expect(await lazy.embed(['a', 'b'])).toEqual([new Float32Array(64).fill(0.125), new Float32Array(64).fill(0.125)])
})

test.each([
  ['has a number of ours', `export default { model: ${SENTENCE_MODEL}, dimensions: 64, embed() {} }`, /model/],
  ['has odd dimensions', 'export default { model: 1001, dimensions: 100, embed() {} }', /dimensions/],
  ['can’t embed', 'export default { model: 1001, dimensions: 64 }', /embed/],
  ['exports nothing', '', /default export/],
  ['is no program', 'export default {', /could not be loaded/]
])('one that %s is refused', async (_, source, reason) => {
  await expect(loadOwnModel(await written(source))).rejects.toThrow(reason)
})
