/**
 * Sentence embeddings: all-MiniLM-L6-v2 and what it has learned besides, run by TensorFlow.js in WebAssembly. To be loaded where it does not hold up anything else:
 * in a browser's worker, or in a program of its own.
 */
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { loadGraphModel } from '@tensorflow/tfjs-converter'
import { dispose, env, ready, setBackend, tensor2d, type Tensor, type io } from '@tensorflow/tfjs-core'
import { digest, toHex } from '../../crypto/hash.ts'
import { EmbedderError, type CloseText, type Embedder } from '../embedder.ts'
import { STATES, createCloseMap } from './close.ts'
import { ALL_FILES, TOKENIZER, TOPOLOGY, WEIGHTS, type ModelFile } from './files.ts'
import lora from './lora.json' with { type: 'json' }
import { withLora } from './lora.ts'
import { SENTENCE_DIMENSIONS, SENTENCE_MODEL } from './model.ts'
import { createWordPieces, type Vocabulary } from './word-pieces.ts'

/** Pieces of a text that are looked at, which is what the model was trained with: attention takes the square of them in time. */
const MAX_PIECES = 256
/** The node of the graph that has the texts' vectors. */
const VECTORS = 'Identity'
/** Texts that are embedded at once: more take no less time each. */
const MAX_BATCH = 8

export interface SentenceEncoderInit {
  /** Gives a file of the model, and tells as it comes how many of its bytes are there. Whether it is the right one is checked here. */
  read(file: ModelFile, onBytes: (there: number) => void): Promise<Uint8Array<ArrayBuffer>>
  /** where TensorFlow's WebAssembly is: a folder, or an address for each of its files */
  wasm: string | Record<string, string>
  /** Told of the share of the files that is there. */
  onProgress?(fraction: number): void
}

/** The sentence model can look closely. */
export type SentenceEncoder = Required<Pick<Embedder, 'embedClosely'>> & Embedder

/** What `model.json` holds: TensorFlow.js checks it. */
interface Topology {
  modelTopology: object
  weightsManifest: Array<{ weights: io.WeightsManifestEntry[] }>
}

/** @throws EmbedderError when a file is not what it should be, or there is no WebAssembly */
export async function loadSentenceEncoder({ read, wasm, onProgress }: SentenceEncoderInit): Promise<SentenceEncoder> {
  const size = ALL_FILES.reduce((sum, { bytes }) => sum + bytes, 0)
  const there = new Map<ModelFile, number>()

  function progress(file: ModelFile, bytes: number): void {
    there.set(file, Math.min(bytes, file.bytes))
    onProgress?.([...there.values()].reduce((sum, bytes) => sum + bytes, 0) / size)
  }

  async function get(file: ModelFile): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await read(file, (count) => progress(file, count))
    if (bytes.length !== file.bytes || toHex(await digest(bytes)) !== file.sha256) {
      throw new EmbedderError(`expected ${file.name} of the sentence model, got another file`)
    }
    progress(file, file.bytes)
    return bytes
  }

  const [topology, tokenizer, weights] = await Promise.all([get(TOPOLOGY), get(TOKENIZER), get(WEIGHTS)])
  // they are the very files, by their hashes
  const { modelTopology, weightsManifest } = json(topology) as Topology
  const pieces = createWordPieces((json(tokenizer) as { model: { vocab: Vocabulary } }).model.vocab)
  // threads would be workers made of text, which the content security policy forbids
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
  setWasmPaths(wasm)
  if (!(await setBackend('wasm'))) throw new EmbedderError('expected WebAssembly for the sentence model')
  await ready()
  const { specs, data } = withLora({ specs: weightsManifest.flatMap(({ weights }) => weights), data: weights }, lora)
  const model = await loadGraphModel({ load: () => Promise.resolve({ modelTopology, weightSpecs: specs, weightData: data }) })

  const closely = createCloseMap()

  /** What the graph makes of texts by their pieces, of which there must be some, row by row: their vectors, and what else is wanted. */
  async function run(texts: ReadonlyArray<readonly number[]>, wanted: string[]): Promise<Float32Array[]> {
    const longest = Math.max(...texts.map(({ length }) => length))
    const table = (number: (text: readonly number[], at: number) => number): Tensor =>
      tensor2d(texts.flatMap((text) => Array.from({ length: longest }, (_, at) => number(text, at))), [texts.length, longest], 'int32')
    const inputs = {
      input_ids: table((text, at) => text[at] ?? 0),
      attention_mask: table((text, at) => Number(at < text.length)),
      token_type_ids: table(() => 0)
    }
    try {
      const outputs = model.execute(inputs, wanted)
      const tensors = Array.isArray(outputs) ? outputs : [outputs]
      const numbers = await Promise.all(tensors.map((tensor) => tensor.data() as Promise<Float32Array>))
      dispose(tensors)
      return numbers
    } finally {
      dispose(inputs)
    }
  }

  /** Runs texts in batches of a length together: the shorter ones of a batch are filled up to the longest. Those without pieces are left out. */
  async function inBatches(
    texts: readonly string[],
    wanted: string[],
    use: (text: number, pieces: number, numbers: (output: number, each: number) => Float32Array) => void,
    signal?: AbortSignal
  ): Promise<void> {
    const encoded = texts
      .map((text, row) => ({ row, numbers: pieces.encode(text, MAX_PIECES) }))
      .filter(({ numbers }) => numbers.length > 0)
      .sort((a, b) => a.numbers.length - b.numbers.length)
    for (let at = 0; at < encoded.length; at += MAX_BATCH) {
      signal?.throwIfAborted()
      const some = encoded.slice(at, at + MAX_BATCH)
      const outputs = await run(some.map(({ numbers }) => numbers), wanted)
      some.forEach(({ row, numbers }, i) => {
        use(row, numbers.length, (output, each) => {
          const all = outputs[output] ?? new Float32Array()
          const size = all.length / some.length
          return all.slice(i * size, i * size + each)
        })
      })
    }
  }

  return {
    model: SENTENCE_MODEL,
    dimensions: SENTENCE_DIMENSIONS,
    async embed(texts, signal) {
      const vectors = texts.map(() => new Float32Array(SENTENCE_DIMENSIONS))
      await inBatches(texts, [VECTORS], (text, _, numbers) => vectors[text]?.set(numbers(0, SENTENCE_DIMENSIONS)), signal)
      return vectors
    },
    async embedClosely(texts, signal) {
      const all = texts.map((): CloseText => ({ vector: new Float32Array(SENTENCE_DIMENSIONS), ...closely(new Float32Array()) }))
      await inBatches(
        texts,
        [VECTORS, STATES],
        (text, count, numbers) => {
          // but the marks at both ends
          const states = numbers(1, (count - 1) * SENTENCE_DIMENSIONS).subarray(SENTENCE_DIMENSIONS)
          all[text] = { vector: numbers(0, SENTENCE_DIMENSIONS), ...closely(states) }
        },
        signal
      )
      return all
    }
  }
}

function json(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes))
}
