/** The sentence model in Node: its files are those of the package, as it is installed. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Embedder } from '../src/node/semantic/embedder.ts'
import { loadSentenceEncoder } from '../src/node/semantic/sentences/encoder.ts'
import { SENTENCE_PACKAGE } from '../src/node/semantic/sentences/files.ts'

const folderOf = (name: string): string => dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))

/** @throws EmbedderError when the package's files are others */
export function loadSentenceModel(): Promise<Embedder> {
  const folder = folderOf(SENTENCE_PACKAGE)
  return loadSentenceEncoder({
    read: async ({ path }) => new Uint8Array(await readFile(join(folder, path))),
    wasm: `${join(folderOf('@tensorflow/tfjs-backend-wasm'), 'dist')}/`
  })
}
