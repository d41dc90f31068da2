/**
 * How agents are at this moment. Ours is told, coarsely, to each peer that has introduced itself, and again when it has changed or
 * would be forgotten; what others say holds for a few minutes. Nothing of it is kept, passed on or put into a log.
 */
import type { Network } from '../net/network.ts'
import { decode, encode } from '../schema/codec.ts'
import { state as stateSchema, type State } from '../schema/declaration.ts'
import type { Clock } from '../support/clock.ts'
import { keepNewest } from '../support/keep-newest.ts'
import { createRateLimit } from '../support/rate-limit.ts'
import { INTRODUCTION_MS, type Directory } from './directory.ts'
import { table } from './table.ts'

/** What there is to say of ourselves. */
export type OwnState = Omit<State, 'kind' | 'version' | 'at'>

export interface States {
  ours(): OwnState
  /** Is told when it is another than before. */
  setOurs(state: OwnState): void
  /** What an agent has said lately; null: nothing. */
  of(agent: string): State | null
  close(): void
}

export interface StatesComponents {
  network: Network
  directory: Pick<Directory, 'identified' | 'agentOf' | 'watch' | 'agents' | 'peersOf'>
  clock: Clock
  /** 0 to 1 */
  random: () => number
  /** Somebody is otherwise than before. */
  onChange: () => void
}

/** Changes that come together are told once. */
const GATHER_MS = 1_000
const SEND_MS = 5_000
/** What is taken from one peer: it has no more to say than what changes in half a minute. */
const TAKEN_RATE = { rate: 1 / 15, burst: 4, keys: 1024 }
/** Agents whose state is known. */
const MAX_AGENTS = 1024

export const READY: OwnState = { open: true, load: 'idle', power: 'mains', metered: false }

export function createStates({ network, directory, clock, random, onChange }: StatesComponents): States {
  const { state: row } = table
  const known = new Map<string, { state: State; until: number }>()
  /** when and what each peer was told last */
  const told = new Map<string, { at: number; state: OwnState }>()
  const closing = new AbortController()
  const mayTake = createRateLimit(TAKEN_RATE)
  let ours = READY
  let due: { at: number; cancel: () => void } | null = null

  function schedule(at: number): void {
    if (closing.signal.aborted || (due !== null && due.at <= at)) return
    due?.cancel()
    due = { at, cancel: clock.after(Math.max(0, at - clock.now()), tellAll) }
  }

  /** When a peer is to be told next: now if it knows nothing, soon if that is another, or else before it forgets. */
  function dueAt(peer: string): number {
    const last = told.get(peer)
    if (last === undefined) return clock.now()
    return last.at + (isSame(last.state, ours) ? row.everyMs * (1 - random() / 4) : row.leastMs)
  }

  function tellAll(): void {
    due = null
    const peers = directory.agents().flatMap((agent) => directory.peersOf(agent).map(({ peer }) => peer))
    for (const peer of told.keys()) if (!peers.includes(peer)) told.delete(peer)
    for (const peer of peers) {
      if (dueAt(peer) <= clock.now()) void tell(peer)
    }
    const next = Math.min(...peers.map(dueAt))
    if (next < Infinity) schedule(Math.max(next, clock.now() + GATHER_MS))
  }

  async function tell(peer: string): Promise<void> {
    const said: State = { kind: 'state', ...ours, at: clock.now() }
    told.set(peer, { at: clock.now(), state: ours })
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(SEND_MS)])
    try {
      const stream = await network.open(peer, row.protocol, { ...row, signal })
      await stream.write(encode(said), { signal })
      await stream.close()
    } catch {
      // it went away, or does not speak of states: it hears the next one, if it is still there
    }
  }

  network.handle(row.protocol, row, async (stream, signal) => {
    if (!mayTake(stream.peer, clock.now())) return
    const within = AbortSignal.any([signal, AbortSignal.timeout(INTRODUCTION_MS)])
    const message = await stream.read({ signal: within })
    if (message === null) return
    const state = decode(message, stateSchema, row.maxMessageBytes)
    const agent = await directory.identified(stream.peer, within)
    known.delete(agent)
    // by our own clock: theirs may be another
    known.set(agent, { state, until: clock.now() + row.lifeMs })
    keepNewest(known, MAX_AGENTS)
    onChange()
  })

  const stopWatching = directory.watch(() => schedule(clock.now() + GATHER_MS))

  return {
    ours: () => ours,
    setOurs(state) {
      if (isSame(state, ours)) return
      ours = state
      schedule(clock.now() + GATHER_MS)
    },
    of(agent) {
      const one = known.get(agent)
      return one !== undefined && one.until > clock.now() ? one.state : null
    },
    close() {
      closing.abort(new Error('the node stops'))
      stopWatching()
      due?.cancel()
    }
  }
}

const isSame = (a: OwnState, b: OwnState): boolean =>
  a.open === b.open && a.load === b.load && a.power === b.power && a.metered === b.metered
