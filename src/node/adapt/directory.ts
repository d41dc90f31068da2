/**
 * Which agents can be spoken to at this moment, and through which of their peers. Each peer shows, when it
 * connects, the certificate by which an agent's key vouches for it; without one it is nobody.
 */
import type { FramedStream, Network, PeerConnection } from '../net/network.ts'
import { InvalidBytesError } from '../schema/codec.ts'
import type { Hello } from '../schema/messages.ts'
import { createEmitter } from '../support/emitter.ts'
import { createRateLimit } from '../support/rate-limit.ts'
import { delay, waitFor } from '../support/wait-for.ts'
import { readCard, type Card, type Certifier } from './card.ts'
import { table } from './table.ts'

export type Reach = 'direct' | 'relayed' | 'away'

export interface Directory {
  agentOf(peer: string): string | undefined
  /** The agent's connected peers, direct ones first. */
  peersOf(agent: string): PeerConnection[]
  /** Agents that have a connected peer. */
  agents(): string[]
  reach(agent: string): Reach
  /** Resolves as soon as the agent has a connected peer. @throws the signal's reason */
  reachable(agent: string, signal: AbortSignal): Promise<void>
  /** Resolves to the agent behind a peer as soon as it has introduced itself. @throws the signal's reason */
  identified(peer: string, signal: AbortSignal): Promise<string>
  /** Called when an agent comes, goes, or is reached in another way. */
  watch(listener: (agent: string) => void): () => void
  close(): void
}

export interface DirectoryComponents {
  network: Network
  certifier: Pick<Certifier, 'verify'>
  /** what we show of ourselves */
  card: Pick<Card, 'fresh'>
  now: () => number
  /** A peer's hello has been checked. */
  onHello?: (agent: string, said: Hello) => void
}

/** How long a peer that comes with something may take to say whom it speaks for. */
export const INTRODUCTION_MS = 10_000

/** Whoever has the higher peer id waits this long to be greeted before greeting by itself. */
const GREETING_TURN_MS = 3000
const GREETING_TIMEOUT_MS = 10_000
const GREETING_PAUSES_MS = [1000, 5000, 30_000]

/** Introductions that are looked at from one peer. */
const HELLO_RATE = { rate: 0.2, burst: 10, keys: 1024 }
/** Peers whose agent is known; a peer's hello may come before its connection is told of. */
const MAX_PEERS = 1024

const BAD_HELLO_POINTS = 20

export function createDirectory({ network, certifier, card, now, onHello }: DirectoryComponents): Directory {
  const connections = new Map<string, PeerConnection>()
  const agents = new Map<string, string>()
  /** greetings that are under way, by peer; they end with the connection */
  const greetings = new Map<string, AbortController>()
  const { on, emit } = createEmitter<{ agent: string }>()
  const may = createRateLimit(HELLO_RATE)
  const closing = new AbortController()

  function learn(peer: string, agent: string): void {
    const before = agents.get(peer)
    if (before === agent) return
    agents.set(peer, agent)
    if (agents.size > MAX_PEERS) {
      const gone = [...agents.keys()].find((one) => !connections.has(one))
      if (gone !== undefined) agents.delete(gone)
    }
    if (before !== undefined) emit('agent', before)
    emit('agent', agent)
  }

  async function readTheirs(stream: FramedStream, signal: AbortSignal): Promise<void> {
    const message = await stream.read({ signal })
    if (message === null) throw new InvalidBytesError('expected a hello, got the end of the stream')
    const { agent, said } = await readCard(message, stream.peer, certifier)
    onHello?.(agent, said)
    network.shown(stream.peer, message)
    learn(stream.peer, agent)
  }

  async function greetOnce(peer: string, over: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([over, AbortSignal.timeout(GREETING_TIMEOUT_MS)])
    const stream = await network.open(peer, table.introduction.protocol, { ...table.introduction, signal })
    try {
      await stream.write(await card.fresh(), { signal })
      await readTheirs(stream, signal)
    } finally {
      await stream.close()
    }
  }

  async function greet(peer: string, over: AbortSignal): Promise<void> {
    if (network.peer > peer) await delay(GREETING_TURN_MS, over)
    for (const pause of GREETING_PAUSES_MS) {
      if (agents.has(peer)) return
      try {
        await greetOnce(peer, over)
        return
      } catch (error) {
        if (isOffence(error)) {
          network.penalise(peer, `its hello: ${error.message}`, BAD_HELLO_POINTS)
          return
        }
        // it went away or is slow: the next try, or its own greeting, will do
      }
      await delay(pause, over)
    }
  }

  function startGreeting(peer: string): void {
    const greeting = new AbortController()
    greetings.set(peer, greeting)
    greet(peer, AbortSignal.any([closing.signal, greeting.signal]))
      .catch(() => undefined) // only that we stop, or that it went away, gets out of it
      .finally(() => {
        if (greetings.get(peer) === greeting) greetings.delete(peer)
      })
  }

  network.handle(table.introduction.protocol, table.introduction, async (stream, signal) => {
    if (!may(stream.peer, now())) throw new InvalidBytesError('expected fewer introductions')
    const within = AbortSignal.any([signal, AbortSignal.timeout(GREETING_TIMEOUT_MS)])
    try {
      await readTheirs(stream, within)
    } catch (error) {
      // bytes that are no hello are held against the peer by the network
      if (isOffence(error) && !(error instanceof InvalidBytesError)) {
        network.penalise(stream.peer, `its hello: ${error.message}`, BAD_HELLO_POINTS)
      }
      throw error
    }
    await stream.write(await card.fresh(), { signal: within })
  })

  const stopConnect = network.on('connect', (connection) => {
    const { peer } = connection
    connections.set(peer, connection)
    const agent = agents.get(peer)
    if (agent !== undefined) emit('agent', agent)
    else if (!greetings.has(peer)) startGreeting(peer)
  })

  const stopDisconnect = network.on('disconnect', ({ peer }) => {
    const agent = agents.get(peer)
    greetings.get(peer)?.abort(new Error('it went away'))
    greetings.delete(peer)
    connections.delete(peer)
    agents.delete(peer)
    if (agent !== undefined) emit('agent', agent)
  })

  function peersOf(agent: string): PeerConnection[] {
    const found: PeerConnection[] = []
    for (const [peer, behind] of agents) {
      const connection = connections.get(peer)
      if (behind === agent && connection !== undefined) found.push(connection)
    }
    return found.sort((a, b) => Number(b.direct) - Number(a.direct))
  }

  const watch = (listener: (agent: string) => void) => on('agent', listener)

  return {
    agentOf: (peer) => agents.get(peer),
    peersOf,
    agents: () => [...new Set([...agents].flatMap(([peer, agent]) => (connections.has(peer) ? agent : [])))],
    reach(agent) {
      const best = peersOf(agent)[0]
      return best === undefined ? 'away' : best.direct ? 'direct' : 'relayed'
    },
    async reachable(agent, signal) {
      await waitFor(watch, () => peersOf(agent)[0], signal)
    },
    identified: (peer, signal) => waitFor(watch, () => agents.get(peer), signal),
    watch,
    close() {
      closing.abort(new Error('the node stops'))
      stopConnect()
      stopDisconnect()
    }
  }
}

/** Whether this is the other peer's fault: not a hello, or a certificate that proves nothing. */
function isOffence(error: unknown): error is Error {
  return error instanceof InvalidBytesError || (error instanceof Error && error.name === 'CertificateError')
}
