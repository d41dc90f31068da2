/**
 * An agent without a browser: the same node in Node. `npm start` runs two of them, so that a lone newcomer has
 * somebody to work with.
 *
 * ```sh
 * node dist/server/headless.js --relay http://127.0.0.1:8080 --data .starling/resident-1 --name Wren
 * ```
 */
import '../src/node/net/polyfill.ts'
import './web-socket.ts'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createLibp2pNetwork } from '../src/node/net/libp2p.ts'
import { relayAtOrigin } from '../src/node/net/relay-source.ts'
import { createNode } from '../src/node/node.ts'
import type { LazyEmbedder } from '../src/node/semantic/embedder.ts'
import { loadTopics } from '../src/node/semantic/topics/topics.ts'
import { builtInSkills } from '../src/node/skill/skills.ts'
import { noChanges } from '../src/node/store/changes.ts'
import { openLevelStore } from '../src/node/store/level.ts'
import { createMemoryLocks } from '../src/node/store/locks.ts'
import { createDesk } from '../src/node/trust/desk.ts'
import { createKeyFileVault } from './key-file.ts'
import { createLazyModel } from './lazy-model.ts'
import { loadOwnModel } from './own-model.ts'
import { createNodeRunner } from './skill-runner.ts'

const help = `headless.js [options]

  --relay ORIGIN   relay to be introduced by, such as http://127.0.0.1:8080; may be given several times
  --data FOLDER    where key and log are kept, together
  --name NAME      what it calls itself in its output
  --per-day N      runs of each skill that it does for anybody in a day; 0 does nothing for anybody (10000)
  --meaning        finds by meaning, too: loads the sentence model, 24 MB on disk and some 250 MB of memory
  --embedder FILE  finds by meaning with a model of your own: a module that exports an embedder (docs/models.md)
  --help           this text`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      relay: { type: 'string', multiple: true },
      data: { type: 'string' },
      name: { type: 'string', default: 'agent' },
      'per-day': { type: 'string', default: '10000' },
      meaning: { type: 'boolean' },
      embedder: { type: 'string' },
      help: { type: 'boolean' }
    }
  })
  if (values.help === true) {
    console.log(help)
    return
  }
  const { relay: relays, data, name } = values
  const perDay = Number(values['per-day'])
  if (relays === undefined || data === undefined || !Number.isInteger(perDay) || perDay < 0) {
    throw new Error(`expected --relay, --data and a whole --per-day\n\n${help}`)
  }
  const embedder = await chooseModel(values)
  await mkdir(data, { recursive: true })
  const key = await createKeyFileVault(join(data, 'key.pem')).load()
  const node = await createNode({
    key,
    store: await openLevelStore(join(data, 'store')),
    storageProblem: null,
    network: await createLibp2pNetwork({ relays: relays.map((origin) => relayAtOrigin(origin)) }),
    ...(embedder === null ? {} : { embedder }),
    runner: createNodeRunner(),
    desk: createDesk({ loadTopics }),
    locks: createMemoryLocks(),
    changes: noChanges,
    now: Date.now,
    report: (error) => console.error(`${name}:`, error)
  })
  if (perDay > 0) {
    // nobody watches it: it says yes by itself, within the limits of each skill
    await node.allowAnybody(builtInSkills.map(({ capability: { id, limits } }) => ({ skill: id, limits, perDay })))
  }
  await node.start()
  embedder?.load()
  console.log(`${name} is ${key.agent}`)

  const stop = () => {
    node.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(`${name}:`, error)
        process.exit(1)
      }
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.once(signal, stop)
}

/** The model that it was told to take; null: it finds by words. */
async function chooseModel({ embedder, meaning = false }: { embedder?: string; meaning?: boolean }): Promise<LazyEmbedder | null> {
  if (embedder !== undefined) {
    const own = await loadOwnModel(embedder)
    return createLazyModel(() => Promise.resolve(own), own)
  }
  return meaning ? createLazyModel(async () => (await import('./sentence-model.ts')).loadSentenceModel()) : null
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
