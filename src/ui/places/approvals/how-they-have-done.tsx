import type { ApprovalView } from '../../../node/client.ts'
import { historyWords } from '../../parts/history-words.ts'
import { StandingChip } from '../../parts/standing.tsx'
import { StrangerLine } from '../../parts/stranger-text.tsx'
import { linkTo } from '../../state/route.ts'
import { useReputation } from '../../state/use-reputation.ts'
import { isHeardOf, ratingWords } from '../../text/standing-words.ts'
import { topicLabel } from '../../text/term-words.ts'

/** Best fields that are named. */
const FIELDS = 2

/** How an agent that asks has done: with us, as one who asks, and with its own work. */
export function HowTheyHaveDone({ agent, history }: Pick<ApprovalView, 'agent' | 'history'>) {
  const { value: reputation, problem } = useReputation(agent)
  const fields = (reputation?.topics ?? []).filter(isHeardOf).slice(0, FIELDS)
  return (
    <ul className="stack-s">
      <li>{historyWords(history)}</li>
      {problem !== null && <li>What others say can’t be read now: {problem}</li>}
      {reputation !== null && (
        <li>
          As one who asks:{' '}
          {isHeardOf(reputation.asking) ? (
            <>
              <StandingChip standing={reputation.asking} /> <span className="small soft num">{ratingWords(reputation.asking.ratings)}</span>
            </>
          ) : (
            'nobody has said how it went'
          )}
        </li>
      )}
      {fields.map((standing) => (
        <li key={standing.topic ?? ''}>
          Its own work, <StrangerLine text={topicLabel(standing.topic ?? '').name} max={60} />: <StandingChip standing={standing} />
        </li>
      ))}
      {fields.length > 0 && (
        <li>
          <a href={linkTo('network', agent)}>All that is said of it, and why</a>
        </li>
      )}
    </ul>
  )
}
