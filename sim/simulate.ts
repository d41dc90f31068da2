/** All modes of one simulation, and simulations of growing size. */
import { defaultAnnouncements, type Mode, type Options } from './options.ts'
import { runMode, type ModeResult } from './run.ts'

export interface Result {
  nodes: number
  seed: number
  degree: number
  /** `real` when the whole design ran on the real code; each mode says it for itself, too */
  model: Model
  modes: Partial<Record<Mode, ModeResult>>
  /** of all honest nodes, the share that knew of forkers after 30 s, in the whole design */
  forkKnownShare: number | null
  /** how far the reduced model is from the real code where both ran; null: no reduced model was used */
  modelError: ModelError | null
}

export type Model = 'real' | 'reduced'

/** The reduced model's figures over the real code's, less one. */
export interface ModelError {
  nodes: number
  bytesPerNodePerAnnouncement: number
  /** in points: a difference, not a ratio */
  recallAt10: number
  p50: number
  p99: number
}

/** Nodes up to which the real code is run unless told otherwise: beyond, it takes longer than one wants to wait. */
const REAL_UP_TO: Readonly<Record<Mode, number>> = { flood: 2_000, headers: 2_000, full: 10_000 }
const VALIDATED_AT = 256
const CURVE = [100, 1_000, 10_000, 100_000]
const CURVE_REAL_UP_TO = 1_000

type Log = (line: string) => void

export async function simulate(options: Options, log: Log): Promise<Result> {
  const modes: Result['modes'] = {}
  for (const mode of options.modes) modes[mode] = await runMode(options, mode, modelFor(options, mode), log)
  const reduced = Object.values(modes).some(({ model }) => model === 'reduced')
  return {
    nodes: options.nodes,
    seed: options.seed,
    degree: options.degree,
    model: (modes.full ?? Object.values(modes)[0])?.model ?? 'real',
    modes,
    forkKnownShare: modes.full?.forkKnownShare ?? null,
    modelError: reduced ? await compareModels(sized(options, VALIDATED_AT), log) : null
  }
}

function modelFor(options: Options, mode: Mode): Model {
  if (options.model !== 'auto') return options.model
  // the reduced model has no adversaries
  if (options.adversaries > 0) return 'real'
  return options.nodes <= REAL_UP_TO[mode] ? 'real' : 'reduced'
}

/** The whole design by both models, at the same size and seed. */
export async function compareModels(options: Options, log: Log): Promise<ModelError> {
  const real = await runMode(options, 'full', 'real', log)
  const reduced = await runMode(options, 'full', 'reduced', log)
  return errorBetween(options.nodes, real, reduced)
}

function errorBetween(nodes: number, real: ModeResult, reduced: ModeResult): ModelError {
  const off = (of: number, from: number): number => of / from - 1
  return {
    nodes,
    bytesPerNodePerAnnouncement: off(reduced.bytesPerNodePerAnnouncement, real.bytesPerNodePerAnnouncement),
    recallAt10: reduced.recallAt10 - real.recallAt10,
    p50: off(reduced.announcementToBodyMs.p50, real.announcementToBodyMs.p50),
    p99: off(reduced.announcementToBodyMs.p99, real.announcementToBodyMs.p99)
  }
}

export interface CurvePoint {
  nodes: number
  real: Partial<Record<Mode, ModeResult>> | null
  reduced: Partial<Record<Mode, ModeResult>>
  error: ModelError | null
}

/** Bytes, recall and time from 100 to 100,000 nodes: by the reduced model, and by the real code where it runs soon. */
export async function simulateCurve(options: Options, log: Log): Promise<CurvePoint[]> {
  const points: CurvePoint[] = []
  for (const nodes of CURVE) {
    const at = { ...sized(options, nodes), partition: 0 }
    const real: CurvePoint['real'] = nodes <= CURVE_REAL_UP_TO ? {} : null
    const reduced: CurvePoint['reduced'] = {}
    for (const mode of options.modes) {
      reduced[mode] = await runMode(at, mode, 'reduced', log)
      if (real !== null) real[mode] = await runMode(at, mode, 'real', log)
    }
    const error = real?.full && reduced.full ? errorBetween(nodes, real.full, reduced.full) : null
    points.push({ nodes, real, reduced, error })
  }
  return points
}

function sized(options: Options, nodes: number): Options {
  return { ...options, nodes, announcements: Math.min(options.announcements, defaultAnnouncements(nodes)) }
}
