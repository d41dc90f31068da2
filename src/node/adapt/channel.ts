/**
 * A contract's control channel: typed, ordered messages with one other agent. What comes in that is not such
 * a message ends the channel and is held against the peer.
 */
import type { FramedStream, Network } from '../net/network.ts'
import { InvalidBytesError, decode, encode } from '../schema/codec.ts'
import { MAX_CONTROL_BYTES } from '../schema/messages.ts'
import type * as z from 'zod/mini'

export interface Channel<Incoming, Outgoing> {
  /** did:key of the agent at the other end */
  readonly agent: string
  send(message: Outgoing, signal: AbortSignal): Promise<void>
  /** The next message, or null when the other end has closed. */
  receive(signal: AbortSignal): Promise<Incoming | null>
  close(): Promise<void>
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
