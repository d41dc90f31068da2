/**
 * A peer that says anything, in any order, to an agent that gossips: on its topics, on streams that it opens, and in
 * answer on those that the agent opens. The agent must have no failure of its own by it.
 */
import { didOf } from '../../src/node/crypto/did.ts'
import { BODY_PROTOCOL } from '../../src/node/gossip/body-stream.ts'
import { HEADERS_PROTOCOL } from '../../src/node/gossip/fetch-headers.ts'
import { createGossip } from '../../src/node/gossip/gossip.ts'
import { fingerprint, initiate, respond, type ItemSet } from '../../src/node/gossip/negentropy.ts'
import { RECONCILE_PROTOCOL } from '../../src/node/gossip/reconcile.ts'
import { CONTROL_TOPIC, tell, topicOf, type Shard } from '../../src/node/gossip/shards.ts'
import { decodeHeader, headerHash } from '../../src/node/log/header.ts'
import { createMemoryHub } from '../../src/node/net/memory.ts'
import type { FramedStream, Network } from '../../src/node/net/network.ts'
import { encode } from '../../src/node/schema/codec.ts'
import { MAX_COMPARISON_BYTES } from '../../src/node/schema/messages.ts'
import { createCodebook1 } from '../../src/node/semantic/codebook.ts'
import { joinBytes } from '../../src/node/support/bytes.ts'
import type { Clock } from '../../src/node/support/clock.ts'
import { below, createRandom, type Random } from '../../sim/random.ts'
import type { Target } from '../fuzz.ts'
import { pick } from '../spoil-bytes.ts'
import { spoilCbor } from '../spoil-cbor.ts'
import { readRecords, spoilRecords, writeRecords } from '../spoil-records.ts'
import { NOW, fork, headers, leader, log, newLogs, other, proofs } from './example-logs.ts'
import { checkLogs, tagged } from './log.ts'

const protocols = [RECONCILE_PROTOCOL, HEADERS_PROTOCOL, BODY_PROTOCOL]
const followed: Shard[] = [
  { of: 'record', depth: 0, prefix: 0 },
  { of: 'meaning', model: 1, depth: 0, prefix: 0 }
]
const shards = followed.map(tell)
const topics = [CONTROL_TOPIC, ...followed.map(topicOf)]
const MAX_WORDS = 24
const options = { maxMessageBytes: 2 ** 20, maxStreamsPerPeer: 16, signal: new AbortController().signal }

const LIMIT = { limit: MAX_COMPARISON_BYTES }

/** Headers as reconciliation has them. */
async function itemsOf(headers: readonly Uint8Array[]): Promise<ItemSet> {
  const hashes = await Promise.all(headers.map(headerHash))
  hashes.sort((a, b) => Buffer.compare(a, b))
  return { size: headers.length, times: new Float64Array(headers.length).fill(NOW), hashes: joinBytes(hashes) }
}

const held = await itemsOf(log.headers)
const offered = await itemsOf(other.headers)
const give = { type: 'give', headers: other.headers, forks: [], more: false }

/**
 * A word is said on a stream of a protocol (0 to 2), on a topic (3 to 5), or kept as an answer of a protocol (6 to 8).
 */
const TOPIC = 3
const ANSWER = 6
const word = (kind: number, value: unknown) => tagged(kind, encode(value))

const conversations = [
  [
    word(0, { type: 'open', version: 1, at: NOW, shards }),
    word(0, { type: 'compare', message: initiate(offered, LIMIT) }),
    word(0, { type: 'want', ids: held.hashes }),
    word(0, { type: 'offer', ids: offered.hashes }),
    word(0, give)
  ],
  [
    word(1, {
      author: leader.publicKey,
      ranges: [
        [1, 3],
        [5, 7]
      ]
    }),
    ...log.headers.map(decodeHeader).map(({ bodyHash }) => word(2, { hash: bodyHash, offset: 0, fetch: false }))
  ],
  [
    ...other.bodies.map((piece) => word(ANSWER + 2, { piece, rest: 0 })),
    word(ANSWER + 1, { headers: other.headers.slice(0, 5) }),
    word(ANSWER + 1, { headers: [] }),
    ...other.headers.slice(5).map((bytes) => tagged(TOPIC + 1, bytes)),
    ...other.headers.slice(0, 1).map((bytes) => tagged(TOPIC + 2, bytes)),
    ...fork.headers.slice(6).map((bytes) => tagged(TOPIC + 1, bytes)),
    ...proofs.map((bytes) => tagged(TOPIC, bytes))
  ],
  [
    word(ANSWER, { type: 'opened', shards, fingerprint: fingerprint(offered) }),
    word(ANSWER, { type: 'compare', message: respond(offered, initiate(held, LIMIT), LIMIT) }),
    word(ANSWER, give),
    word(ANSWER, { type: 'want', ids: held.hashes }),
    word(ANSWER, { type: 'busy' })
  ]
].map(writeRecords)

