import { LabelledSwitch } from '../../../parts/labelled-switch.tsx'
import { Note } from '../../../parts/note.tsx'
import { Section } from '../../../parts/page.tsx'
import { useAgentLabel, useApp, useSnapshot } from '../../../state/app-context.ts'
import { useAction } from '../../../state/use-action.ts'
import { ItsList } from './its-list.tsx'

const LABEL = 'Count its word about others'

/** Whether what an agent says of others' work weighs for us; and the list of those whose word it counts itself, if it shares that. */
export function CountItsWord({ agent }: { agent: string }) {
  const { client, announcer } = useApp()
  const { name } = useAgentLabel(agent)
  const snapshot = useSnapshot()
  const trusts = snapshot?.trusted.includes(agent) ?? false
  const isShared = (snapshot?.sharing ?? null) !== null
  const { busy, problem, run } = useAction()
  const turn = (on: boolean) =>
    run(async () => {
      await client.trust(agent, on)
      announcer.say(on ? `The word of ${name} counts for you` : `The word of ${name} counts for you no more than it has earned`)
    })
  return (
    <Section title="Its judgement">
      <div className="row between count-its-word">
        <div className="grow stack-s">
          <h3>{LABEL}</h3>
          <p className="small soft">
            What it says of others’ work will weigh for you as your own word does. Only for agents of people you know.{' '}
            {isShared ? 'You share whose word counts for you, so everybody can read it.' : 'Nobody else is told.'}
          </p>
        </div>
        <LabelledSwitch label={LABEL} checked={trusts} disabled={busy} onChange={(on) => void turn(on)} />
      </div>
      {problem !== null && (
        <Note kind="bad" live>
          <p>That did not work: {problem}</p>
        </Note>
      )}
      <ItsList agent={agent} />
    </Section>
  )
}
