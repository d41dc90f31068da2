import { Link2, MoonStar, Radio } from 'lucide-react'
import type { AgentView } from '../../node/client.ts'

/** How an agent can be reached now: a word and a shape, never colour alone. */
export function ReachChip({ reach }: { reach: AgentView['reach'] }) {
  switch (reach) {
    case 'direct':
      return (
        <span className="chip good">
          <Link2 size={14} aria-hidden /> Direct
        </span>
      )
    case 'relayed':
      return (
        <span className="chip warn">
          <Radio size={14} aria-hidden /> Through a relay
        </span>
      )
    case 'away':
      return (
        <span className="chip">
          <MoonStar size={14} aria-hidden /> Away
        </span>
      )
  }
}
