/** What `adapt/interests.ts` decides for a node, for those who have not got the real one. */
import { WISH_BITS } from './design.ts'
import { hamming } from './embeddings.ts'
import type { Mode } from './options.ts'
import type { Population, Text } from './population.ts'
import type { Shape } from './shape.ts'

/** Whether an agent wants the body that goes with a text. */
export type Wants = (agent: number, text: Text) => boolean

export function createWants({ agents }: Population, shape: Shape, mode: Mode): Wants {
  return (index, { sketch: [, bits, leaves] }) => {
    const agent = agents[index]
    if (mode === 'flood' || agent === undefined) return mode === 'flood'
    if (mode === 'full' && Math.min(...leaves.map(shape.meaning)) === 0) return true
    const { wish, profile } = agent
    return hamming(wish.sketch[1], bits) <= WISH_BITS || hamming(profile.sketch[1], bits) <= WISH_BITS
  }
}
