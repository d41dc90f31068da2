/** For tests: logs in memory, and logs of others that were written elsewhere. */
import { agentKey, generateKeyPair, type AgentKey } from '../../crypto/keys.ts'
import { createMemoryStore } from '../../store/memory.ts'
import type { Store } from '../../store/store.ts'
import { systemClock, type Clock } from '../../support/clock.ts'
import { encodeHeader, headerHash, signHeader, type HeaderFields } from '../header.ts'
import { createLogs, type Entry, type Logs, type LogsInit } from '../log.ts'
import { namedBy } from '../links.ts'
import { skipTarget } from '../skip-link.ts'

export const NOW = 1_750_000_000_000

export const intention = (goal: string) => ({ kind: 'intention', goal, tags: [] })

export const newKey = async (): Promise<AgentKey> => agentKey(await generateKeyPair())

/** A clock that stands where it is put. */
export function standingClock(now = NOW): Clock & { set(to: number): void } {
  return {
    ...systemClock,
    now: () => now,
    set(to) {
      now = to
    }
  }
}

export function newLogs(init: LogsInit = {}, store: Store = createMemoryStore(), clock: Clock = standingClock()): Logs {
  return createLogs({ store, clock }, init)
}

/** A log of `length` entries by another agent, elsewhere. */
export async function foreignLog(length: number, author: AgentKey): Promise<Entry[]> {
  const logs = newLogs()
  const entries: Entry[] = []
  for (let i = 1; i <= length; i++) entries.push(await logs.append(author, 'intention', intention(`goal ${i}`)))
  return entries
}

/** A header that nobody has appended, signed all the same. Its links name nothing unless told. */
export async function forge(author: AgentKey, fields: Partial<HeaderFields> = {}): Promise<Uint8Array> {
  const { seq = 1 } = fields
  const nothing = new Uint8Array(32).fill(7)
  const base: HeaderFields = {
    seq,
    previous: seq === 1 ? null : nothing,
    skip: skipTarget(seq) === seq - 1 ? null : nothing,
    kind: 'intention',
    bodyHash: new Uint8Array(32).fill(1),
    bodySize: 10,
    time: NOW,
    expiry: null,
    sketch: null
  }
  return encodeHeader(await signHeader(author, { ...base, ...fields }))
}

/** A header that could follow these in their log, with something else in it than the one that does. */
export async function branch(author: AgentKey, entries: Entry[], fields: Partial<HeaderFields> = {}): Promise<Uint8Array> {
  const seq = entries.length + 1
  const hashOf = (at: number) => entries[at - 1]?.hash ?? null
  const target = skipTarget(seq)
  return forge(author, {
    seq,
    previous: hashOf(seq - 1),
    skip: target === seq - 1 ? null : hashOf(target),
    ...fields
  })
}

/** Sequence numbers of entries that don't name one another, so that `forge` can make them without a fork. */
export function apart(count: number): number[] {
  const found: number[] = []
  for (let seq = 2; found.length < count; seq++) if (!namedBy(seq).some((named) => found.includes(named))) found.push(seq)
  return found
}

/** That what is held of a log is what it should be: each header hashed and linked rightly, and the head says what there is. */
export async function held(logs: Logs, author: string): Promise<number[]> {
  const stored = await logs.headers(author)
  const hashes = new Map<number, string>()
  for (const { header, hash, bytes } of stored) {
    const hex = Buffer.from(hash).toString('hex')
    if (Buffer.from(await headerHash(bytes)).toString('hex') !== hex) throw new Error(`entry ${header.seq}: wrong hash`)
    hashes.set(header.seq, hex)
    for (const [link, to] of [
      [header.previous, header.seq - 1],
      [header.skip, skipTarget(header.seq)]
    ] as const) {
      const named = hashes.get(to)
      if (link !== null && named !== undefined && named !== Buffer.from(link).toString('hex')) {
        throw new Error(`entry ${header.seq} names another entry ${to}`)
      }
    }
  }
  const head = await logs.head(author)
  const last = stored.at(-1)
  if (head?.seq !== last?.header.seq || (head?.count ?? 0) !== stored.length) throw new Error('wrong head')
  return stored.map(({ header }) => header.seq)
}

export function at<T>(items: ArrayLike<T | undefined>, index: number): T {
  const item = items[index]
  if (item === undefined) throw new RangeError(`expected an item at ${index}`)
  return item
}
