import { useNow } from '../state/use-now.ts'
import { formatAgo, formatDate } from '../text/format.ts'

/**
 * How long ago something was, with the exact time at hand. What lies ahead by another’s clock counts as just
 * now, unless it is meant to be in the `future`.
 */
export function When({ time, future = false }: { time: number; future?: boolean }) {
  const now = useNow()
  return (
    <time dateTime={new Date(time).toISOString()} title={formatDate(time)}>
      {formatAgo(time, future ? now : Math.max(now, time))}
    </time>
  )
}
