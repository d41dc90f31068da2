import { Progress as Bar } from '@base-ui/react/progress'
import { useState } from 'react'
import type { Progress } from '../../node/schema/result.ts'
import { formatDuration } from '../text/format.ts'
import { remainingMs } from './remaining.ts'
import { StrangerLine } from './stranger-text.tsx'
import './task-progress.css'

/** How far the work is, in words, as a bar, and with an estimate once there is ground for one. */
export function TaskProgress({ progress, compact = false }: { progress: Progress; compact?: boolean }) {
  const [first] = useState(progress)
  const left = remainingMs(first, progress)
  const percent = Math.round(progress.fraction * 100)
  return (
    <Bar.Root className="progress" value={percent} aria-label="Progress">
      <Bar.Track className="progress-track">
        <Bar.Indicator className="progress-bar" />
      </Bar.Track>
      <div className="progress-words small soft">
        <span className="num">{percent} %</span>
        {progress.note !== '' && (
          <span className="grow">
            <StrangerLine text={progress.note} max={compact ? 50 : 120} />
          </span>
        )}
        {left !== null && <span className="num">about {formatDuration(left)} left</span>}
      </div>
    </Bar.Root>
  )
}
