/**
 * Files and results between a contract's parties: asked for by hash, sent in pieces on a stream of its own,
 * resumed where it broke off, believed only when the hash is right.
 */
import { digest, toHex } from '../crypto/hash.ts'
import type { FramedStream, Network } from '../net/network.ts'
import { decode, encode } from '../schema/codec.ts'
import {
  DATA_PIECE_BYTES,
  MAX_DATA_REPLY_BYTES,
  MAX_DATA_REQUEST_BYTES,
  dataReply,
  dataRequest
} from '../schema/messages.ts'
import type { Directory } from './directory.ts'
import { table } from './table.ts'

/** Whether and what we give: bytes for an agent under a contract, or null. */
export type Giver = (agent: string, contract: string, hash: string) => Promise<Uint8Array | null>

/** The other side does not have it, or won't give it, or gave something else. */
export class DataUnavailableError extends Error {
  override readonly name = 'DataUnavailableError'
}

const IDLE_MS = 20_000
const TRIES = 4

export interface DataComponents {
  network: Network
  directory: Directory
}

/** Answers requests for data, as `give` decides. */
export function serveData({ network, directory }: DataComponents, give: Giver): void {
  network.handle(table.data.protocol, table.data, async (stream, signal) => {
    const bytes = await stream.read({ signal: AbortSignal.any([signal, AbortSignal.timeout(IDLE_MS)]) })
    if (bytes === null) return
    const request = decode(bytes, dataRequest, MAX_DATA_REQUEST_BYTES)
    const agent = directory.agentOf(stream.peer)
    const data = agent === undefined ? null : await give(agent, request.contract, request.hash)
    if (data === null || request.offset > data.length) {
      await stream.write(encode({ piece: null }), { signal: AbortSignal.any([signal, AbortSignal.timeout(IDLE_MS)]) })
      return
    }
    for (let at = request.offset; at < data.length; at += DATA_PIECE_BYTES) {
      const piece = data.slice(at, at + DATA_PIECE_BYTES)
      await stream.write(encode({ piece }), { signal: AbortSignal.any([signal, AbortSignal.timeout(IDLE_MS)]) })
    }
  })
}

/**
 * Fetches data of a known hash and size from an agent that can be reached.
 *
 * @throws DataUnavailableError when the agent won't give it or gives other bytes; other errors when the
 * connection broke too often: then it is worth trying again
 */
export async function fetchData(
  { network, directory }: DataComponents,
  agent: string,
  wanted: { contract: string; hash: string; size: number },
  signal: AbortSignal
): Promise<Uint8Array> {
  const incoming = { data: new Uint8Array(wanted.size), at: 0 }
  let failure: unknown
  for (let tries = 0; tries < TRIES && incoming.at < wanted.size; tries++) {
    const peers = directory.peersOf(agent)
    const peer = peers[tries % Math.max(1, peers.length)]
    if (peer === undefined) throw new Error('the other agent went away')
    try {
      const idle = () => AbortSignal.any([signal, AbortSignal.timeout(IDLE_MS)])
      const stream = await network.open(peer.peer, table.data.protocol, { ...table.data, signal: idle() })
      try {
        await stream.write(encode({ contract: wanted.contract, hash: wanted.hash, offset: incoming.at }), { signal: idle() })
        await readPieces(stream, incoming, idle)
      } finally {
        await stream.close()
      }
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof DataUnavailableError) throw error
      failure = error
    }
  }
  if (incoming.at < wanted.size) throw failure ?? new Error('the connection broke while data came in')
  if (toHex(await digest(incoming.data)) !== wanted.hash) {
    throw new DataUnavailableError('what came is not what was promised: its hash is another')
  }
  return incoming.data
}

/** Fills `incoming` as far as the stream goes; what has come stays when the stream breaks. */
async function readPieces(
  stream: FramedStream,
  incoming: { data: Uint8Array; at: number },
  idle: () => AbortSignal
): Promise<void> {
  while (incoming.at < incoming.data.length) {
    const message = await stream.read({ signal: idle() })
    if (message === null) return
    const { piece } = decode(message, dataReply, MAX_DATA_REPLY_BYTES)
    if (piece === null) throw new DataUnavailableError('the other agent does not have it any more')
    if (piece.length === 0 || incoming.at + piece.length > incoming.data.length) {
      throw new DataUnavailableError('what came is not what was promised: its size is another')
    }
    incoming.data.set(piece, incoming.at)
    incoming.at += piece.length
  }
}
