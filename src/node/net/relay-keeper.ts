/**
 * Keeps a reservation on a relay: finds it, connects, reserves, and starts again whenever any of it is lost. A relay
 * that was restarted is found again, whatever its peer id is now.
 */
import type { Clock } from '../support/clock.ts'
import { delay } from '../support/wait-for.ts'
import type { RelaySource } from './relay-source.ts'

const FIND_MS = 4_000
const CONNECT_MS = 8_000
const RESERVE_MS = 8_000
const FIRST_RETRY_MS = 250
const MAX_RETRY_MS = 5_000

export interface RelayKeeperComponents {
  source: RelaySource
  clock: Clock
  /** 0 to 1 */
  random(): number
  log(format: string, ...args: unknown[]): void
  /** Connects to the relay at a multiaddr with a peer id. */
  connect(address: string, signal: AbortSignal): Promise<void>
  /** Makes a reservation, or says that there is one. */
  reserve(peer: string, signal: AbortSignal): Promise<void>
  /** Resolves when the connection or the reservation is gone. */
  lost(peer: string, signal: AbortSignal): Promise<void>
  /** Ends the connection to a relay that gives no reservation. */
  disconnect(peer: string): void
  onChange(): void
}

export interface RelayState {
  /** not yet tried, there, or away */
  state: 'starting' | 'reserved' | 'away'
  /** why it is away and what happens next, in words */
  reason: string
  /** the relay's multiaddr while it is there */
  address: string | null
}

export interface RelayKeeper {
  state(): RelayState
  start(): void
  stop(): Promise<void>
}

/** The peer id that a multiaddr ends with. */
export const relayPeer = (address: string): string => address.slice(address.lastIndexOf('/') + 1)

export function createRelayKeeper(components: RelayKeeperComponents): RelayKeeper {
  const { source, clock, random, log, connect, reserve, lost, disconnect, onChange } = components
  const stopping = new AbortController()
  const within = (ms: number): AbortSignal => AbortSignal.any([stopping.signal, AbortSignal.timeout(ms)])
  const isStopping = (): boolean => stopping.signal.aborted
  let current: RelayState = { state: 'starting', reason: '', address: null }
  let running: Promise<void> = Promise.resolve()

  function change(next: RelayState): void {
    current = next
    if (!stopping.signal.aborted) onChange()
  }

  /** One time through, until the relay is lost. @returns what went wrong, in words */
  async function keep(onReserved: () => void): Promise<string> {
    let step = `The relay at ${source.name} does not answer`
    try {
      const address = await source.find({ signal: within(FIND_MS) })
      await connect(address, within(CONNECT_MS))
      const peer = relayPeer(address)
      step = `The relay at ${source.name} has no place for us`
      try {
        await reserve(peer, within(RESERVE_MS))
      } catch (error) {
        disconnect(peer)
        throw error
      }
      onReserved()
      change({ state: 'reserved', reason: '', address })
      await lost(peer, stopping.signal)
      return `The connection to the relay at ${source.name} was lost`
    } catch (error) {
      if (!stopping.signal.aborted) log('relay %s: %e', source.name, error)
      return step
    }
  }

  async function run(): Promise<void> {
    let failures = 0
    while (!isStopping()) {
      const problem = await keep(() => {
        failures = 0
      })
      if (isStopping()) return
      const most = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** failures)
      const pause = most * (0.5 + random() / 2)
      failures += 1
      const seconds = Math.max(1, Math.round(pause / 1000))
      change({ state: 'away', reason: `${problem}; trying again in ${seconds} s.`, address: null })
      await delay(pause, stopping.signal, clock).catch(() => {})
    }
  }

  return {
    state: () => current,
    start() {
      running = run()
    },
    async stop() {
      stopping.abort(new Error('the network stops'))
      await running
    }
  }
}
