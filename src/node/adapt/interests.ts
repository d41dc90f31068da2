/**
 * What this node wants to hear of: everything while the network is young, and later what is near to what it offers, looks
 * for, or has asked for lately, by the sketches that headers carry. Which leaves these fall in is all that others learn of it.
 */
import type { Interests } from '../gossip/interests.ts'
import { publicKinds, type Sketch } from '../schema/header.ts'
import { hamming } from '../semantic/sketch.ts'
import { createEmitter } from '../support/emitter.ts'

export interface OwnInterests extends Interests {
  /** What we offer and look for: stands for as long as it is declared. Replaces what was so before. */
  declared(sketches: readonly Sketch[]): void
  /** What somebody asked for here: stands until so many others were asked for after it. */
  asked(sketch: Sketch): void
}

/** Sketches whose bits differ in at most so many of 256 are near. */
const NEAR_BITS = 96
/** Goals that are remembered. */
const MAX_ASKED = 8

export function createInterests(): OwnInterests {
  const { on, emit } = createEmitter<{ change: undefined }>()
  let standing: readonly Sketch[] = []
  let asked: readonly Sketch[] = []
  // what was asked for just now matters most
  const all = () => [...asked, ...standing]
  return {
    sketches: all,
    wants({ kind, sketch }, depth) {
      if (!publicKinds.has(kind)) return false
      if (depth === 0) return true
      if (sketch === null) return false
      const near = ([model, bits]: Sketch) => model === sketch[0] && hamming(bits, sketch[1]) <= NEAR_BITS
      return asked.some(near) || standing.some(near)
    },
    watch: (listener) => on('change', listener),
    declared(sketches) {
      if (sketches.length === standing.length && sketches.every((one, i) => same(one, standing[i]))) return
      standing = sketches
      emit('change', undefined)
    },
    asked(sketch) {
      const known = asked.some((one) => same(one, sketch))
      asked = [sketch, ...asked.filter((one) => !same(one, sketch))].slice(0, MAX_ASKED)
      if (!known) emit('change', undefined)
    }
  }
}

function same([model, bits]: Sketch, other: Sketch | undefined): boolean {
  return other !== undefined && model === other[0] && hamming(bits, other[1]) === 0
}
