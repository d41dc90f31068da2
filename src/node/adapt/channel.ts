/**
 * A contract's control channel: typed, ordered messages with one other agent. What comes in that is not such
 * a message ends the channel and is held against the peer.
 */
import type { FramedStream, Network } from '../net/network.ts'
import { InvalidBytesError, decode, encode } from '../schema/codec.ts'
import { MAX_CONTROL_BYTES, followerMessage, leaderMessage, type FollowerMessage, type LeaderMessage } from '../schema/messages.ts'
import type * as z from 'zod/mini'
import { INTRODUCTION_MS, type Directory } from './directory.ts'
import { table } from './table.ts'

export interface Channel<Incoming, Outgoing> {
  /** did:key of the agent at the other end */
  readonly agent: string
  send(message: Outgoing, signal: AbortSignal): Promise<void>
  /** The next message, or null when the other end has closed. */
  receive(signal: AbortSignal): Promise<Incoming | null>
  close(): Promise<void>
}

export type LeaderChannel = Channel<FollowerMessage, LeaderMessage>
export type FollowerChannel = Channel<LeaderMessage, FollowerMessage>

export interface ChannelComponents {
  network: Network
  directory: Pick<Directory, 'identified' | 'peersOf'>
}

/** Opens a channel to an agent that can be reached. @throws when it can't be, and the signal's reason */
export async function openChannel({ network, directory }: ChannelComponents, agent: string, signal: AbortSignal): Promise<LeaderChannel> {
  const [peer] = directory.peersOf(agent)
  if (peer === undefined) throw new Error('the other agent went away')
  const stream = await network.open(peer.peer, table.control.protocol, { ...table.control, signal })
  return createChannel({ network, stream, agent }, followerMessage)
}

/** Answers agents that open one to us; the channel is closed when the handler returns. */
export function answerChannels(
  { network, directory }: ChannelComponents,
  handler: (channel: FollowerChannel, signal: AbortSignal) => Promise<void>
): void {
  network.handle(table.control.protocol, table.control, async (stream, signal) => {
    const introduction = AbortSignal.any([signal, AbortSignal.timeout(INTRODUCTION_MS)])
    const agent = await directory.identified(stream.peer, introduction)
    await handler(createChannel({ network, stream, agent }, leaderMessage), signal)
  })
}

export function createChannel<Incoming, Outgoing>(
  { network, stream, agent }: { network: Network; stream: FramedStream; agent: string },
  incoming: z.ZodMiniType<Incoming>
): Channel<Incoming, Outgoing> {
  return {
    agent,
    send: (message, signal) => stream.write(encode(message), { signal }),
    async receive(signal) {
      const bytes = await stream.read({ signal })
      if (bytes === null) return null
      try {
        return decode(bytes, incoming, MAX_CONTROL_BYTES)
      } catch (error) {
        if (error instanceof InvalidBytesError) {
          network.penalise(stream.peer, `its message on a contract: ${error.message}`, 20)
          stream.abort(error)
        }
        throw error
      }
    },
    close: () => stream.close()
  }
}
