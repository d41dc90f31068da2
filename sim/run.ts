/** One mode of one simulation, from an empty network to its figures. */
import { HEADER_BYTES } from './design.ts'
import { quantile, recall } from './ledger.ts'
import type { Mode, Options } from './options.ts'
import type { Announcement } from './population.ts'
import { below, shuffle } from './random.ts'
import { createScenario, type Scenario } from './scenario.ts'
import type { SimNode } from './sim-node.ts'

const SETTLE_MS = 20_000
const AFTER_LAST_MS = 30_000
const PARTITION_MS = 10 * 60_000
/** Links that were cut are made again within so many ms; so long after the cut is over, nothing may be missing. */
const REJOIN_MS = 5_000
const HEAL_MS = 60_000
const FORK_MS = 30_000
/** Who has gone by then was on its way out. */
const SOON_MS = 2_000
/** How long a node that goes away stays away. */
const AWAY_MS = [30_000, 300_000] as const

export interface ModeResult {
  bytesPerNodePerAnnouncement: number
  recallAt10: number
  announcementToBodyMs: { p50: number; p99: number }
  /** headers and bodies that a node should have and has not, a minute after the cut is over; null: there was none */
  missingAfterHeal: number | null
  /** null: nothing is stored in the reduced model */
  invalidStored: number | null
  /** bytes sent in that minute, for each byte that was missing when the cut was over */
  healBytesRatio: number | null
  /** of those who should get a body, the share that did */
  deliveredShare: number
  /** of all nodes, the share that knew of forkers half a minute later */
  forkKnownShare: number | null
  /** of the headers that nodes held at first, the share that they still hold when all has been announced; null: nothing is stored */
  keptShare: number | null
  /** what honest nodes have sent of these bytes, a node and an announcement */
  honestBytes: number
  /** of what victims of an eclipse should have heard of, the share that they did; null: there were none */
  victimsHear: number | null
  bytesByProtocol: Record<string, number>
  model: 'real' | 'reduced'
}

export async function runMode(
  options: Options,
  mode: Mode,
  model: 'real' | 'reduced',
  log: (line: string) => void
): Promise<ModeResult> {
  const began = process.cpuUsage()
  const lap = (what: string): void => {
    const { user, system } = process.cpuUsage(began)
    log(`${mode} (${model}): ${what}, ${((user + system) / 1e6).toFixed(1)} s of CPU`)
  }
  const scenario = await createScenario(options, mode, model)
  const { engine, population, ledger, topology } = scenario
  lap('made')
  for (const node of scenario.nodes) node.start()
  for (const { member } of scenario.nodes) topology.tend(member)
  await engine.run(SETTLE_MS)
  lap('settled')

  const perMs = (options.nodes * options.rate) / 3_600_000
  const duration = population.announcements.length / perMs
  const counted = countBytes(scenario)
  announce(scenario, population.announcements, duration)
  churn(scenario, options, duration)
  scenario.attack(duration)
  await engine.run(engine.now() + duration + AFTER_LAST_MS)
  const { total, honest, byProtocol } = counted()
  const per = options.nodes * population.announcements.length
  const delays = delaysOf(scenario, population.announcements)
  const isMeasured = (index: number): boolean => scenario.counts(index) && !scenario.victims.includes(index)
  const recallAt10 = recall(ledger, population, isMeasured) ?? 0
  const victimsHear = hearing(scenario)
  const keptShare = scenario.kept()
  lap(`announced, ${engine.events()} events`)

  const healed = options.partition > 0 ? await partition(scenario, options) : null
  if (healed !== null) lap(`healed: ${healed.told}`)
  const forkKnownShare = mode === 'flood' ? null : await fork(scenario)
  lap('forked')
  const invalidStored = await scenario.invalidStored()
  lap('audited')
  for (const error of scenario.errors.slice(0, 5)) log(`error of a node: ${String(error instanceof Error ? error.stack : error)}`)
  return {
    bytesPerNodePerAnnouncement: total / per,
    recallAt10,
    announcementToBodyMs: { p50: quantile(delays.ms, 0.5) ?? 0, p99: quantile(delays.ms, 0.99) ?? 0 },
    missingAfterHeal: healed?.missing ?? null,
    invalidStored,
    healBytesRatio: healed?.ratio ?? null,
    deliveredShare: delays.delivered,
    forkKnownShare,
    keptShare,
    honestBytes: honest / per,
    victimsHear,
    bytesByProtocol: Object.fromEntries([...byProtocol].map(([name, bytes]) => [name, bytes / per])),
    model
  }
}

/** Bytes from now on. */
function countBytes({ world, nodes, counts }: Scenario): () => { total: number; honest: number; byProtocol: Map<string, number> } {
  const sentByHonest = (): number =>
    nodes.reduce((sum, { member }) => sum + (counts(member.index) ? member.sent : 0), 0)
  const honestBefore = sentByHonest()
  const before = world.total()
  const beforeBy = new Map(world.bytes)
  return () => ({
    total: world.total() - before,
    honest: sentByHonest() - honestBefore,
    byProtocol: new Map([...world.bytes].map(([name, bytes]) => [name, bytes - (beforeBy.get(name) ?? 0)]))
  })
}

