import { useState } from 'react'
import type { Snapshot } from '../../../node/client.ts'
import { Field } from '../../parts/field.tsx'
import { LabelledSwitch } from '../../parts/labelled-switch.tsx'
import { Note } from '../../parts/note.tsx'
import { useApp } from '../../state/app-context.ts'
import { useAction } from '../../state/use-action.ts'
import '../../parts/judges.css'

const LABEL = 'Share my list'
const FIRST_NAME = 'Whose word counts for me'
const MAX_NAME = 60

/** Whether others may read whose word counts here, and follow it. */
export function ShareMyList({ sharing, trusted }: Pick<Snapshot, 'sharing' | 'trusted'>) {
  const { client, announcer } = useApp()
  const { busy, problem, run } = useAction()
  const [name, setName] = useState(sharing ?? FIRST_NAME)
  const isShared = sharing !== null
  const share = (next: string | null) =>
    run(async () => {
      await client.share(next)
      announcer.say(next === null ? 'Your list is shared no more' : 'Your list is shared with everybody')
    })
  return (
    <div className="stack-s judges-part">
      <div className="me-offer">
        <div className="grow">
          <h3>{LABEL}</h3>
          <p className="small soft">
            {isShared
              ? 'Everybody in the network can read whose word counts for you, and follow it. What you change is public within a minute.'
              : 'Then everybody in the network can read whose word counts for you, and follow it. Who has read it may keep it, also when you stop.'}
          </p>
        </div>
        <LabelledSwitch label={LABEL} checked={isShared} disabled={busy} onChange={(on) => void share(on ? name : null)} />
      </div>
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault()
          void share(name)
        }}
      >
        <div className="grow">
          <Field label="Its name">
            {(control) => (
              <input {...control} className="field" maxLength={MAX_NAME} value={name} onChange={(event) => setName(event.target.value)} />
            )}
          </Field>
        </div>
        {isShared && name.trim() !== sharing && (
          <button type="submit" className="button" disabled={busy}>
            Change its name
          </button>
        )}
      </form>
      {isShared && trusted.length === 0 && (
        <p className="small soft">Nobody is on it yet: it is public as soon as you count somebody’s word.</p>
      )}
      {isShared && trusted.length > 64 && <p className="small soft">A list has room for 64: the last that you chose.</p>}
      {problem !== null && (
        <Note kind="bad" live>
          <p>That did not work: {problem}</p>
        </Note>
      )}
    </div>
  )
}
