/** The model of an agent without a browser: loaded when somebody wants it, in the process itself. */
import { EmbedderError, type Embedder, type LazyEmbedder, type ModelState } from '../src/node/semantic/embedder.ts'
import { SENTENCE_DIMENSIONS, SENTENCE_MODEL } from '../src/node/semantic/sentences/model.ts'
import { createEmitter } from '../src/node/support/emitter.ts'

/** What is known of a model before it is there. */
type About = Pick<Embedder, 'model' | 'dimensions' | 'multilingual'> & { closely?: boolean }

const sentenceModel: About = { model: SENTENCE_MODEL, dimensions: SENTENCE_DIMENSIONS, closely: true }

/**
 * @param read loads the model; called again after it has failed, when it is wanted again
 * @param about the model, before it is there
 */
export function createLazyModel(read: () => Promise<Embedder>, about: About = sentenceModel): LazyEmbedder {
  const { on, emit } = createEmitter<{ change: undefined }>()
  let state: ModelState = { is: 'absent' }
  let loading: Promise<Embedder> | null = null

  function turn(to: ModelState): void {
    state = to
    emit('change', undefined)
  }

  function load(): Promise<Embedder> {
    if (loading !== null) return loading
    turn({ is: 'loading', fraction: 0 })
    loading = read()
    loading.then(
      () => turn({ is: 'ready' }),
      (error: unknown) => {
        loading = null
        turn({ is: 'failed', reason: error instanceof Error ? error.message : String(error) })
      }
    )
    return loading
  }

  async function there(signal?: AbortSignal): Promise<Embedder> {
    let model: Embedder
    try {
      model = await load()
    } catch (cause) {
      throw new EmbedderError('the sentence model could not be loaded', { cause })
    }
    signal?.throwIfAborted()
    return model
  }

  const embedClosely: LazyEmbedder['embedClosely'] = async (texts, signal) => {
    const model = await there(signal)
    if (model.embedClosely === undefined) throw new EmbedderError('expected a model that looks closely')
    return model.embedClosely(texts, signal)
  }

  return {
    model: about.model,
    dimensions: about.dimensions,
    multilingual: about.multilingual ?? false,
    load: () => void load().catch(() => undefined),
    state: () => state,
    watch: (listener) => on('change', listener),
    async embed(texts, signal) {
      return (await there(signal)).embed(texts, signal)
    },
    ...(about.closely === true ? { embedClosely } : {})
  }
}
