/** What the worker that embeds texts is told, and tells. */

export interface EmbedRequest {
  id: number
  texts: string[]
}

/** Vectors lie one after the other. */
export type EmbedReply =
  | { type: 'progress'; fraction: number }
  | { type: 'ready' }
  | { type: 'failed'; message: string }
  | { type: 'vectors'; id: number; vectors: Float32Array<ArrayBuffer> }
  | { type: 'refused'; id: number; message: string }
