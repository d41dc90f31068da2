/** Set reconciliation, both sides of it, over sets of several sizes; and names of shards. */
import { createHash } from 'node:crypto'
import { initiate, proceed, respond, type ItemSet } from '../../src/node/gossip/negentropy.ts'
import { shardOf, topicOf } from '../../src/node/gossip/shards.ts'
import { createRandom } from '../../sim/random.ts'
import type { Target } from '../fuzz.ts'
import { pick, spoilBytes } from '../spoil-bytes.ts'

const LIMIT = 16 * 1024
const START = 1_767_225_600_000

/** A set of the items of some numbers. */
function setOf(numbers: number[]): ItemSet {
  const items = numbers
    .map((number) => ({
      time: START + Math.floor(number / 3),
      hash: createHash('sha256').update(String(number)).digest()
    }))
    .sort((a, b) => a.time - b.time || Buffer.compare(a.hash, b.hash))
  const hashes = new Uint8Array(32 * items.length)
  items.forEach(({ hash }, i) => hashes.set(hash, 32 * i))
  return { size: items.length, times: Float64Array.from(items, ({ time }) => time), hashes }
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)
const random = createRandom(1, 'sets')
const ours = setOf(range(0, 2000))
const theirs = [
  setOf([]),
  setOf(range(0, 10)),
  setOf(range(0, 2000).filter(() => random() < 0.97)),
  setOf([...range(0, 1500), ...range(5000, 5400)])
]

/** All that is said when each of `theirs` begins, and when we do. */
const questions: Uint8Array[] = []
const answers: Uint8Array[] = []
const nothing = { have: () => undefined, need: () => undefined }
for (const set of theirs) {
  for (let message: Uint8Array | null = initiate(set, { limit: LIMIT }); message !== null;) {
    questions.push(message)
    message = proceed(set, respond(ours, message, { limit: LIMIT }), { limit: LIMIT }, nothing)
  }
  for (let message: Uint8Array | null = initiate(ours, { limit: LIMIT }); message !== null;) {
    const answer = respond(set, message, { limit: LIMIT })
    answers.push(answer)
    message = proceed(ours, answer, { limit: LIMIT }, nothing)
  }
}

/** Both say as much as they are allowed to, and find no more than there is. */
const question: Target = {
  name: 'reconciliation: a question',
  make: (random) => spoilBytes(pick(random, questions), random, questions),
  read(bytes) {
    const answer = respond(ours, bytes, { limit: LIMIT })
    if (answer.length > LIMIT) throw new TypeError(`an answer of ${answer.length} bytes`)
    return true
  },
  refuses: ['InvalidBytesError']
}

const answer: Target = {
  name: 'reconciliation: an answer',
  make: (random) => spoilBytes(pick(random, answers), random, answers),
  read(bytes) {
    let had = 0
    const found = {
      have(index: number) {
        had++
        if (index < 0 || index >= ours.size) throw new TypeError(`found item ${index} of ${ours.size}`)
      },
      need(id: Uint8Array) {
        if (id.length !== 32) throw new TypeError(`found an id of ${id.length} bytes`)
      }
    }
    const next = proceed(ours, bytes, { limit: LIMIT }, found)
    if (had > ours.size) throw new TypeError(`found ${had} of ${ours.size} items`)
    if (next !== null && next.length > LIMIT) throw new TypeError(`a question of ${next.length} bytes`)
    return true
  },
  refuses: ['InvalidBytesError']
}

const topics = [
  topicOf({ of: 'meaning', model: 1, depth: 6, prefix: 21 }),
  topicOf({ of: 'meaning', model: 65_535, depth: 0, prefix: 0 }),
  topicOf({ of: 'record', depth: 16, prefix: 40_000 })
].map((topic) => new TextEncoder().encode(topic))

const shardName: Target = {
  name: 'name of a shard',
  make: (random) => spoilBytes(pick(random, topics), random, topics),
  read(bytes) {
    const topic = new TextDecoder().decode(bytes)
    const shard = shardOf(topic)
    if (shard !== null && topicOf(shard) !== topic) throw new TypeError('a shard has two names')
    return shard !== null
  },
  refuses: []
}

export const gossipTargets: Target[] = [question, answer, shardName]
