/** Lower numbers are models that all nodes know, and sketches name; from here on a number is whoever's who brings a model. */
export const FIRST_OWN_MODEL = 256

/**
 * What texts are embedded for, what is most urgent first: a search, at which somebody looks; what we say ourselves; all that is offered,
 * and whether others' sketches tell what they said, in turns.
 */
export type Purpose = 'search' | 'own' | 'index' | 'check'

/** Whatever turns texts into vectors that are near when the texts mean much the same. */
export interface Embedder {
  /** as sketches name it: other weights are another model */
  readonly model: number
  /** numbers of a vector, a multiple of 32 */
  readonly dimensions: number
  /** it knows other languages than English; else what is said in them is held against words and tags alone */
  readonly multilingual?: boolean
  /**
   * A vector of length 1 for each text, or of nothing but zeros for one that says nothing.
   *
   * @param purpose `search` unless it is said
   * @throws EmbedderError when the model can't be had; the signal's reason
   */
  embed(texts: readonly string[], signal?: AbortSignal, purpose?: Purpose): Promise<Float32Array[]>
  /** The same with the pieces of each, none of a text that says nothing; absent: the model can't. @throws as `embed` does */
  embedClosely?(texts: readonly string[], signal?: AbortSignal): Promise<CloseText[]>
}

/** A text's vector, and what it is made of: the directions of its word pieces, each where it stands in the text. */
export interface CloseText {
  vector: Float32Array
  /** eight-bit numbers, `CLOSE_DIMENSIONS` for each piece */
  pieces: Int8Array
  /** how much each piece says of what is asked for, together 1 */
  weights: Float32Array
}

/** The model could not be loaded or has failed. */
export class EmbedderError extends Error {
  override readonly name = 'EmbedderError'
}

/** How far a model has come. */
export type ModelState =
  /** nobody has asked for it yet */
  | { is: 'absent' }
  /** `fraction`: of its files, 0 to 1 */
  | { is: 'loading'; fraction: number }
  | { is: 'ready' }
  | { is: 'failed'; reason: string }

/** A model that is loaded when somebody wants it. Texts that it is given while it is being loaded wait. */
export interface LazyEmbedder extends Embedder {
  /** Begins to load it; after it has failed, once more. */
  load(): void
  state(): ModelState
  watch(listener: () => void): () => void
}
