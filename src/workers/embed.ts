/**
 * The worker that turns texts into vectors. It loads the sentence model as it starts: from what the browser keeps, else from where
 * the app comes from. 24 MB are kept apart from the app's own files, for they outlive its builds.
 */
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'
import { EmbedderError } from '../node/semantic/embedder.ts'
import { loadSentenceEncoder, type SentenceEncoder } from '../node/semantic/sentences/encoder.ts'
import { SENTENCE_FILES, type ModelFile } from '../node/semantic/sentences/files.ts'
import type { EmbedForget, EmbedReply, EmbedRequest } from './embed-messages.ts'
import { createEmbedQueue } from './embed-queue.ts'

const CACHE = 'sentence-model-3'
/** The one with threads has to have an address, and is not used. */
const WASM = {
  'tfjs-backend-wasm-threaded-simd.wasm': simd,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm.wasm': plain
}
/** Where nothing comes for so long, nothing will. */
const SILENCE_MS = 30_000

const say = (reply: EmbedReply, transfer: Transferable[] = []): void => postMessage(reply, { transfer })

/** Where the browser refuses to keep anything, the model is loaded anew each time. */
async function openCache(): Promise<Cache | null> {
  try {
    return await caches.open(CACHE)
  } catch {
    return null
  }
}

async function download({ name, bytes }: ModelFile, onBytes: (there: number) => void): Promise<Uint8Array<ArrayBuffer>> {
  const silence = new AbortController()
  const giveUp = (): void => silence.abort(new EmbedderError(`${name} of the sentence model does not come`))
  let timer = setTimeout(giveUp, SILENCE_MS)
  try {
    const response = await fetch(SENTENCE_FILES + name, { signal: silence.signal })
    if (!response.ok || response.body === null) throw new EmbedderError(`${name} of the sentence model could not be had: ${response.status}`)
    const whole = new Uint8Array(bytes)
    let there = 0
    const reader = response.body.getReader()
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (there + part.value.length > bytes) throw new EmbedderError(`expected ${bytes} bytes of ${name} of the sentence model, got more`)
      whole.set(part.value, there)
      there += part.value.length
      onBytes(there)
      clearTimeout(timer)
      timer = setTimeout(giveUp, SILENCE_MS)
    }
    return whole.subarray(0, there)
  } finally {
    clearTimeout(timer)
    silence.abort()
  }
}

async function load(): Promise<SentenceEncoder> {
  const cache = await openCache()
  async function read(file: ModelFile, onBytes: (there: number) => void): Promise<Uint8Array<ArrayBuffer>> {
    // by what it is, so that it is found whatever a build calls it
    const key = `/models/${file.sha256}`
    const kept = await cache?.match(key)
    if (kept !== undefined) {
      const bytes = new Uint8Array(await kept.arrayBuffer())
      if (bytes.length === file.bytes) return bytes
    }
    const bytes = await download(file, onBytes)
    // a full device keeps it for this time only
    await cache?.put(key, new Response(bytes)).catch(() => undefined)
    return bytes
  }
  return loadSentenceEncoder({
    read,
    wasm: WASM,
    onProgress: (fraction) => say({ type: 'progress', fraction })
  })
}

/** What is kept may be spoilt: then all is fetched anew, once. */
async function loadAnew(error: unknown): Promise<SentenceEncoder> {
  if (!(error instanceof EmbedderError)) throw error
  await caches.delete(CACHE).catch(() => false)
  return load()
}

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const model = load().catch(loadAnew)
model.then(
  () => say({ type: 'ready' }),
  (error: unknown) => say({ type: 'failed', message: message(error) })
)

const queue = createEmbedQueue()
/** One after the other: they would only share the processor. */
let turn: Promise<unknown> = model.catch(() => undefined)

async function answer({ id, texts, closely }: EmbedRequest): Promise<void> {
  try {
    if (closely) {
      say({ type: 'closely', id, texts: await (await model).embedClosely(texts) })
      return
    }
    const vectors = await (await model).embed(texts)
    const joined = new Float32Array(vectors.reduce((sum, { length }) => sum + length, 0))
    let at = 0
    for (const vector of vectors) {
      joined.set(vector, at)
      at += vector.length
    }
    say({ type: 'vectors', id, vectors: joined }, [joined.buffer])
  } catch (error) {
    say({ type: 'refused', id, message: message(error) })
  }
}

addEventListener('message', ({ data }: MessageEvent<EmbedRequest | EmbedForget>) => {
  if ('forget' in data) {
    queue.forget(data.forget)
    return
  }
  queue.add(data)
  // a turn for each that comes: those that are forgotten leave one over
  turn = turn.then(async () => {
    const next = queue.next()
    if (next === undefined) return
    await answer(next)
    // what came meanwhile is heard before the next one is chosen
    await new Promise((resolve) => setTimeout(resolve))
  })
})
