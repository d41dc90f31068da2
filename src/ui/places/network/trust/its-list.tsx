import type { JudgesOf } from '../../../../node/client.ts'
import { JudgesFold } from '../../../parts/judges-fold.tsx'
import { Note } from '../../../parts/note.tsx'
import { StrangerLine } from '../../../parts/stranger-text.tsx'
import { useAgentLabel, useApp, useSnapshot } from '../../../state/app-context.ts'
import { useAction } from '../../../state/use-action.ts'
import { useJudges } from '../../../state/use-reputation.ts'
import { lackOfJudges } from '../../../text/judges-words.ts'
import '../../../parts/judges.css'

/** The list of judges that an agent shares, with the way to follow or leave it; nothing where there is none. */
export function ItsList({ agent }: { agent: string }) {
  const follows = useSnapshot()?.followed.some((one) => one.agent === agent) ?? false
  const { value: list, problem } = useJudges(agent)
  if (problem !== null) {
    return (
      <Note kind="bad" live>
        <p>Whether it shares a list can’t be read now: {problem}</p>
      </Note>
    )
  }
  if (list === null || (list.is !== 'shared' && !follows)) return null
  return <Known agent={agent} list={list} follows={follows} />
}

function Known({ agent, list, follows }: { agent: string; list: JudgesOf; follows: boolean }) {
  const { client, announcer } = useApp()
  const { name } = useAgentLabel(agent)
  const { busy, problem, run } = useAction()
  const follow = () =>
    run(async () => {
      await client.follow(agent, !follows)
      announcer.say(follows ? `You left the list by ${name}` : `You follow the list by ${name}`)
    })
  const lack = lackOfJudges(list)
  return (
    <div className="stack-s judges-part">
      <h3>
        {list.is === 'shared' ? (
          <>
            Shares a list: <StrangerLine text={list.name} max={60} />
          </>
        ) : (
          'Its list'
        )}
      </h3>
      {lack === null ? (
        <p className="small soft">
          Agents whose word counts for it. While you follow the list, all on it together weigh for you as much as one agent that you chose
          yourself. Nobody is told that you do.
        </p>
      ) : (
        <p className="small judges-lack">{lack}</p>
      )}
      {list.is === 'shared' && <JudgesFold agents={list.agents} />}
      <div>
        <button type="button" className={follows ? 'button danger' : 'button'} disabled={busy} onClick={() => void follow()}>
          {follows ? 'Leave its list' : 'Follow its list'}
        </button>
      </div>
      {problem !== null && (
        <Note kind="bad" live>
          <p>That did not work: {problem}</p>
        </Note>
      )}
    </div>
  )
}
