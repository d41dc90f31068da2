/**
 * Sentence embeddings: the Universal Sentence Encoder, lite, run by TensorFlow.js in WebAssembly. To be loaded where it does not
 * hold up anything else: in a browser's worker, or in a program of its own.
 */
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { loadGraphModel } from '@tensorflow/tfjs-converter'
import { env, ready, setBackend, tensor1d, tensor2d, type Tensor, type io } from '@tensorflow/tfjs-core'
import { digest, toHex } from '../../crypto/hash.ts'
import { EmbedderError, type Embedder } from '../embedder.ts'
import { TOPOLOGY, VOCABULARY, WEIGHTS, type ModelFile } from './files.ts'
import { SENTENCE_DIMENSIONS, SENTENCE_MODEL } from './model.ts'
import { createWordPieces, type Vocabulary } from './word-pieces.ts'

/** Pieces of a text that are looked at: attention takes the square of them in time. */
const MAX_PIECES = 160
/** Texts that are embedded at once: more take no less time each. */
const MAX_BATCH = 32

export interface SentenceEncoderInit {
  /** Gives a file of the model; whether it is the right one is checked here. */
  read(file: ModelFile): Promise<Uint8Array>
  /** where TensorFlow's WebAssembly is: a folder, or an address for each of its files */
  wasm: string | Record<string, string>
  /** Told of the share of the files that is there. */
  onProgress?(fraction: number): void
}

/** What `model.json` holds: TensorFlow.js checks it. */
interface Topology {
  modelTopology: object
  weightsManifest: Array<{ weights: io.WeightsManifestEntry[] }>
}

/** @throws EmbedderError when a file is not what it should be, or there is no WebAssembly */
export async function loadSentenceEncoder({ read, wasm, onProgress }: SentenceEncoderInit): Promise<Embedder> {
  const all = [TOPOLOGY, VOCABULARY, ...WEIGHTS]
  const size = all.reduce((sum, { bytes }) => sum + bytes, 0)
  let there = 0
  async function get(file: ModelFile): Promise<Uint8Array> {
    const bytes = await read(file)
    if (bytes.length !== file.bytes || toHex(await digest(bytes)) !== file.sha256) {
      throw new EmbedderError(`expected ${file.name} of the sentence model, got another file`)
    }
    there += file.bytes
    onProgress?.(there / size)
    return bytes
  }

  const [topology, vocabulary, ...weights] = await Promise.all(all.map(get))
  // they are the very files, by their hashes
  const { modelTopology, weightsManifest } = json(topology) as Topology
  const pieces = createWordPieces(json(vocabulary) as Vocabulary)
  // threads would be workers made of text, which the content security policy forbids
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
  setWasmPaths(wasm)
  if (!(await setBackend('wasm'))) throw new EmbedderError('expected WebAssembly for the sentence model')
  await ready()
  const model = await loadGraphModel({
    load: () =>
      Promise.resolve({
        modelTopology,
        weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
        weightData: joined(weights)
      })
  })

  async function embedSome(texts: readonly string[]): Promise<Float32Array[]> {
    const encoded = texts.map((text) => pieces.encode(text, MAX_PIECES))
    const places = encoded.flatMap((numbers, row) => numbers.map((_, column) => [row, column]))
    const values = encoded.flat()
    if (values.length === 0) return texts.map(() => new Float32Array(SENTENCE_DIMENSIONS))
    const inputs = { indices: tensor2d(places.flat(), [values.length, 2], 'int32'), values: tensor1d(values, 'int32') }
    try {
      const output = (await model.executeAsync(inputs)) as Tensor
      const numbers = (await output.data()) as Float32Array
      output.dispose()
      return encoded.map((of, row) =>
        of.length === 0
          ? new Float32Array(SENTENCE_DIMENSIONS)
          : numbers.slice(row * SENTENCE_DIMENSIONS, (row + 1) * SENTENCE_DIMENSIONS)
      )
    } finally {
      inputs.indices.dispose()
      inputs.values.dispose()
    }
  }

  return {
    model: SENTENCE_MODEL,
    dimensions: SENTENCE_DIMENSIONS,
    async embed(texts, signal) {
      const vectors: Float32Array[] = []
      for (let at = 0; at < texts.length; at += MAX_BATCH) {
        signal?.throwIfAborted()
        vectors.push(...(await embedSome(texts.slice(at, at + MAX_BATCH))))
      }
      return vectors
    }
  }
}

function json(bytes: Uint8Array | undefined): unknown {
  return JSON.parse(new TextDecoder().decode(bytes))
}

function joined(parts: readonly Uint8Array[]): ArrayBuffer {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole.buffer
}
