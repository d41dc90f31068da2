/** Where each part of a trust graph is drawn, in CSS pixels. Pure. */
import type { GraphEdge, GraphNode, Lane, TrustGraph } from './graph.ts'

export interface Placed {
  node: GraphNode
  x: number
  y: number
}

export interface Line {
  edge: GraphEdge
  /** an SVG path */
  path: string
  /** where a mark upon it stands */
  middle: { x: number; y: number }
  /** in pixels: of what would flow, and of what does */
  width: number
  flowing: number
}

export interface Drawing {
  width: number
  height: number
  placed: readonly Placed[]
  lines: readonly Line[]
  /** how much room a name has */
  labelWidth: number
}

export const PICTURE = 36
/** A picture, two lines of a name and a share beneath it. */
const ROW = 88
/** A line alone. */
const LINE_ROW = 34
/** The middle of a picture from the top of its row. */
const PICTURE_Y = PICTURE / 2 + 5
const LANES: readonly Lane[] = ['source', 'between', 'rater', 'subject']
const MAX_LABEL = 116
const MAX_WIDTH = 680
const [THINNEST, THICKEST] = [1.5, 14]

/** @param available what the page has room for, in pixels */
export function layOut(graph: TrustGraph, available: number): Drawing {
  const width = Math.min(available, MAX_WIDTH)
  const lanes = LANES.filter((lane) => graph.nodes.some((node) => node.lane === lane))
  const step = width / lanes.length
  const labelWidth = Math.min(MAX_LABEL, step)
  // the outer names touch the edges, the others are spread between
  const gap = lanes.length > 1 ? (width - labelWidth) / (lanes.length - 1) : 0
  const xOf = (lane: Lane): number => labelWidth / 2 + gap * lanes.indexOf(lane)
  const most = Math.max(...lanes.map((lane) => graph.nodes.filter((node) => node.lane === lane).length))
  const rowsHeight = graph.rows.reduce((total, id) => total + rowHeight(id), 0)
  const height = Math.max(rowsHeight, most * ROW)
  const rowYs = graph.rows.map((id, row) => {
    const above = graph.rows.slice(0, row).reduce((total, one) => total + rowHeight(one), (height - rowsHeight) / 2)
    return above + (id === null ? LINE_ROW / 2 : PICTURE_Y)
  })
  const rowY = (row: number): number => rowYs[row] ?? 0

  const ys = new Map<string, number>()
  graph.rows.forEach((id, row) => {
    if (id !== null) ys.set(id, rowY(row))
  })
  const subject = graph.nodes.find(({ lane }) => lane === 'subject')
  if (subject !== undefined) ys.set(subject.id, (height - ROW) / 2 + PICTURE_Y)
  for (const lane of ['between', 'source'] as const) {
    const own = graph.nodes.filter((node) => node.lane === lane).map(({ id }) => ({ id, wanted: wantedY(id) }))
    spread(own, height).forEach((y, id) => ys.set(id, y))
  }

  /** Where the line of its own begins, or the middle of all that it leads to. */
  function wantedY(id: string): number {
    const own = graph.edges.filter(({ from }) => from === id)
    const row = own.find((edge) => edge.row !== null)?.row ?? null
    if (row !== null) return rowY(row)
    const ends = own.flatMap(({ to }) => ys.get(to) ?? [])
    return ends.length === 0 ? height / 2 : ends.reduce((total, y) => total + y, 0) / ends.length
  }

  const at = new Map(graph.nodes.map((node) => [node.id, { node, x: xOf(node.lane), y: ys.get(node.id) ?? height / 2 }]))
  const lines = graph.edges.flatMap((edge) => {
    const [from, to] = [at.get(edge.from), at.get(edge.to)]
    return from === undefined || to === undefined ? [] : [lineOf(edge, from, to, edge.row === null ? null : rowY(edge.row), xOf('rater'))]
  })
  return { width, height, placed: [...at.values()], lines, labelWidth }
}

const rowHeight = (id: string | null): number => (id === null ? LINE_ROW : ROW)

/** Each as near to where it wants to be as the others allow. */
function spread(own: ReadonlyArray<{ id: string; wanted: number }>, height: number): Map<string, number> {
  const ordered = [...own].sort((a, b) => a.wanted - b.wanted)
  const ys = new Map<string, number>()
  let least = PICTURE_Y
  ordered.forEach(({ id, wanted }, i) => {
    const most = height - (ordered.length - i) * ROW + PICTURE_Y
    const y = Math.max(least, Math.min(wanted, most))
    ys.set(id, y)
    least = y + ROW
  })
  return ys
}

function lineOf(edge: GraphEdge, from: Placed, to: Placed, rowY: number | null, raterX: number): Line {
  const width = thickness(edge.share)
  const flowing = thickness(edge.share * (1 - edge.withheld))
  if (from.node.lane === to.node.lane) {
    const bulge = from.x - PICTURE * 1.4
    const path = `M${n(from.x)} ${n(from.y)}C${n(bulge)} ${n(from.y)} ${n(bulge)} ${n(to.y)} ${n(to.x)} ${n(to.y)}`
    return { edge, path, middle: { x: from.x - PICTURE, y: (from.y + to.y) / 2 }, width, flowing }
  }
  if (from.node.lane === 'source' && rowY !== null && to.x > raterX && from.x < raterX) {
    // past those who stand between, along a row of its own
    const path = curve(from.x, from.y, raterX, rowY) + curve(raterX, rowY, to.x, to.y, 'C')
    return { edge, path, middle: { x: raterX, y: rowY }, width, flowing }
  }
  return { edge, path: curve(from.x, from.y, to.x, to.y), middle: { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }, width, flowing }
}

/** A line that leaves and arrives level. @param start `C`: it goes on from where the last one ended */
function curve(x1: number, y1: number, x2: number, y2: number, start: 'M' | 'C' = 'M'): string {
  const middle = (x1 + x2) / 2
  return `${start === 'M' ? `M${n(x1)} ${n(y1)}` : ''}C${n(middle)} ${n(y1)} ${n(middle)} ${n(y2)} ${n(x2)} ${n(y2)}`
}

const thickness = (share: number): number => THINNEST + (THICKEST - THINNEST) * share

const n = (value: number): string => value.toFixed(1).replace(/\.0$/, '')
