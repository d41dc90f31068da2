/**
 * Which agents can be spoken to at this moment, and through which of their peers. Each peer shows, when it
 * connects, the certificate by which an agent's key vouches for it; without one it is nobody.
 */
import type { FramedStream, Network, PeerConnection } from '../net/network.ts'
import { decode, encode, InvalidBytesError } from '../schema/codec.ts'
import { MAX_HELLO_BYTES, hello } from '../schema/messages.ts'
import { waitFor } from '../wait-for.ts'
import { table } from './table.ts'

export type Reach = 'direct' | 'relayed' | 'away'

/** Issues our peer's certificate and checks those of others: see `identity/certificate.ts`. */
export interface Certifier {
  issue(peer: string): Promise<Uint8Array>
  /** @throws when the certificate does not prove that an agent stands behind this peer */
  verify(certificate: Uint8Array, peer: string): Promise<{ agent: string }>
}

export interface Directory {
  agentOf(peer: string): string | undefined
  /** The agent's connected peers, direct ones first. */
  peersOf(agent: string): PeerConnection[]
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

/** Whoever has the higher peer id waits this long to be greeted before greeting by itself. */
const GREETING_TURN_MS = 3000
const GREETING_TIMEOUT_MS = 10_000
const GREETING_TRIES = 3

export function createDirectory({ network, certifier }: { network: Network; certifier: Certifier }): Directory {
  const connections = new Map<string, PeerConnection>()
  const agents = new Map<string, string>()
  const listeners = new Set<(agent: string) => void>()
  const closing = new AbortController()
  const timers = new Set<ReturnType<typeof setTimeout>>()

  const notify = (agent: string) => {
    for (const listener of [...listeners]) listener(agent)
  }

  function learn(peer: string, agent: string): void {
    if (agents.get(peer) === agent) return
    agents.set(peer, agent)
    notify(agent)
  }

  async function ours(): Promise<Uint8Array> {
    return encode({ version: 1, certificate: await certifier.issue(network.peer) })
  }

  async function readTheirs(stream: FramedStream, signal: AbortSignal): Promise<void> {
    const message = await stream.read({ signal })
    if (message === null) throw new InvalidBytesError('expected a hello, got the end of the stream')
    const { certificate } = decode(message, hello, MAX_HELLO_BYTES)
    learn(stream.peer, (await certifier.verify(certificate, stream.peer)).agent)
  }

  async function greet(peer: string): Promise<void> {
    for (let tries = 0; tries < GREETING_TRIES; tries++) {
      if (agents.has(peer) || !connections.has(peer) || closing.signal.aborted) return
      const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(GREETING_TIMEOUT_MS)])
      try {
        const stream = await network.open(peer, table.introduction.protocol, { ...table.introduction, signal })
        try {
          await stream.write(await ours(), { signal })
          await readTheirs(stream, signal)
        } finally {
          await stream.close()
        }
      } catch (error) {
        if (error instanceof InvalidBytesError || (error as Error).name === 'CertificateError') {
          network.penalise(peer, `its hello: ${(error as Error).message}`, 20)
          return
        }
        // it went away or is slow: the next try, or its own greeting, will do
      }
    }
  }

  network.handle(table.introduction.protocol, table.introduction, async (stream, signal) => {
    const within = AbortSignal.any([signal, AbortSignal.timeout(GREETING_TIMEOUT_MS)])
    try {
      await readTheirs(stream, within)
    } catch (error) {
      network.penalise(stream.peer, `its hello: ${(error as Error).message}`, 20)
      throw error
    }
    await stream.write(await ours(), { signal: within })
  })

  const stopConnect = network.on('connect', (connection) => {
    connections.set(connection.peer, connection)
    const agent = agents.get(connection.peer)
    if (agent !== undefined) {
      notify(agent)
    } else if (network.peer < connection.peer) {
      void greet(connection.peer)
    } else {
      const timer = setTimeout(() => {
        timers.delete(timer)
        void greet(connection.peer)
      }, GREETING_TURN_MS)
      timers.add(timer)
    }
  })

  const stopDisconnect = network.on('disconnect', ({ peer }) => {
    const agent = agents.get(peer)
    connections.delete(peer)
    agents.delete(peer)
    if (agent !== undefined) notify(agent)
  })

  function peersOf(agent: string): PeerConnection[] {
    const found: PeerConnection[] = []
    for (const [peer, behind] of agents) {
      const connection = connections.get(peer)
      if (behind === agent && connection !== undefined) found.push(connection)
    }
    return found.sort((a, b) => Number(b.direct) - Number(a.direct))
  }

  function watch(listener: (agent: string) => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  return {
    agentOf: (peer) => agents.get(peer),
    peersOf,
    agents: () => [...new Set(agents.values())],
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
      for (const timer of timers) clearTimeout(timer)
      stopConnect()
      stopDisconnect()
      listeners.clear()
    }
  }
}
