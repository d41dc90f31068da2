/** Tells the service worker, once all else is built, which files the build consists of. */
import { createHash } from 'node:crypto'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { Plugin } from 'vite'

const PLACEHOLDER = '__STARLING_BUILD__'
const SERVICE = 'service.js'

/** A Vite plugin that replaces the placeholder in `service.js` by the list and the version of all other files. */
export function shellPlugin(): Plugin {
  let folder = ''
  return {
    name: 'starling-shell',
    apply: 'build',
    configResolved({ root, build }) {
      folder = join(root, build.outDir)
    },
    async writeBundle() {
      const service = join(folder, SERVICE)
      const source = await readFile(service, 'utf8')
      if (!source.includes(PLACEHOLDER)) throw new Error(`expected ${PLACEHOLDER} in ${service}`)
      if (/^\s*(import|export)\b/m.test(source)) throw new Error(`expected no import or export in ${service}`)
      const files = await shellFiles(folder)
      const version = createHash('sha256').update(source)
      for (const file of ['/index.html', ...files]) version.update(file).update(await readFile(join(folder, file)))
      const build = JSON.stringify({ version: version.digest('hex').slice(0, 16), files })
      await writeFile(service, source.replace(PLACEHOLDER, () => build))
    }
  }
}

/** All files but models, source maps, hidden ones and the service worker itself; the page is at `/` already. */
async function shellFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => `/${relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')}`)
    .filter((path) => !path.startsWith('/models/') && !path.endsWith('.map') && !path.includes('/.') && !['/index.html', `/${SERVICE}`].includes(path))
    .sort()
}
