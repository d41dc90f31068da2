import { useRef } from 'react'
import type { Why } from '../../../../node/client.ts'
import { AgentPicture } from '../../../parts/agent-picture.tsx'
import { labelFor, useSnapshot } from '../../../state/app-context.ts'
import { useWidth } from '../../../state/use-width.ts'
import { cleanLine } from '../../../text/clean.ts'
import { percent } from '../../../text/why-words.ts'
import { graphOf, type GraphEdge, type GraphNode } from './graph.ts'
import { layOut, PICTURE, type Drawing, type Line } from './layout.ts'

/**
 * From you on the left, over those who have worked with the agent, to the agent on the right. It says nothing that the words below it
 * don't say, so it is hidden from screen readers.
 */
export function TrustGraph({ why }: { why: Why }) {
  const self = useSnapshot()?.status.agent ?? ''
  const place = useRef<HTMLDivElement>(null)
  const width = useWidth(place)
  const graph = graphOf(why, self)
  if (graph.rows.length === 0) return null
  return (
    <div ref={place} className="trust-graph" aria-hidden="true">
      {width > 0 && <Drawn drawing={layOut(graph, width)} />}
      <Key edges={graph.edges} />
    </div>
  )
}

function Drawn({ drawing: { width, height, placed, lines, labelWidth } }: { drawing: Drawing }) {
  const strangers = new Set(lines.flatMap(({ edge }) => (edge.kind === 'stranger' ? edge.from : [])))
  return (
    <div className="trust-drawing" style={{ width, height }}>
      <svg width={width} height={height}>
        {lines.map((line) => (
          <TrustLine key={`${line.edge.from} ${line.edge.to}`} line={line} />
        ))}
      </svg>
      {placed.map(({ node, x, y }) => (
        <div
          key={node.id}
          className={`trust-node at-${strangers.has(node.id) ? 'no-weight' : node.lane}`}
          style={{ left: x, top: y, width: labelWidth }}
        >
          <Node node={node} />
        </div>
      ))}
      {lines
        .filter(({ edge }) => edge.withheld > 0)
        .map(({ edge, middle }) => (
          <span key={`${edge.from} ${edge.to}`} className="trust-mark num" style={{ left: middle.x, top: middle.y }}>
            −{percent(edge.withheld)}
          </span>
        ))}
    </div>
  )
}

function Node({ node: { agents, share } }: { node: GraphNode }) {
  const snapshot = useSnapshot()
  const [agent] = agents
  if (agent === undefined) return null
  if (agents.length > 1) {
    return (
      <>
        <span className="trust-several num">{agents.length}</span>
        <span className="trust-name">others between</span>
      </>
    )
  }
  const { name, self } = labelFor(agent, snapshot)
  return (
    <>
      <AgentPicture agent={agent} size={PICTURE} />
      <bdi className="trust-name">{self ? 'You' : cleanLine(name)}</bdi>
      {share !== null && <span className="trust-share num">{percent(share)}</span>}
    </>
  )
}

/** What is held back shows faded around what flows. */
function TrustLine({ line: { edge, path, width, flowing } }: { line: Line }) {
  const dashes = edge.kind === 'complaint' ? `${Math.max(5, width)} ${Math.max(4, width * 0.7)}` : edge.kind === 'stranger' ? '1 5' : undefined
  return (
    <>
      {edge.withheld > 0 && <path className="trust-line withheld" d={path} strokeWidth={width} />}
      <path className={`trust-line ${edge.kind}`} d={path} strokeWidth={flowing} strokeDasharray={dashes} />
    </>
  )
}

const meanings: ReadonlyArray<readonly [kind: GraphEdge['kind'], text: string, dashes: string | undefined, width: number]> = [
  ['trust', 'trust, the thicker the more', undefined, 5],
  ['complaint', 'a complaint', '6 4', 4],
  ['heard', 'its word counts a little', undefined, 1.5],
  ['stranger', 'a stranger’s word: no weight', '1 5', 2]
]

/** What the lines mean: those that are there. */
function Key({ edges }: { edges: readonly GraphEdge[] }) {
  const kinds = new Set(edges.map(({ kind }) => kind))
  return (
    <ul className="trust-key">
      {meanings
        .filter(([kind]) => kinds.has(kind))
        .map(([kind, text, dashes, width]) => (
          <li key={kind}>
            <svg width="28" height="8">
              <path className={`trust-line ${kind}`} d="M2 4H26" strokeWidth={width} strokeDasharray={dashes} />
            </svg>
            {text}
          </li>
        ))}
      {edges.some(({ withheld }) => withheld > 0) && (
        <li>
          <svg width="28" height="12">
            <path className="trust-line withheld" d="M6 6H22" strokeWidth="10" />
            <path className="trust-line" d="M2 6H26" strokeWidth="3" />
          </svg>
          held back
        </li>
      )}
    </ul>
  )
}
