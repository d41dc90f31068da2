/** For tests: a model that knows a few things, each by words of any language, and counts what it is asked. */
import { createEmitter } from '../../support/emitter.ts'
import type { LazyEmbedder, ModelState } from '../embedder.ts'

export interface ToyModel extends LazyEmbedder {
  /** texts that it was given */
  readonly asked: readonly string[]
  /** It is ready unless it is told otherwise. */
  turn(to: ModelState): void
}

export interface ToyModelInit {
  model: number
  /** at least 16 for each thing */
  dimensions: number
  /** for each thing that it knows, parts of words by which it does */
  things: ReadonlyArray<readonly string[]>
  multilingual?: boolean
}

/** What all texts have in common, as with real models, and more of it than of anything else. */
const COMMON = 2
const WIDTH = 16

export function createToyModel({ model, dimensions, things, multilingual = false }: ToyModelInit): ToyModel {
  const asked: string[] = []
  const { on, emit } = createEmitter<{ change: undefined }>()
  let state: ModelState = { is: 'ready' }

  function embed(text: string): Float32Array {
    const vector = new Float32Array(dimensions).fill(COMMON / Math.sqrt(dimensions))
    things.forEach((words, i) => {
      if (!words.some((word) => text.toLowerCase().includes(word))) return
      for (let at = i * WIDTH; at < (i + 1) * WIDTH; at++) vector[at] = (vector[at] ?? 0) + 1 / Math.sqrt(WIDTH)
    })
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
    return vector.map((value) => value / length)
  }

  return {
    model,
    dimensions,
    multilingual,
    asked,
    load: () => undefined,
    state: () => state,
    watch: (listener) => on('change', listener),
    turn(to) {
      state = to
      emit('change', undefined)
    },
    embed(texts) {
      asked.push(...texts)
      return Promise.resolve(texts.map(embed))
    }
  }
}
