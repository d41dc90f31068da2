/**
 * Fails when the JavaScript that the page and the peer worker load at the start is too much. Counted, with gzip:
 * what the page imports statically, and all that the peer worker imports, also with `import()`, because it loads
 * libp2p that way at once; but for the skills' programs, logs as files, agent cards, offers being made, plans and topics, and what takes the sentence model, which come
 * when they are asked for. Other workers, and what
 * the page loads with `import()`, come when they are wanted.
 *
 * `npm run budget`
 */
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { parseSync } from 'vite'
import { ensureBuilt } from './build.mjs'
import { runMain } from './setup.mjs'

const BUDGET = 370_000
/** What the peer worker loads only when somebody asks for it: the sources of `src/node/skill/programs`, logs as files, what few ask for, and what takes the sentence model. */
const onDemand = /^\.\/(csv|csv-statistics|key-points|javascript|archive|agent-card|composition|topics|topic-uses|topic-choices|surroundings|published-judges|rank|close-look|placer|space|skill-runner|usual|seed|declaring|preview)-[\w-]+\.js$/
const app = fileURLToPath(new URL('../dist/app', import.meta.url))

/**
 * The files that a module needs, itself included.
 *
 * @param {string} entry path of a built module
 * @param {{ dynamic: boolean, except?: RegExp }} options whether what is loaded with `import()` counts, and which not
 * @param {Set<string>} [seen]
 * @returns {Set<string>} absolute paths
 */
export function moduleGraph(entry, options, seen = new Set()) {
  const path = resolve(entry)
  if (seen.has(path)) return seen
  seen.add(path)
  for (const specifier of importsOf(path, options.dynamic)) {
    if (options.except?.test(specifier)) continue
    if (!specifier.startsWith('.')) throw new Error(`expected a relative import in ${path}, got "${specifier}"`)
    moduleGraph(join(dirname(path), specifier), options, seen)
  }
  return seen
}

/** @param {string} path @param {boolean} dynamic @returns {string[]} */
function importsOf(path, dynamic) {
  const source = readFileSync(path, 'utf8')
  const { module, errors } = parseSync(path, source)
  if (errors[0]) throw new Error(`can't read ${path}: ${errors[0].message}`)
  const fixed = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) => entries.flatMap((entry) => entry.moduleRequest?.value ?? []))
  ]
  const later = module.dynamicImports.map(({ moduleRequest }) => {
    const text = source.slice(moduleRequest.start, moduleRequest.end)
    const name = /^(["'`])(.+)\1$/.exec(text)?.[2]
    if (!name) throw new Error(`expected a name in the import() of ${path}, got ${text}`)
    return name
  })
  return dynamic ? [...fixed, ...later] : fixed
}

function main() {
  ensureBuilt()
  const manifest = JSON.parse(readFileSync(join(app, '.vite', 'manifest.json'), 'utf8'))
  const page = moduleGraph(join(app, manifest['index.html'].file), { dynamic: false })
  for (const script of scriptsOf(readFileSync(join(app, 'index.html'), 'utf8'))) page.add(join(app, script))
  const workers = readdirSync(join(app, 'assets')).filter((name) => /^peer-[\w-]+\.js$/.test(name))
  if (workers.length !== 1) throw new Error(`expected one peer worker in dist/app/assets, got: ${workers.join(', ')}`)
  const worker = moduleGraph(join(app, 'assets', workers[0] ?? ''), { dynamic: true, except: onDemand })

  let total = 0
  for (const [who, files] of /** @type {const} */ ([['page', page], ['peer worker', worker]])) {
    for (const file of files) {
      const bytes = gzipSync(readFileSync(file), { level: 9 }).length
      total += bytes
      console.log(`${who.padEnd(12)} ${kB(bytes)}  ${relative(app, file)}`)
    }
  }
  console.log(`${'total'.padEnd(12)} ${kB(total)}  of ${kB(BUDGET).trim()} (gzip)`)
  if (total > BUDGET) {
    console.error('Too much JavaScript at the start: load what is not needed at once with import()')
    process.exitCode = 1
  }
}

/** What the page itself names: scripts, and modules to be had early. @param {string} html */
export function scriptsOf(html) {
  const tags = html.match(/<script\b[^>]*>|<link\b[^>]*rel="modulepreload"[^>]*>/g) ?? []
  return tags.flatMap((tag) => /\b(?:src|href)="\/([^"]+)"/.exec(tag)?.[1] ?? [])
}

/** @param {number} bytes */
const kB = (bytes) => `${(bytes / 1000).toFixed(1).padStart(7)} kB`

if (process.argv[1] === fileURLToPath(import.meta.url)) void runMain(main)
