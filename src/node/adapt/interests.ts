/**
 * What this node wants to hear of: everything while the network is young, and later what is near to what it offers, looks
 * for, or has asked for lately, by the sketches that headers carry. Which leaves these fall in is all that others learn of it.
 */
import type { BodyFacts, Interests } from '../gossip/interests.ts'
import { didOf, publicKeyOf } from '../crypto/did.ts'
import { publicKinds, type Sketch } from '../schema/header.ts'
import { MAX_JUDGES_BYTES } from '../schema/judges.ts'
import { MAX_RATING_BYTES } from '../schema/rating.ts'
import { hamming, sameSketch } from '../semantic/sketch.ts'
import { createEmitter } from '../support/emitter.ts'

export interface OwnInterests extends Interests {
  /** What we offer and look for: stands for as long as it is declared. Replaces what was so before. */
  declared(sketches: readonly Sketch[]): void
  /** What is listened for until it is found. Replaces what was so before. */
  listensFor(sketches: readonly Sketch[]): void
  /** Topics whose ratings matter here, by their sketches. Replaces what was so before. */
  caresFor(topics: readonly Sketch[]): void
  /** Agents whose lists of judges are wanted, wherever they are told. Replaces what was so before. */
  looksFor(agents: readonly string[]): void
  /** Whether what comes costs us: then only what is near is wanted, in a young network, too, and nothing is fetched for others. */
  setMetered(metered: boolean): void
  /** What somebody asked for here, by each model: stands until so many others were asked for after it. */
  asked(sketches: readonly Sketch[]): void
}

/** Sketches of one model are near that differ in at most so many of 256 bits, by model: by the sentence model, nine of ten requests are of what serves them; by the words, only with many words in common. */
const NEAR_BITS: Readonly<Record<number, number>> = { 1: 96, 6: 113 }
const USUAL_NEAR_BITS = 96
/** Sketches of goals that are remembered. */
const MAX_ASKED = 16

/** The largest body of each kind that has a limit of its own. */
const MAX_BYTES: Readonly<Record<string, number>> = { rating: MAX_RATING_BYTES, judges: MAX_JUDGES_BYTES }

/**
 * @param avoids whether nothing of an agent is wanted, whatever it is about
 * @param favours whether an agent is thought so well of that its bodies come before those of others
 */
export function createInterests(avoids: (agent: string) => boolean = () => false, favours: (agent: string) => boolean = () => false): OwnInterests {
  const { on, emit } = createEmitter<{ change: undefined }>()
  let standing: readonly Sketch[] = []
  let asked: readonly Sketch[] = []
  let listening: readonly Sketch[] = []
  let topics: readonly Sketch[] = []
  let authors: ReadonlyMap<string, Uint8Array> = new Map()
  let metered = false
  // what was asked for just now matters most, and no kind of interest crowds out the others
  const all = () => inTurns([asked, listening, standing, topics])
  const refuses = ({ author, kind, size }: BodyFacts): boolean =>
    // what somebody whom we avoid insists on may be another now
    !publicKinds.has(kind) || size > (MAX_BYTES[kind] ?? Infinity) || (kind !== 'constraint' && avoids(author))
  return {
    sketches: all,
    authors: () => [...authors.values()],
    refuses,
    lends: () => !metered,
    wants({ author, kind, sketch, bodySize }, depth) {
      if (refuses({ author: didOf(author), kind, size: bodySize })) return false
      if (depth === 0 && !metered) return true
      // a list, or that it is taken back
      if (sketch === null) return (kind === 'judges' || kind === 'withdrawal') && authors.has(didOf(author))
      if (kind === 'rating') return topics.some((one) => sameSketch(one, sketch))
      return [...asked, ...listening, ...standing].some((one) => isNear(one, sketch))
    },
    favours,
    watch: (listener) => on('change', listener),
    declared(sketches) {
      if (isSameList(sketches, standing)) return
      standing = sketches
      emit('change', undefined)
    },
    listensFor(sketches) {
      if (isSameList(sketches, listening)) return
      listening = sketches
      emit('change', undefined)
    },
    caresFor(sketches) {
      if (isSameList(sketches, topics)) return
      topics = sketches
      emit('change', undefined)
    },
    looksFor(agents) {
      if (agents.join() === [...authors.keys()].join()) return
      authors = new Map(agents.map((agent) => [agent, publicKeyOf(agent)]))
      emit('change', undefined)
    },
    setMetered(next) {
      if (next === metered) return
      metered = next
      emit('change', undefined)
    },
    asked(sketches) {
      const isNew = sketches.some((sketch) => !asked.some((one) => sameSketch(one, sketch)))
      const others = asked.filter((one) => !sketches.some((sketch) => sameSketch(one, sketch)))
      asked = [...sketches, ...others].slice(0, MAX_ASKED)
      if (isNew) emit('change', undefined)
    }
  }
}

/** Sketches of different models are near when one's first leaf is among the other's. */
function isNear([model, bits, leaves]: Sketch, [otherModel, otherBits, otherLeaves]: Sketch): boolean {
  if (model === otherModel) return hamming(bits, otherBits) <= (NEAR_BITS[model] ?? USUAL_NEAR_BITS)
  const [first, otherFirst] = [leaves[0], otherLeaves[0]]
  return first !== undefined && otherFirst !== undefined && (otherLeaves.includes(first) || leaves.includes(otherFirst))
}

/** One of each list in turn. */
function inTurns<T>(lists: ReadonlyArray<readonly T[]>): T[] {
  const longest = Math.max(...lists.map(({ length }) => length))
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1))).flat()
}

const isSameList = (a: readonly Sketch[], b: readonly Sketch[]): boolean =>
  a.length === b.length && a.every((one, i) => isSame(one, b[i]))

const isSame = (one: Sketch, other: Sketch | undefined): boolean => other !== undefined && sameSketch(one, other)
