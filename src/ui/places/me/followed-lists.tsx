import type { FollowedJudges } from '../../../node/client.ts'
import { AgentLink } from '../../parts/agent-name.tsx'
import { JudgesFold } from '../../parts/judges-fold.tsx'
import { Note } from '../../parts/note.tsx'
import { StrangerLine } from '../../parts/stranger-text.tsx'
import { labelFor, useApp, useSnapshot } from '../../state/app-context.ts'
import { useAction } from '../../state/use-action.ts'
import { lackOfJudges } from '../../text/judges-words.ts'
import '../../parts/judges.css'

/** The lists of others that one follows: whose they are, who is on them, and the way to leave them. */
export function FollowedLists({ followed }: { followed: readonly FollowedJudges[] }) {
  return (
    <div className="stack-s judges-part">
      <h3>Lists that you follow</h3>
      {followed.length === 0 ? (
        <p className="small soft">None. When an agent shares whose word counts for it, its page shows that, and you can follow it there.</p>
      ) : (
        <>
          <p className="small soft">All on one list together weigh as much as one agent that you chose yourself.</p>
          <ul className="rows">
            {followed.map((list) => (
              <FollowedRow key={list.agent} list={list} />
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

function FollowedRow({ list }: { list: FollowedJudges }) {
  const { client, announcer } = useApp()
  const snapshot = useSnapshot()
  const { busy, problem, run } = useAction()
  const leave = () =>
    run(async () => {
      await client.follow(list.agent, false)
      announcer.say('List left')
    })
  const lack = lackOfJudges(list)
  return (
    <li className="me-offer">
      <div className="grow">
        {list.is === 'shared' && (
          <strong>
            <StrangerLine text={list.name} max={60} />
          </strong>
        )}
        <div className="row small soft">
          <span>{list.is === 'shared' ? 'by' : 'A list by'}</span>
          <AgentLink agent={list.agent} size={26} />
        </div>
        {lack !== null && <p className="small judges-lack">{lack}</p>}
        {list.is === 'shared' && <JudgesFold agents={list.agents} />}
        {problem !== null && (
          <Note kind="bad" live>
            <p>You still follow it: {problem}</p>
          </Note>
        )}
      </div>
      <button
        type="button"
        className="button danger"
        disabled={busy}
        aria-label={`Leave the list by ${labelFor(list.agent, snapshot).name}`}
        onClick={() => void leave()}
      >
        Leave
      </button>
    </li>
  )
}
