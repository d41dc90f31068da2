/** Every attack against the whole design, with all defences and without each that is meant to stop it. */
import type { Attack, Defence, Options } from './options.ts'
import { runMode, type ModeResult } from './run.ts'

export interface AttackOutcome {
  attack: Attack
  /** the defence that was off */
  without: Defence | null
  /** what the attack has done, in words; nothing when it has failed */
  harm: string[]
  /** it fails with the defences on, and does harm without */
  asExpected: boolean
  result: ModeResult
}

/** What stops each attack: without it, the attack must succeed, or it was no attack. */
export const STOPPED_BY: Readonly<Record<Attack, readonly Defence[]>> = {
  withhold: ['otherSources'],
  junk: ['signatures', 'penalties'],
  fork: ['forkProofs'],
  replay: ['memory'],
  'wrong-hash': ['bodies'],
  eclipse: ['places']
}

/** Attacks are tried at this size. */
const SIZE = { nodes: 200, announcements: 80, rate: 6, partition: 0, churn: 0, fields: 16 } as const
const ADVERSARIES = 0.2

/** What counts as harm, compared with the same network without adversaries. */
const RECALL_POINTS = 0.03
const BYTES_RATIO = 2
/** Attacks that are meant to cost bytes. Others announce things of their own, which cost what any announcement does. */
const WASTERS: ReadonlySet<Attack> = new Set(['junk', 'replay'])
const FORKS_KNOWN = 0.99
const VICTIMS_HEAR = 0.9

export async function runAttacks(options: Options, log: (line: string) => void): Promise<AttackOutcome[]> {
  const outcomes: AttackOutcome[] = []
  const peace = await runAttack(options, null, null, log)
  for (const [attack, defences] of Object.entries(STOPPED_BY) as Array<[Attack, readonly Defence[]]>) {
    for (const without of [null, ...defences]) outcomes.push(await judgeAttack(options, peace, attack, without, log))
  }
  return outcomes
}

/** @param peace what the same network does without adversaries */
export async function judgeAttack(
  options: Options,
  peace: ModeResult,
  attack: Attack,
  without: Defence | null,
  log: (line: string) => void
): Promise<AttackOutcome> {
  const result = await runAttack(options, attack, without, log)
  const harm = harmOf(attack, result, peace)
  return { attack, without, harm, asExpected: (harm.length === 0) === (without === null), result }
}

export function runAttack(
  options: Options,
  attack: Attack | null,
  without: Defence | null,
  log: (line: string) => void
): Promise<ModeResult> {
  log(`attack ${attack ?? 'none'}, without ${without ?? 'nothing'}`)
  return runMode({ ...options, ...SIZE, adversaries: attack === null ? 0 : ADVERSARIES, attack, without }, 'full', 'real', log)
}

function harmOf(attack: Attack, result: ModeResult, peace: ModeResult): string[] {
  const harm: string[] = []
  const points = peace.recallAt10 - result.recallAt10
  if (points > RECALL_POINTS) harm.push(`recall ${(100 * points).toFixed(1)} points lower`)
  if (result.invalidStored > 0) harm.push(`${result.invalidStored} invalid entries stored`)
  const ratio = result.bytesPerNodePerAnnouncement / peace.bytesPerNodePerAnnouncement
  if (WASTERS.has(attack) && ratio > BYTES_RATIO) harm.push(`${ratio.toFixed(1)} times the bytes`)
  if (result.forkKnownShare !== null && result.forkKnownShare < FORKS_KNOWN) {
    harm.push(`forks known to ${(100 * result.forkKnownShare).toFixed(0)} %`)
  }
  if (result.victimsHear !== null && result.victimsHear < VICTIMS_HEAR) {
    harm.push(`victims hear ${(100 * result.victimsHear).toFixed(0)} %`)
  }
  return harm
}
