/**
 * Why an agent is trusted as it is, as a graph to be drawn: those whose judgement counts, whoever is between, who has worked with the
 * agent, and the agent. Pure.
 */
import type { Why } from '../../../../node/client.ts'

export type Lane = 'source' | 'between' | 'rater' | 'subject'

export interface GraphNode {
  id: string
  lane: Lane
  /** whom it shows; more than one where a way is too long to be drawn whole */
  agents: readonly string[]
  /** what of the agent's trust comes from it by its own word, 0 to 1; null: nothing */
  share: number | null
}

export interface GraphEdge {
  from: string
  to: string
  /** `trust` flows, a `complaint` weighs; `heard`: the word counts, by ways that are not drawn; `stranger`: praise without weight */
  kind: 'trust' | 'complaint' | 'heard' | 'stranger'
  /** of all that is drawn, 0 to 1: how thick the line is */
  share: number
  /** of what would flow, 0 to 1: what is held back */
  withheld: number
  /** which row of the raters it runs along */
  row: number | null
}

export interface TrustGraph {
  nodes: readonly GraphNode[]
  edges: readonly GraphEdge[]
  /** how many rows of raters there are, and which node is in each; null: only a line runs along it */
  rows: ReadonlyArray<string | null>
}

type Rater = Why['raters'][number]

/** Rows that can be told apart on a phone. */
const MAX_ROWS = 6

/** @param self our own agent */
export function graphOf(why: Pick<Why, 'agent' | 'voice' | 'raters' | 'paths' | 'discounts'>, self: string): TrustGraph {
  const subject = why.agent
  const ways = why.paths.filter(({ agents }) => agents.length > 1)
  const sources = new Set([self, ...why.paths.map(({ agents }) => agents[0]).filter((agent) => agent !== undefined)])
  sources.delete(subject)
  const raters = worthDrawing(why.raters.filter(({ agent }) => agent !== subject))
  const drawn = new Set(raters.map(({ agent }) => agent))
  const wholePassed = Math.max(why.voice, sum(raters.map(({ passed }) => passed)))
  const complaining = sum(raters.map(({ voice, value }) => (value < 0 ? voice : 0)))
  // all that is said, good and bad, is as thick as one line at its thickest
  const blame = complaining > 0 ? complaintShare(why.discounts) : 0
  const of = (part: number, whole: number): number => (whole > 0 ? Math.min(1, part / whole) : 0)

  const nodes = new Map<string, GraphNode>()
  const edges = new Map<string, GraphEdge>()
  const add = (node: GraphNode): string => {
    if (!nodes.has(node.id)) nodes.set(node.id, node)
    return node.id
  }
  const flow = (from: string, to: string, share: number): void => {
    const key = `${from} ${to}`
    const before = edges.get(key)?.share ?? 0
    edges.set(key, { from, to, kind: 'trust', share: Math.min(1, before + share), withheld: 0, row: null })
  }
  const source = (agent: string): string => add({ id: agent, lane: 'source', agents: [agent], share: null })

  raters.forEach(({ agent, voice, value, passed, withheld }, row) => {
    const lane = sources.has(agent) ? 'source' : 'rater'
    add({ id: agent, lane, agents: [agent], share: passed > 0 ? of(passed, wholePassed) : null })
    const kind = value < 0 ? 'complaint' : voice <= 0 ? 'stranger' : 'trust'
    const share = kind === 'trust' ? (1 - blame) * of(passed + withheld, wholePassed) : kind === 'complaint' ? blame * of(voice, complaining) : 0
    edges.set(`${agent} ${subject}`, { from: agent, to: subject, kind, share, withheld: of(withheld, passed + withheld), row })
  })

  for (const { agents, share } of ways) {
    const [first, rater] = [agents[0], agents.at(-2)]
    if (first === undefined || rater === undefined || !drawn.has(rater) || first === rater) continue
    const between = agents.slice(1, -2)
    const [only] = between
    const stops = only === undefined ? [] : between.length === 1 && sources.has(only) ? [source(only)] : [add(betweenNode(between, nodes))]
    const chain = [source(first), ...stops, rater]
    for (let i = 1; i < chain.length; i++) flow(chain[i - 1] ?? '', chain[i] ?? '', (1 - blame) * share)
  }

  for (const { agent, voice } of raters) {
    const isReached = sources.has(agent) || [...edges.values()].some(({ to }) => to === agent)
    if (voice <= 0 || isReached) continue
    edges.set(`${self} ${agent}`, { from: source(self), to: agent, kind: 'heard', share: 0, withheld: 0, row: null })
  }

  add({ id: subject, lane: 'subject', agents: [subject], share: null })
  return {
    nodes: [...nodes.values()],
    edges: [...edges.values()],
    rows: raters.map(({ agent }) => (sources.has(agent) ? null : agent))
  }
}

/** What weighs most, and of strangers only as many as there is room for; praise above complaints. */
function worthDrawing(raters: readonly Rater[]): Rater[] {
  const weight = ({ passed, withheld, voice, value }: Rater): number => Math.max(passed + withheld, value < 0 ? voice : 0)
  const group = ({ voice, value }: Rater): number => (voice <= 0 ? 2 : value < 0 ? 1 : 0)
  return [...raters]
    .sort((a, b) => weight(b) - weight(a))
    .slice(0, MAX_ROWS)
    .sort((a, b) => group(a) - group(b) || weight(b) - weight(a))
}

function complaintShare(discounts: Why['discounts']): number {
  for (const discount of discounts) if (discount.kind === 'complaints') return discount.share
  return 0
}

/** One agent in its own place, if it has none yet; several are one. */
function betweenNode(agents: readonly string[], nodes: ReadonlyMap<string, GraphNode>): GraphNode {
  const known = agents.length === 1 ? nodes.get(agents[0] ?? '') : undefined
  return known ?? { id: agents.join(' '), lane: 'between', agents, share: null }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
