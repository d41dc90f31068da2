/**
 * Who holds what: for bodies that nobody has announced just now, peers are asked which of many they hold before any is
 * asked for one. Few are wanted by the same peers, so that to ask for each by itself would be to ask mostly in vain.
 */
import { MAX_SURVEYED } from '../schema/messages.ts'
import type { Clock } from '../support/clock.ts'

export interface Sought {
  key: string
  hash: Uint8Array
  /** Peers worth asking, the best first. @param without those that did not hold it, @param rounds how many there were */
  candidates(without: ReadonlySet<string>, rounds: number): string[]
}

export interface SurveyComponents {
  clock: Clock
  random: () => number
  /** Asks a peer which of some bodies it holds. @returns for each of them; none of them when it fails */
  ask(peer: string, hashes: readonly Uint8Array[]): Promise<boolean[]>
}

export interface SurveyInit {
  /** Told of a peer that says it holds the body; it is not sought any more. */
  found(key: string, peer: string): void
  /** Told when nobody holds it who was asked, or that nobody was; it is not sought any more. */
  lost(key: string, asked: boolean): void
}

export interface Survey {
  seek(sought: Sought): void
  giveUp(key: string): void
  close(): void
}

/** What is sought within so many ms is asked for together. */
const GATHER_MS = 300
/** Of those that are sought, the ones that are looked at for a question. */
const MAX_LOOKS = 256
/** A question about fewer costs more than it saves. */
const WORTH = 3
/**
 * All are asked again, as some of them have it by then. After each round but the first some of what nobody holds is given
 * up, for others to fetch it for us: not all at once, as what is fetched for one is held for the next who asks.
 */
const ROUNDS = 4
const ROUND_PAUSE_MS = 3_000
/** How long a peer may take before the next one is asked, too. */
const PATIENCE_MS = 800

interface Seeking extends Sought {
  rounds: number
  /** peers to ask in this round; null: not thought about yet */
  left: string[] | null
  without: Set<string>
}

interface Question {
  peer: string
  about: Seeking[]
}

export function createSurvey({ clock, random, ask }: SurveyComponents, { found, lost }: SurveyInit): Survey {
  const seeking = new Map<string, Seeking>()
  let cancelTimer: (() => void) | null = null
  let running = false
  let closed = false

  function soon(ms: number): void {
    if (running || closed || cancelTimer !== null) return
    cancelTimer = clock.after(ms, () => {
      cancelTimer = null
      void run()
    })
  }

  /** The peer that most of what is sought may be with, and what that is; null: all have been asked. */
  function nextQuestion(): Question | null {
    const may = new Map<string, Seeking[]>()
    let looks = 0
    for (const one of seeking.values()) {
      if (looks++ >= MAX_LOOKS) break
      one.left ??= one.candidates(one.without, one.rounds)
      for (const peer of one.left) {
        const about = may.get(peer) ?? []
        if (about.length < MAX_SURVEYED) about.push(one)
        may.set(peer, about)
      }
    }
    let best: Question | null = null
    for (const [peer, about] of may) if (about.length > (best?.about.length ?? WORTH - 1)) best = { peer, about }
    return best
  }

  async function run(): Promise<void> {
    running = true
    const asking = new Set<Promise<void>>()
    while (!closed) {
      const question = nextQuestion()
      if (question !== null) {
        const answered: Promise<void> = put(question).finally(() => asking.delete(answered))
        asking.add(answered)
        await atMost(answered)
      } else if (asking.size > 0) {
        // what is not found with them is asked for elsewhere; what they hold is not
        await Promise.race(asking)
      } else break
    }
    running = false
    endRound()
  }

  async function put({ peer, about }: Question): Promise<void> {
    for (const one of about) one.left = one.left?.filter((other) => other !== peer) ?? null
    const holds = await ask(peer, about.map(({ hash }) => hash))
    about.forEach((one, i) => {
      if (seeking.get(one.key) !== one) return
      if (holds[i] !== true) one.without.add(peer)
      else if (seeking.delete(one.key)) found(one.key, peer)
    })
  }

  /** A peer that is silent does not keep us from asking the next one. */
  function atMost(answered: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(PATIENCE_MS, resolve)
      void answered.then(() => {
        cancel()
        resolve()
      })
    })
  }

  function endRound(): void {
    for (const one of [...seeking.values()]) {
      if (one.left === null) continue
      one.left = null
      one.rounds++
      const asked = one.without.size > 0
      if (asked && (one.rounds === 1 || random() < 1 - 1 / (ROUNDS + 1 - one.rounds))) continue
      seeking.delete(one.key)
      lost(one.key, asked)
    }
    if (seeking.size > 0) soon(ROUND_PAUSE_MS)
  }

  return {
    seek({ key, hash, candidates }) {
      if (closed || seeking.has(key)) return
      seeking.set(key, { key, hash, candidates, rounds: 0, left: null, without: new Set() })
      soon(GATHER_MS)
    },
    giveUp: (key) => void seeking.delete(key),
    close() {
      closed = true
      cancelTimer?.()
      seeking.clear()
    }
  }
}
