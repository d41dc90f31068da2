import { BatteryLow, CirclePause, Layers } from 'lucide-react'
import type { AgentView } from '../../node/client.ts'
import { hindrance, hindranceWords, type Hindrance } from '../text/state-words.ts'

const icons: Record<Hindrance, typeof CirclePause> = { closed: CirclePause, full: Layers, low: BatteryLow }

/** What speaks against asking an agent now, by what it says of itself; nothing when nothing does. */
export function HindranceChip({ state }: { state: AgentView['state'] }) {
  const what = hindrance(state)
  if (what === null) return null
  const Icon = icons[what]
  return (
    <span className="chip warn">
      <Icon size={14} aria-hidden /> {hindranceWords[what]}
    </span>
  )
}
