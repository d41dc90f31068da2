/**
 * Files and results between a contract's parties: asked for by hash, sent in pieces on a stream of its own,
 * resumed where it broke off, believed only when the hash is right.
 */
import { digest, toHex } from '../crypto/hash.ts'
import type { FramedStream, Network } from '../net/network.ts'
import { InvalidBytesError, decode, encode } from '../schema/codec.ts'
import {
  DATA_PIECE_BYTES,
  MAX_DATA_REPLY_BYTES,
  MAX_DATA_REQUEST_BYTES,
  dataReply,
  dataRequest
} from '../schema/messages.ts'
import { createMemoryLocks, type Locks } from '../store/locks.ts'
import { delay } from '../support/wait-for.ts'
import { INTRODUCTION_MS, type Directory } from './directory.ts'
import { table } from './table.ts'

/** Whether and what we give: bytes for an agent under a contract, or null. */
export type Giver = (agent: string, contract: string, hash: string) => Promise<Uint8Array | null>

/** The other side does not have it, or won't give it, or gave something else. */
export class DataUnavailableError extends Error {
  override readonly name = 'DataUnavailableError'
}

const IDLE_MS = 20_000
const TRIES = 4
const PAUSE_MS = 100
const BAD_DATA_POINTS = 20

export interface DataComponents {
  network: Network
  directory: Pick<Directory, 'identified' | 'reachable' | 'peersOf'>
}

/** Answers requests for data, as `give` decides. */
export function serveData({ network, directory }: DataComponents, give: Giver): void {
  network.handle(table.data.protocol, table.data, async (stream, signal) => {
    const idle = () => AbortSignal.any([signal, AbortSignal.timeout(IDLE_MS)])
    const bytes = await stream.read({ signal: idle() })
    if (bytes === null) return
    const request = decode(bytes, dataRequest, MAX_DATA_REQUEST_BYTES)
    // it may know already who we are, and its own hello be on its way
    const introduction = AbortSignal.any([signal, AbortSignal.timeout(INTRODUCTION_MS)])
    const agent = await directory.identified(stream.peer, introduction)
    const data = await give(agent, request.contract, request.hash)
    if (data === null || request.offset > data.length) {
      await stream.write(encode({ piece: null }), { signal: idle() })
      return
    }
    for (let at = request.offset; at < data.length; at += DATA_PIECE_BYTES) {
      await stream.write(encode({ piece: data.slice(at, at + DATA_PIECE_BYTES) }), { signal: idle() })
    }
  })
}

/** Who takes data from whom at the moment, by peer. */
const turns = new WeakMap<Network, Locks>()

/**
 * Runs `take` when nothing else comes from this peer: each stream has as much on its way as its credit allows, and what the peer
 * says on control waits behind all of that. Several at once bring nothing sooner.
 *
 * @throws the signal's reason when it is aborted before
 */
function inTurn(network: Network, peer: string, take: () => Promise<void>, signal: AbortSignal): Promise<void> {
  const locks = turns.get(network) ?? createMemoryLocks()
  turns.set(network, locks)
  return locks.hold(peer, take, { signal })
}

/**
 * Fetches data of a known hash and size from an agent, waiting while it can't be reached, and while other data comes from it.
 *
 * @throws DataUnavailableError when none of the agent's peers gives it, or one gives other bytes; other errors
 * when the connection broke too often: then it is worth trying again
 */
export async function fetchData(
  { network, directory }: DataComponents,
  agent: string,
  wanted: { contract: string; hash: string; size: number },
  signal: AbortSignal
): Promise<Uint8Array> {
  const incoming = { data: new Uint8Array(wanted.size), at: 0 }
  let failure = new Error('the connection broke while data came in')
  for (let tries = 0; tries < TRIES && incoming.at < wanted.size; tries++) {
    // another of the agent's tabs may have it, and what was just kept may reach that tab a moment later
    if (tries > 0) await delay(PAUSE_MS * tries, signal)
    await directory.reachable(agent, signal)
    const peers = directory.peersOf(agent)
    const peer = peers[tries % peers.length]?.peer
    if (peer === undefined) continue
    try {
      await inTurn(network, peer, () => fetchOnce(network, peer, wanted, incoming, signal), signal)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof InvalidBytesError) {
        network.penalise(peer, `the data of a contract: ${error.message}`, BAD_DATA_POINTS)
        throw new DataUnavailableError(`what came is not what was promised: ${error.message}`, { cause: error })
      }
      failure = error instanceof Error ? error : new Error(String(error))
    }
  }
  if (incoming.at < wanted.size) throw failure
  if (toHex(await digest(incoming.data)) !== wanted.hash) {
    throw new DataUnavailableError('what came is not what was promised: its hash is another')
  }
  return incoming.data
}

/** Fills `incoming` as far as one stream goes; what has come stays when it breaks. */
async function fetchOnce(
  network: Network,
  peer: string,
  { contract, hash }: { contract: string; hash: string },
  incoming: { data: Uint8Array; at: number },
  signal: AbortSignal
): Promise<void> {
  const idle = () => AbortSignal.any([signal, AbortSignal.timeout(IDLE_MS)])
  const stream = await network.open(peer, table.data.protocol, { ...table.data, signal: idle() })
  try {
    await stream.write(encode({ contract, hash, offset: incoming.at }), { signal: idle() })
    await readPieces(stream, incoming, idle)
    await stream.close()
  } catch (error) {
    stream.abort(error instanceof Error ? error : new Error(String(error)))
    throw error
  }
}

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
    // full pieces, so that nobody makes them last by sending a byte at a time
    const size = Math.min(DATA_PIECE_BYTES, incoming.data.length - incoming.at)
    if (piece.length !== size) throw new InvalidBytesError(`expected a piece of ${size} bytes, got ${piece.length}`)
    incoming.data.set(piece, incoming.at)
    incoming.at += piece.length
  }
}
