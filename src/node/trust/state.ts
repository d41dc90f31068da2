/** What the engine has worked out, as those who read it see it. Vectors are by slot and may be longer than there are slots. */
import type { Flow } from './flow.ts'
import type { Kinship } from './kinship.ts'
import type { TrustOptions } from './options.ts'
import type { Proofs } from './penalties.ts'
import type { Slots } from './slots.ts'

export interface TrustState {
  readonly options: TrustOptions
  readonly kinship: Kinship
  readonly slots: Slots
  readonly flow: Flow
  /** culprits, unless penalties are switched off */
  readonly proofs: Proofs
  /** each topic's voices times a number */
  readonly voices: Float64Array
  /** seeds' shares: those of a topic sum to one */
  readonly teleport: Float64Array
  /** by topic: what its seeds get at each step, in units of `voices` */
  readonly gains: Float64Array
  /** by topic: what `voices` sum to */
  readonly masses: Float64Array
  /** agents are numbered below it */
  readonly agents: number
  /** another number after each change of the above */
  readonly version: number
}
