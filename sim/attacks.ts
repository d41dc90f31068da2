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
  eclipse: ['places'],
  'many-keys': ['settled']
}

/** Where attacks are tried. */
export interface Arena {
  nodes: number
  announcements: number
  /** announcements of a node in an hour */
  rate: number
  fields: number
}
export const ARENA: Arena = { nodes: 200, announcements: 80, rate: 6, fields: 16 }
const ADVERSARIES = 0.2

/** Headers that a node has room for, for each agent that there is, where nodes are to run out of it. */
const ROOM_PER_NODE: Partial<Record<Attack, number>> = { 'many-keys': 8 }

/** What counts as harm, compared with the same network without adversaries. */
const RECALL_POINTS = 0.03
const BYTES_RATIO = 2
/**
 * The bytes that an attack is to cost: all, where it is a flood; those that others send, where what is old is to go round
 * again. The other attacks announce things of their own, which cost what any announcement does.
 */
const WASTED: Partial<Record<Attack, 'bytesPerNodePerAnnouncement' | 'honestBytes'>> = {
  junk: 'bytesPerNodePerAnnouncement',
  replay: 'honestBytes'
}
const FORKS_KNOWN = 0.99
const VICTIMS_HEAR = 0.9

export async function runAttacks(options: Options, log: (line: string) => void, arena: Arena): Promise<AttackOutcome[]> {
  const outcomes: AttackOutcome[] = []
  const run = (attack: Attack | null, without: Defence | null, room: number) => {
    log(`attack ${attack ?? 'none'}, without ${without ?? 'nothing'}`)
    const adversaries = attack === null ? 0 : ADVERSARIES
    return runMode({ ...options, ...arena, partition: 0, churn: 0, adversaries, attack, without, room }, 'full', 'real', log)
  }
  const peaces = new Map<number, ModeResult>()
  for (const [attack, defences] of Object.entries(STOPPED_BY) as Array<[Attack, readonly Defence[]]>) {
    if (options.attack !== null && options.attack !== attack) continue
    const perNode = ROOM_PER_NODE[attack]
    const room = perNode === undefined ? options.room : perNode * arena.nodes
    const peace = peaces.get(room) ?? (await run(null, null, room))
    peaces.set(room, peace)
    for (const without of [null, ...defences]) {
      const result = await run(attack, without, room)
      const harm = harmOf(attack, result, peace)
      outcomes.push({ attack, without, harm, asExpected: (harm.length === 0) === (without === null), result })
    }
  }
  return outcomes
}

/** What an attack has done, compared with what the same network does without adversaries. */
function harmOf(attack: Attack, result: ModeResult, peace: ModeResult): string[] {
  const harm: string[] = []
  const points = peace.recallAt10 - result.recallAt10
  if (points > RECALL_POINTS) harm.push(`recall ${(100 * points).toFixed(1)} points lower`)
  if (result.invalidStored !== null && result.invalidStored > 0) harm.push(`${result.invalidStored} invalid entries stored`)
  const bytes = WASTED[attack]
  const ratio = bytes === undefined ? 0 : result[bytes] / peace[bytes]
  if (ratio > BYTES_RATIO) harm.push(`${ratio.toFixed(1)} times the bytes`)
  if (result.forkKnownShare !== null && result.forkKnownShare < FORKS_KNOWN) {
    harm.push(`forks known to ${(100 * result.forkKnownShare).toFixed(0)} %`)
  }
  if (result.keptShare !== null && result.keptShare < 1 - RECALL_POINTS) {
    harm.push(`${(100 * result.keptShare).toFixed(0)} % of what was known is kept`)
  }
  if (result.victimsHear !== null && result.victimsHear < VICTIMS_HEAR) {
    harm.push(`victims hear ${(100 * result.victimsHear).toFixed(0)} %`)
  }
  return harm
}
