import { CircleAlert, HeartHandshake, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Standing } from '../../node/client.ts'
import { ratingWords, standingWord, type StandingWord } from '../text/standing-words.ts'
import './standing.css'

const icons: Record<StandingWord['kind'], typeof HeartHandshake | null> = {
  good: HeartHandshake,
  plain: null,
  warn: TriangleAlert,
  bad: CircleAlert
}

/** How an agent stands in a field, in a few words. */
export function StandingChip({ standing }: { standing: Pick<Standing, 'level' | 'record' | 'excluded'> }) {
  const { word, kind } = standingWord(standing)
  const Icon = icons[kind]
  return (
    <span className={kind === 'plain' ? 'chip' : `chip ${kind}`}>
      {Icon !== null && <Icon size={14} aria-hidden />} {word}
    </span>
  )
}

/** How an agent stands in a field: what it is called, a bar that is half full where that is usual, and how many spoke of it. */
export function StandingLine({ standing, title, action }: { standing: Standing; title: ReactNode; action?: ReactNode }) {
  const { level, ratings } = standing
  const { word, kind } = standingWord(standing)
  const share = Math.round(Math.max(0, Math.min(1, level)) * 100)
  return (
    <>
      <div className="standing-head">
        {title}
        <StandingChip standing={standing} />
      </div>
      <div
        className="level"
        role="meter"
        aria-label="Trust"
        aria-valuenow={share}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuetext={`${word}: ${share} of 100, 50 is usual`}
      >
        <span className={`level-filled ${kind}`} style={{ width: `${share}%` }} />
        <span className="level-usual" />
      </div>
      <div className="row between">
        <span className="small soft num">{ratingWords(ratings)}</span>
        {action}
      </div>
    </>
  )
}
