/** What sketches and indexes have to know of the sentence model, without loading it. */
export const SENTENCE_MODEL = 6
export const SENTENCE_DIMENSIONS = 384
/** Numbers of a word piece, where texts are looked at closely. */
export const CLOSE_DIMENSIONS = 64
