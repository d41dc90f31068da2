/** Serves the files of models, which come out of packages, and puts them beside the app when it is built. */
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Plugin } from 'vite'
import { ALL_FILES, SENTENCE_FILES, SENTENCE_PACKAGE } from '../src/node/semantic/sentences/files.ts'

const source = dirname(createRequire(import.meta.url).resolve(`${SENTENCE_PACKAGE}/package.json`))

export function modelsPlugin(): Plugin {
  return {
    name: 'starling-models',
    configureServer({ middlewares }) {
      middlewares.use(SENTENCE_FILES, (request, response, next) => {
        const file = ALL_FILES.find(({ name }) => `/${name}` === request.url)
        if (file === undefined) {
          next()
          return
        }
        response.setHeader('Content-Type', 'application/octet-stream')
        createReadStream(join(source, file.path)).pipe(response)
      })
    },
    async generateBundle({ format }) {
      // workers are bundles, too, and need no copy of their own
      if (format === 'iife' || this.environment.config.build.ssr !== false) return
      for (const { name, path } of ALL_FILES) {
        this.emitFile({ type: 'asset', fileName: `${SENTENCE_FILES}${name}`.slice(1), source: await readFile(join(source, path)) })
      }
      // whoever gets the weights gets their licence, too
      for (const name of ['NOTICE', 'LICENSE']) {
        const text = await readFile(new URL(`../${name}`, import.meta.url))
        this.emitFile({ type: 'asset', fileName: `${SENTENCE_FILES}${name}.txt`.slice(1), source: text })
      }
    }
  }
}
