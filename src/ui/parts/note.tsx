import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'

const icons = { info: Info, accent: Info, good: CircleCheck, warn: TriangleAlert, bad: CircleAlert }

/** Something to know, with what it means. `live` has it read out when it appears. */
export function Note({
  kind = 'info',
  live = false,
  children
}: {
  kind?: keyof typeof icons
  live?: boolean
  children: ReactNode
}) {
  const Icon = icons[kind]
  return (
    <div className={`note ${kind}`} {...(live ? { role: kind === 'bad' ? 'alert' : 'status' } : {})}>
      <Icon size={18} aria-hidden />
      <div>{children}</div>
    </div>
  )
}