function spoilWord(record: Uint8Array, random: Random): Uint8Array {
  const kind = random() < 0.8 ? (record[0] ?? 0) : below(random, 9)
  return tagged(kind, spoilCbor(record.subarray(1), random, headers))
}

/** Time goes on to what is due next. */
function steppedClock(): Clock & { step(): void } {
  let now = NOW
  const due = new Set<{ at: number; action: () => void }>()
  return {
    now: () => now,
    after(ms, action) {
      const timer = { at: now + ms, action }
      due.add(timer)
      return () => due.delete(timer)
    },
    step() {
      const [next] = [...due].sort((a, b) => a.at - b.at)
      if (next === undefined) return
      due.delete(next)
      now = Math.max(now, next.at)
      next.action()
    }
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Speaks for the other side. */
function createStranger(network: Network, words: readonly Uint8Array[]) {
  const open = new Map<string, Promise<FramedStream>>()
  for (const [i, protocol] of protocols.entries()) {
    const answers = words.filter((word) => word[0] === ANSWER + i).map((word) => word.subarray(1))
    network.handle(protocol, options, async (stream) => {
      while ((await stream.read()) !== null) {
        const answer = answers.shift()
        if (answer === undefined) return
        await stream.write(answer)
      }
    })
  }
  return async (kind: number, content: Uint8Array): Promise<void> => {
    const topic = topics[kind - TOPIC]
    const protocol = protocols[kind]
    if (topic !== undefined) await network.publish(topic, content)
    if (protocol === undefined) return
    const stream = await (open.get(protocol) ?? network.open('agent', protocol, options))
    open.set(protocol, Promise.resolve(stream))
    await stream.write(content)
  }
}

const conversation: Target = {
  name: 'conversation with a stranger',
  make: (random) => spoilRecords(pick(random, conversations), random, conversations, spoilWord),
  async read(bytes) {
    let words: Uint8Array[]
    try {
      words = readRecords(bytes).slice(0, MAX_WORDS)
    } catch {
      return false
    }
    const clock = steppedClock()
    const hub = createMemoryHub({ now: clock.now })
    const network = hub.network('agent')
    const logs = newLogs(clock)
    for (const header of log.headers) await logs.accept(header)
    const failures: unknown[] = []
    let offences = 0
    const gossip = createGossip(
      {
        network: { ...network, penalise: () => offences++ },
        logs,
        clock,
        random: createRandom(bytes.length),
        report: (error) => failures.push(error),
        codebook: createCodebook1(),
        interests: {
          sketches: () => [],
          authors: () => [],
          wants: () => true,
          refuses: () => false,
          lends: () => true,
          favours: () => false,
          watch: () => () => undefined
        }
      },
      { self: leader.publicKey }
    )
    const stranger = hub.network('stranger')
    const say = createStranger(stranger, words)
    gossip.start()
    await network.start()
    // it takes part once it has looked at what it holds
    for (let left = 8; left > 0; left--) await turn()
    await stranger.start()
    for (const word of words) {
      // what can't be said any more, because the agent has hung up, is not said
      say(word[0] ?? 0, word.subarray(1)).catch(() => undefined)
      await turn()
      await turn()
      if (word[0] === TOPIC) clock.step()
    }
    for (let left = 8; left > 0; left--) {
      clock.step()
      await turn()
    }
    hub.cut('agent', 'stranger')
    await turn()
    gossip.stop()
    await Promise.all([network.stop(), stranger.stop()])
    if (failures.length > 0) throw failures[0]
    await checkLogs(logs)
    return offences === 0 && (await logs.head(didOf(leader.publicKey))) !== null
  },
  refuses: [],
  share: 0.03
}

export const conversationTargets: Target[] = [conversation]
