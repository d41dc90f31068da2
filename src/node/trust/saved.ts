/** The engine's state as it is kept: numbers and typed arrays, which a structured clone (IndexedDB, workers) carries whole. */
import { TrustInputError } from './errors.ts'
import type { Batch } from './evidence.ts'
import type { Table } from './opinions.ts'
import type { Proof, Proofs } from './penalties.ts'
import type { Seeds } from './seeds.ts'

/** Lists of equal length, place by place; topic -1 is all topics. */
export interface Marks {
  topics: Float64Array
  agents: Float64Array
  /** of seeds their shares, of proofs their severities */
  values: Float64Array
}

export interface SavedTrust {
  version: 1
  topics: number
  /** of each topic to those before it, one after another */
  similarity: Float64Array
  agents: number
  epoch: number | null
  /** ratings that no update has counted yet */
  waiting: Batch
  slots: { topics: Uint32Array; agents: Uint32Array }
  /** by slot, whom it has rated */
  opinions: Table
  seeds: Marks
  proofs: Marks
  voices: Float64Array
  residuals: Float64Array
  unringed: Float64Array
  teleport: Float64Array
  rings: Float64Array
  penalties: Float64Array
  gains: Float64Array
  masses: Float64Array
  units: Float64Array
  isStale: boolean
  error: number
  /** what was given to `save` */
  cursor: Float64Array
}

const ALL_TOPICS = -1

export function packSeeds(seeds: Seeds): Marks {
  return pack([...seeds].flatMap(([topic, shares]) => [...shares].map(([agent, value]) => ({ topic, agent, value }))))
}

export function packProofs(proofs: Proofs): Marks {
  return pack([...proofs].flatMap(([agent, all]) => all.map(({ severity, topic }) => ({ topic, agent, value: severity }))))
}

export function unpackSeeds(marks?: Marks): Map<number | null, Map<number, number>> {
  const seeds = new Map<number | null, Map<number, number>>()
  for (const { topic, agent, value } of unpack(marks)) {
    const shares = seeds.get(topic) ?? new Map<number, number>()
    seeds.set(topic, shares.set(agent, value))
  }
  return seeds
}

export function unpackProofs(marks?: Marks): Map<number, Proof[]> {
  const proofs = new Map<number, Proof[]>()
  for (const { topic, agent, value } of unpack(marks)) {
    proofs.set(agent, [...(proofs.get(agent) ?? []), { severity: value, topic }])
  }
  return proofs
}

/** Whether what was kept fits together. @throws TrustInputError when it does not */
export function checkSaved(saved: SavedTrust): void {
  // it may come from a newer program, or from a disk
  if ((saved.version as number) !== 1) throw new TrustInputError(`expected saved trust of version 1, got ${String(saved.version)}`)
  const { slots, opinions, topics } = saved
  const size = slots.topics.length
  const entries = opinions.others.length
  const fits =
    slots.agents.length === size &&
    opinions.starts.length === size + 1 &&
    opinions.starts[size] === entries &&
    opinions.starts.every((start, i) => start >= (opinions.starts[i - 1] ?? 0)) &&
    [opinions.praise, opinions.blame, opinions.weight].every((column) => column.length === entries) &&
    [saved.voices, saved.residuals, saved.unringed, saved.teleport, saved.rings, saved.penalties].every(
      (values) => values.length === size
    ) &&
    [saved.gains, saved.masses, saved.units].every((values) => values.length === topics) &&
    saved.similarity.length === (topics * (topics - 1)) / 2 &&
    slots.topics.every((topic) => topic < topics) &&
    slots.agents.every((agent) => agent < saved.agents) &&
    opinions.others.every((other) => other < size)
  if (!fits) throw new TrustInputError('expected saved trust whose parts fit together, got some of different lengths')
}

function pack(marks: ReadonlyArray<{ topic: number | null; agent: number; value: number }>): Marks {
  return {
    topics: Float64Array.from(marks, ({ topic }) => topic ?? ALL_TOPICS),
    agents: Float64Array.from(marks, ({ agent }) => agent),
    values: Float64Array.from(marks, ({ value }) => value)
  }
}

function* unpack(marks?: Marks): Iterable<{ topic: number | null; agent: number; value: number }> {
  for (let i = 0; marks !== undefined && i < marks.topics.length; i++) {
    const topic = marks.topics[i] as number
    yield { topic: topic === ALL_TOPICS ? null : topic, agent: marks.agents[i] as number, value: marks.values[i] as number }
  }
}
