import { Frown, Meh, Smile } from 'lucide-react'
import type { LogEntryView, TaskView } from '../../../node/client.ts'
import { Note } from '../../parts/note.tsx'
import { Section } from '../../parts/page.tsx'
import { useApp } from '../../state/app-context.ts'
import { isOver } from '../../state/task-steps.ts'
import { useAction } from '../../state/use-action.ts'
import { latest, useLookedUp } from '../../state/use-looked-up.ts'
import { scoreChoices, scoreWords } from '../../text/score-words.ts'

const icons: Readonly<Record<number, typeof Smile>> = { 100: Smile, 0: Meh, [-100]: Frown }

/** Saying how the other side of a task did: there once it is over, if both had signed a contract. */
export function HowDidItGo({ task }: { task: TaskView }) {
  return isOver(task) && task.contract !== null && task.entries.contract !== null ? <Say task={task} /> : null
}

function Say({ task: { id, role, entries } }: { task: TaskView }) {
  const { client, announcer } = useApp()
  const { busy, problem, run } = useAction()
  const stands = useLookedUp(entries.rating === null ? null : String(entries.rating), 0, async () => {
    const seq = entries.rating ?? 0
    const [entry] = await client.log({ after: seq - 1 })
    return { score: entry?.seq === seq ? scoreOf(entry) : null }
  })
  const score = latest(stands)?.score ?? null
  const say = (next: number, label: string) =>
    run(async () => {
      await client.rate(id, next)
      announcer.say(`Said: ${label}`)
    })
  return (
    <Section
      title="How did it go?"
      intro={
        <>
          {role === 'leader' ? 'Say how the other agent did its work.' : 'Say how it was to work for the other agent.'} It is public and signed:
          everybody can see whom you mean, the field and your word, but not what it was about. You can change it later.
        </>
      }
    >
      <div className="how-it-went" role="group" aria-label="How did it go?">
        {scoreChoices.map((choice) => {
          const Icon = icons[choice.score]
          return (
            <button
              key={choice.score}
              type="button"
              className={choice.score === score ? 'button said' : 'button'}
              aria-pressed={choice.score === score}
              disabled={busy}
              onClick={() => void say(choice.score, choice.label)}
            >
              {Icon !== undefined && <Icon size={18} aria-hidden />} {choice.label}
            </button>
          )
        })}
      </div>
      {(entries.rating === null || score !== null) && <p className="small soft">{scoreWords(score)}</p>}
      {problem !== null && (
        <Note kind="bad" live>
          <p>It was not said: {problem}</p>
        </Note>
      )}
    </Section>
  )
}

/** What an entry of our own log says of how it went; null: it is no rating, or is not held any more. */
function scoreOf({ body }: LogEntryView): number | null {
  if (typeof body !== 'object' || body === null || !('rating' in body)) return null
  const { rating } = body
  return typeof rating === 'object' && rating !== null && 'score' in rating && typeof rating.score === 'number' ? rating.score : null
}
