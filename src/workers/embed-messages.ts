/** What the worker that embeds texts is told, and tells. */
import type { CloseText, Purpose } from '../node/semantic/embedder.ts'

export interface EmbedRequest {
  id: number
  texts: string[]
  /** their pieces, too */
  closely: boolean
  purpose: Purpose
}

/** What was asked for is not wanted any more. */
export interface EmbedForget {
  forget: number
}

/** Vectors lie one after the other. */
export type EmbedReply =
  | { type: 'progress'; fraction: number }
  | { type: 'ready' }
  | { type: 'failed'; message: string }
  | { type: 'vectors'; id: number; vectors: Float32Array<ArrayBuffer> }
  | { type: 'closely'; id: number; texts: CloseText[] }
  | { type: 'refused'; id: number; message: string }
