/**
 * Sentence embeddings: all-MiniLM-L6-v2 and what it has learned besides, run by TensorFlow.js in WebAssembly. To be loaded where it does not hold up anything else:
 * in a browser's worker, or in a program of its own.
 */
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { loadGraphModel } from '@tensorflow/tfjs-converter'
import { dispose, env, ready, setBackend, tensor2d, type Tensor, type io } from '@tensorflow/tfjs-core'
import { digest, toHex } from '../../crypto/hash.ts'
import { EmbedderError, type Embedder } from '../embedder.ts'
import { ALL_FILES, TOKENIZER, TOPOLOGY, WEIGHTS, type ModelFile } from './files.ts'
import lora from './lora.json' with { type: 'json' }
import { withLora } from './lora.ts'
import { SENTENCE_DIMENSIONS, SENTENCE_MODEL } from './model.ts'
import { createWordPieces, type Vocabulary } from './word-pieces.ts'

/** Pieces of a text that are looked at, which is what the model was trained with: attention takes the square of them in time. */
const MAX_PIECES = 256
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

/** What `model.json` holds: TensorFlow.js checks it. */
interface Topology {
  modelTopology: object
  weightsManifest: Array<{ weights: io.WeightsManifestEntry[] }>
}

/** @throws EmbedderError when a file is not what it should be, or there is no WebAssembly */
export async function loadSentenceEncoder({ read, wasm, onProgress }: SentenceEncoderInit): Promise<Embedder> {
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

  /** Of texts by their pieces, of which there must be some. */
  async function embedSome(texts: ReadonlyArray<readonly number[]>): Promise<Float32Array[]> {
    const longest = Math.max(...texts.map(({ length }) => length))
    const table = (number: (text: readonly number[], at: number) => number): Tensor =>
      tensor2d(texts.flatMap((text) => Array.from({ length: longest }, (_, at) => number(text, at))), [texts.length, longest], 'int32')
    const inputs = {
      input_ids: table((text, at) => text[at] ?? 0),
      attention_mask: table((text, at) => Number(at < text.length)),
      token_type_ids: table(() => 0)
    }
    try {
      const output = model.predict(inputs) as Tensor
      const numbers = (await output.data()) as Float32Array
      output.dispose()
      return texts.map((_, row) => numbers.slice(row * SENTENCE_DIMENSIONS, (row + 1) * SENTENCE_DIMENSIONS))
    } finally {
      dispose(inputs)
    }
  }

  return {
    model: SENTENCE_MODEL,
    dimensions: SENTENCE_DIMENSIONS,
    async embed(texts, signal) {
      const vectors = texts.map(() => new Float32Array(SENTENCE_DIMENSIONS))
      // those of a length together: the shorter ones of a batch are filled up to the longest
      const encoded = texts
        .map((text, row) => ({ row, numbers: pieces.encode(text, MAX_PIECES) }))
        .filter(({ numbers }) => numbers.length > 0)
        .sort((a, b) => a.numbers.length - b.numbers.length)
      for (let at = 0; at < encoded.length; at += MAX_BATCH) {
        signal?.throwIfAborted()
        const some = encoded.slice(at, at + MAX_BATCH)
        const made = await embedSome(some.map(({ numbers }) => numbers))
        some.forEach(({ row }, i) => vectors[row]?.set(made[i] ?? []))
      }
      return vectors
    }
  }
}

function json(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes))
}
