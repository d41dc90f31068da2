/** The sentence model in Node: its files are those of the package, as it is installed. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { loadSentenceEncoder, type SentenceEncoder } from '../src/node/semantic/sentences/encoder.ts'
import { SENTENCE_PACKAGE, type ModelFile } from '../src/node/semantic/sentences/files.ts'

const folderOf = (name: string): string => dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))

/** Where a file of the sentence model is. @throws when the package is not installed */
export const sentenceFile = ({ path }: ModelFile): string => join(folderOf(SENTENCE_PACKAGE), path)

/** @throws EmbedderError when the package's files are others */
export function loadSentenceModel(): Promise<SentenceEncoder> {
  return loadSentenceEncoder({
    read: async (file) => new Uint8Array(await readFile(sentenceFile(file))),
    wasm: `${join(folderOf('@tensorflow/tfjs-backend-wasm'), 'dist')}/`
  })
}
