/** Who got what when: written by the nodes as they run, read when it is over. */
import type { Announcement, Population } from './population.ts'

export interface Ledger {
  /** An announcement was made, at a time in ms since the start. */
  announced(announcement: Announcement, at: number): void
  header(number: number, node: number): void
  body(number: number, node: number, at: number): void
  /** A node has learnt that an agent has forked its log. */
  fork(agent: number, node: number, at: number): void
  /** when it was announced; undefined: not yet */
  announcedAt(number: number): number | undefined
  hasHeader(number: number, node: number): boolean
  bodyAt(number: number, node: number): number | undefined
  forkKnownAt(agent: number, node: number): number | undefined
  /** all that was announced, in order */
  all(): readonly Announcement[]
}

export function createLedger(): Ledger {
  const announcements: Announcement[] = []
  const times = new Map<number, number>()
  const headers = new Map<number, Set<number>>()
  const bodies = new Map<number, Map<number, number>>()
  const forks = new Map<number, Map<number, number>>()

  function first<K>(map: Map<K, Map<number, number>>, key: K, node: number, at: number): void {
    const times = map.get(key) ?? new Map<number, number>()
    map.set(key, times)
    if (!times.has(node)) times.set(node, at)
  }

  return {
    announced(announcement, at) {
      announcements.push(announcement)
      times.set(announcement.number, at)
    },
    header(number, node) {
      const nodes = headers.get(number) ?? new Set()
      headers.set(number, nodes.add(node))
    },
    body: (number, node, at) => first(bodies, number, node, at),
    fork: (agent, node, at) => first(forks, agent, node, at),
    announcedAt: (number) => times.get(number),
    hasHeader: (number, node) => headers.get(number)?.has(node) ?? false,
    bodyAt: (number, node) => bodies.get(number)?.get(node),
    forkKnownAt: (agent, node) => forks.get(agent)?.get(node),
    all: () => announcements
  }
}

/** The share of the truly best announcements that those who look for them hold; null when nobody is left to ask. */
export function recall(ledger: Ledger, population: Population, counts: (node: number) => boolean): number | null {
  let held = 0
  let best = 0
  for (const judge of population.judges) {
    if (!counts(judge.agent)) continue
    const known = judge.best.filter((number) => ledger.announcedAt(number) !== undefined)
    best += known.length
    held += known.filter((number) => ledger.bodyAt(number, judge.agent) !== undefined).length
  }
  return best === 0 ? null : held / best
}

/** The value below which a share of the values lies; null when there are none. */
export function quantile(values: number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null
}
