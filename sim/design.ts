/** The numbers of the design that the reduced model needs; `reduced.test.ts` holds the outcome to the real code's. */
import { SIM_MODEL } from './codebook.ts'
import { framed, streamOpen, STREAM_END } from './wire.ts'

/** A header with a sketch of one leaf, as the code makes it. */
export const HEADER_BYTES = 245
export const FORK_PROOF_BYTES = 590
export const BODY_REQUEST_BYTES = 55
/** How long a stream stays open on which nothing is asked for. */
export const STREAM_IDLE_MS = 5000
export const PIECE_OVERHEAD = 16
/** Between two exchanges that nothing calls for, on average. */
export const PERIOD_MS = 60_000
/** Pauses before all are asked again for a body that nobody had. */
export const ROUND_PAUSES_MS = [250, 1000, 5000, 10_000, 30_000]
/** How long a peer that fetches a body itself lets those wait who ask it. */
export const SERVE_WAIT_MS = 2000
/** `NEAR_BITS` of `adapt/interests.ts`. */
export const WISH_BITS = 96

export const CONTROL = 'starling/1/control'
export const FLOOD_TOPIC = 'starling/1/flood'
export const bodyProtocol = '/starling/body/1.0.0'
export const reconcileProtocol = '/starling/reconcile/1.0.0'

/** The one topic of a mode without shards. */
export const topicOfAll = (mode: 'flood' | 'headers'): string =>
  mode === 'flood' ? FLOOD_TOPIC : `starling/1/meaning/${SIM_MODEL}/-`

/** What an exchange costs each side beside the headers it gives: the stream, and what finds out the difference. */
export function reconcileBytes(difference: number): [there: number, back: number] {
  const frames = framed(330) + Math.ceil(difference / 8) * 330 + difference * 36
  const { there, back } = streamOpen
  return [there(reconcileProtocol) + frames + STREAM_END, back(reconcileProtocol) + frames + STREAM_END]
}
