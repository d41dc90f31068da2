/** What sketches and indexes have to know of the sentence model, without loading it. */
export const SENTENCE_MODEL = 4
export const SENTENCE_DIMENSIONS = 384
