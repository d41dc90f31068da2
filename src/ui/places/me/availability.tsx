import type { Snapshot } from '../../../node/client.ts'
import { LabelledSwitch } from '../../parts/labelled-switch.tsx'
import { Note } from '../../parts/note.tsx'
import { Section } from '../../parts/page.tsx'
import { useApp } from '../../state/app-context.ts'
import { useAction } from '../../state/use-action.ts'
import { stateWords } from '../../text/state-words.ts'

const LABEL = 'Take on work for others'

/** Whether work is taken on for others, and how one is at this moment in others’ eyes. */
export function Availability({ state }: { state: Snapshot['state'] }) {
  const { client, announcer } = useApp()
  const { busy, problem, run } = useAction()
  const turn = (open: boolean) =>
    run(async () => {
      await client.setOpen(open)
      announcer.say(open ? 'Your agent takes on work for others' : 'Your agent takes on no work for others')
    })
  return (
    <Section title="How I am now">
      <div className="me-offer">
        <div className="grow">
          <h3>{LABEL}</h3>
          <p className="small soft">
            When off, others see that your agent takes on no work, and new requests are turned away. What is agreed goes on.
          </p>
        </div>
        <LabelledSwitch label={LABEL} checked={state.open} disabled={busy} onChange={(on) => void turn(on)} />
      </div>
      {problem !== null && (
        <Note kind="bad" live>
          <p>That did not work: {problem}</p>
        </Note>
      )}
      <dl className="facts">
        <dt>Others see</dt>
        <dd>{stateWords(state)}</dd>
      </dl>
    </Section>
  )
}
