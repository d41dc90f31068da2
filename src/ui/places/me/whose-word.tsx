import type { Snapshot } from '../../../node/client.ts'
import { AgentLink } from '../../parts/agent-name.tsx'
import { Note } from '../../parts/note.tsx'
import { Section } from '../../parts/page.tsx'
import { labelFor, useApp } from '../../state/app-context.ts'
import { linkTo } from '../../state/route.ts'
import { useAction } from '../../state/use-action.ts'
import { FollowedLists } from './followed-lists.tsx'
import { ShareMyList } from './share-my-list.tsx'

/** Whose judgement of others counts here: our own, that of whom our operator chose, and that of whom those lists name that one follows. */
export function WhoseWord({ snapshot }: { snapshot: Snapshot }) {
  const { trusted, followed, sharing } = snapshot
  const { client, announcer } = useApp()
  const { busy, problem, run } = useAction()
  const takeBack = (agent: string) =>
    run(async () => {
      await client.trust(agent, false)
      announcer.say('Taken back')
    })
  return (
    <Section
      title="Whose word counts"
      intro={`Whether an agent works well is judged from here: by what you say of tasks that are over, and by the word of those you choose. ${
        sharing === null ? 'Only you see this.' : 'You share whom you chose; which lists you follow only you see.'
      }`}
    >
      <ul className="rows">
        <li className="me-offer">
          <span className="grow">
            <strong>You</strong>
          </span>
          <span className="small soft">always</span>
        </li>
        {trusted.map((agent) => (
          <li key={agent} className="me-offer">
            <div className="grow">
              <AgentLink agent={agent} />
            </div>
            <button
              type="button"
              className="button danger"
              disabled={busy}
              aria-label={`Take back: ${labelFor(agent, snapshot).name}`}
              onClick={() => void takeBack(agent)}
            >
              Take back
            </button>
          </li>
        ))}
      </ul>
      {trusted.length === 0 && (
        <p className="soft">
          Nobody else’s yet. When you know the person behind an agent, open its page in the <a href={linkTo('network')}>Network</a> and choose
          “Count its word about others”: then you also see what they have found out.
        </p>
      )}
      {problem !== null && (
        <Note kind="bad" live>
          <p>That did not work: {problem}</p>
        </Note>
      )}
      <FollowedLists followed={followed} />
      <ShareMyList sharing={sharing} trusted={trusted} />
    </Section>
  )
}