function announce({ engine, nodes, ledger, random }: Scenario, all: readonly Announcement[], withinMs: number): void {
  for (const announcement of all) {
    engine.after(random() * withinMs, () => {
      ledger.announced(announcement, engine.now())
      engine.touch()
      nodes[announcement.agent]?.announce(announcement)
    })
  }
}

/** Lets nodes go away and come back, as many as the option says for that time. Those that announce stay. */
function churn({ engine, nodes, topology, random, population }: Scenario, options: Options, withinMs: number): void {
  const busy = new Set(population.announcements.map(({ agent }) => agent))
  const times = Math.round((options.churn * options.nodes * withinMs) / 3_600_000)
  for (let i = 0; i < times; i++) {
    const node = nodes[below(random, nodes.length)] as SimNode
    if (busy.has(node.member.index)) continue
    const [least, most] = AWAY_MS
    const away = Math.min(least + random() * (most - least), withinMs / 4)
    engine.after(random() * (withinMs - away), () => {
      if (!node.member.up) return
      topology.leave(node.member)
      engine.after(away, () => topology.comeBack(node.member))
    })
  }
}

/** Goes through all nodes that count and what each should come to have of some announcements. */
function eachDue({ nodes, counts }: Scenario, all: readonly Announcement[], visit: (announcement: Announcement, index: number) => void): void {
  for (const node of nodes) {
    const { index, up } = node.member
    if (!up || !counts(index)) continue
    const keeps = node.keeping()
    for (const announcement of all) if (announcement.agent !== index && keeps(announcement)) visit(announcement, index)
  }
}

/** From announcement to body, at those who want it; the times of those who were there to hear it. */
function delaysOf(scenario: Scenario, all: readonly Announcement[]): { ms: number[]; delivered: number } {
  const { ledger, wants, topology, nodes } = scenario
  const ms: number[] = []
  let wanted = 0
  let got = 0
  eachDue(scenario, all, ({ number, text }, index) => {
    if (!wants(index, text)) return
    wanted++
    const at = ledger.bodyAt(number, index)
    if (at === undefined) return
    got++
    const announcedAt = ledger.announcedAt(number) ?? 0
    const { member } = nodes[index] as SimNode
    if (!topology.wasAway(member, announcedAt) && !topology.wasAway(member, announcedAt + SOON_MS)) ms.push(at - announcedAt)
  })
  return { ms, delivered: wanted === 0 ? 1 : got / wanted }
}

interface Healed {
  missing: number
  ratio: number
  /** what was missing, and what was sent for it, in words */
  told: string
}

async function partition(scenario: Scenario, options: Options): Promise<Healed> {
  const { engine, topology, population } = scenario
  const chosen = new Set(shuffle(scenario.random, scenario.nodes.map(({ member }) => member.index)).slice(0, options.partition * options.nodes))
  const cut = topology.cut(({ index }) => chosen.has(index))
  announce(scenario, population.later, PARTITION_MS)
  await engine.run(engine.now() + PARTITION_MS)
  const before = lacking(scenario, options)
  const counted = countBytes(scenario)
  cut.heal(REJOIN_MS)
  await engine.run(engine.now() + HEAL_MS)
  const after = lacking(scenario, options)
  const difference = Math.max(1, before.bytes - after.bytes)
  const { total, byProtocol } = counted()
  const shares = [...byProtocol].map(([name, bytes]) => `${name} ${(bytes / difference).toFixed(2)}`)
  const told = `of ${before.headers} headers and ${before.bodies} bodies ${after.headers} and ${after.bodies} are missing; sent, by what was missing: ${shares.join(', ')}`
  return { missing: after.headers + after.bodies, ratio: total / difference, told }
}

/** What nodes should have of all that was announced, and have not. */
function lacking(scenario: Scenario, options: Options): { headers: number; bodies: number; bytes: number } {
  const { ledger, wants } = scenario
  let headers = 0
  let bodies = 0
  eachDue(scenario, ledger.all(), ({ number, text }, index) => {
    if (!ledger.hasHeader(number, index)) headers++
    if (ledger.bodyAt(number, index) === undefined && wants(index, text)) bodies++
  })
  return { headers, bodies, bytes: headers * HEADER_BYTES + bodies * options.body }
}

/** Of what the victims should have heard of, the share that they did. */
function hearing(scenario: Scenario): number | null {
  if (scenario.victims.length === 0) return null
  let heard = 0
  let all = 0
  eachDue(scenario, scenario.ledger.all(), ({ number }, index) => {
    if (!scenario.victims.includes(index)) return
    all++
    if (scenario.ledger.hasHeader(number, index)) heard++
  })
  return heard / Math.max(1, all)
}

/** Lets some fork their logs. @returns the share of the others that knows of each, half a minute later */
async function fork({ engine, nodes, ledger, population, forkers, counts }: Scenario): Promise<number> {
  for (const index of forkers) {
    const agent = population.agents[index]
    engine.touch()
    if (agent !== undefined) nodes[index]?.fork(agent.profile)
  }
  await engine.run(engine.now() + FORK_MS)
  let known = 0
  let all = 0
  for (const forker of forkers) {
    for (const { member } of nodes) {
      if (member.index === forker || !member.up || !counts(member.index)) continue
      all++
      if (ledger.forkKnownAt(forker, member.index) !== undefined) known++
    }
  }
  return known / all
}
