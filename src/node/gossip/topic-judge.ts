/** What becomes of a message on a topic: it is checked before it is passed on, and nothing unchecked is kept. */
import type { Verdict as LogVerdict } from '../log/accept.ts'
import { parseHeader } from '../log/parse-header.ts'
import type { MessageOrigin, TopicHandler, Verdict } from '../net/network.ts'
import { InvalidBytesError } from '../schema/codec.ts'
import type { Header } from '../schema/header.ts'
import type { Clock } from '../support/clock.ts'
import { createRateLimit } from '../support/rate-limit.ts'
import type { Forks } from './forks.ts'
import { idKey } from './negentropy.ts'
import type { Origin } from './sources.ts'
import { CONTROL_TOPIC, controlKinds, holds, placeOf, type Codebook, type Shard } from './shards.ts'

/** Messages a second, and at once, that are looked at from one peer and of one publisher, and passed on of one author. */
const PEER_RATE = { rate: 100, burst: 400, keys: 1024 }
const PUBLISHER_RATE = { rate: 20, burst: 200, keys: 4096 }
const AUTHOR_RATE = { rate: 10, burst: 100, keys: 4096 }

/** How long a header that is known goes on being passed on, on the topics that it is announced on: less than gossipsub remembers a message for. */
const RECENT_MS = 60_000
const MAX_RECENT = 512

/** The first byte of a fork proof, an array of three; a header is one of twelve. */
const FORK_PROOF = 0x83

export interface TopicJudge {
  /** The handler of a shard's topic. */
  headers(topic: string, shard: Shard): TopicHandler
  /** The handler of the control topic: fork proofs, and headers of control kinds. */
  control: TopicHandler
}

export interface TopicJudgeComponents {
  clock: Clock
  codebook: Codebook
  forks: Forks
  take(bytes: Uint8Array, origin: Origin): Promise<LogVerdict>
  report(error: unknown): void
}

export interface TopicJudgeInit {
  rateLimits: boolean
  penalties: boolean
  forkProofs: boolean
}

export function createTopicJudge(
  { clock, codebook, forks, take, report }: TopicJudgeComponents,
  { rateLimits, penalties, forkProofs }: TopicJudgeInit
): TopicJudge {
  const peerMay = createRateLimit(PEER_RATE)
  const publisherMay = createRateLimit(PUBLISHER_RATE)
  const authorMay = createRateLimit(AUTHOR_RATE)
  /** when headers were passed on, by their signatures */
  const recent = new Map<string, number>()
  const reject: Verdict = penalties ? 'reject' : 'ignore'

  function remember(key: string, now: number): void {
    recent.set(key, now)
    for (const [old, at] of recent) {
      if (at > now - RECENT_MS && recent.size <= MAX_RECENT) return
      recent.delete(old)
    }
  }

  function belongs(header: Header, shard: Shard | null): boolean {
    if (shard === null) return controlKinds.has(header.kind)
    return holds(shard, placeOf(header), codebook.leafBits)
  }

  async function judgeHeader(bytes: Uint8Array, origin: Origin, shard: Shard | null): Promise<Verdict> {
    let header: Header
    try {
      header = parseHeader(bytes)
    } catch (error) {
      if (error instanceof InvalidBytesError) return reject
      throw error
    }
    if (!belongs(header, shard)) return reject
    const key = idKey(header.signature)
    const now = clock.now()
    const verdict = await take(bytes, origin)
    switch (verdict.status) {
      case 'new':
        if (rateLimits && !authorMay(verdict.stored.author, now)) return 'ignore'
        remember(key, now)
        return 'accept'
      case 'known':
        // it may have come on another of its topics first, or by an exchange with who knew it; an old one that is said again is not passed on
        if ((recent.get(key) ?? -Infinity) > now - RECENT_MS) return 'accept'
        if (header.time <= now - RECENT_MS || (rateLimits && !authorMay(verdict.author, now))) return 'ignore'
        remember(key, now)
        return 'accept'
      case 'invalid':
        return reject
      default:
        return 'ignore'
    }
  }

  async function handle(bytes: Uint8Array, { from, publisher }: MessageOrigin, topic: string, shard: Shard | null) {
    if (rateLimits && !(peerMay(from, clock.now()) && publisherMay(publisher, clock.now()))) return 'ignore'
    try {
      if (shard === null && bytes[0] === FORK_PROOF) {
        if (!forkProofs) return 'ignore'
        const verdict = await forks.judge(bytes, from)
        return verdict === 'reject' ? reject : verdict
      }
      return await judgeHeader(bytes, { from, publisher, topic }, shard)
    } catch (error) {
      report(error)
      return 'ignore'
    }
  }

  return {
    headers: (topic, shard) => (bytes, origin) => handle(bytes, origin, topic, shard),
    control: (bytes, origin) => handle(bytes, origin, CONTROL_TOPIC, null)
  }
}
