/**
 * What this node wants to hear of: everything while the network is young, and later what is near to what it has declared
 * itself, by the sketches that headers carry.
 */
import type { Interests } from '../gossip/interests.ts'
import { publicKinds, type Sketch } from '../schema/header.ts'
import { hamming } from '../semantic/sketch.ts'
import { createEmitter } from '../support/emitter.ts'

export interface OwnInterests extends Interests {
  /** Sets what we are interested in now, the most important first. */
  set(sketches: readonly Sketch[]): void
}

/** Sketches whose bits differ in at most so many of 256 are near. */
const NEAR_BITS = 96

export function createInterests(): OwnInterests {
  const { on, emit } = createEmitter<{ change: undefined }>()
  let current: readonly Sketch[] = []
  return {
    sketches: () => current,
    wants({ kind, sketch }, depth) {
      if (!publicKinds.has(kind)) return false
      if (depth === 0) return true
      if (sketch === null) return false
      const [model, bits] = sketch
      return current.some(([of, own]) => of === model && hamming(own, bits) <= NEAR_BITS)
    },
    watch: (listener) => on('change', listener),
    set(sketches) {
      current = sketches
      emit('change', undefined)
    }
  }
}
