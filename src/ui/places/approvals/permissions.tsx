import type { Permission } from '../../../node/client.ts'
import { AgentName } from '../../parts/agent-name.tsx'
import { limitWords } from '../../parts/limit-words.ts'
import { Note } from '../../parts/note.tsx'
import { Section } from '../../parts/page.tsx'
import { StrangerLine } from '../../parts/stranger-text.tsx'
import { When } from '../../parts/when.tsx'
import { useApp, useSnapshot } from '../../state/app-context.ts'
import { useAction } from '../../state/use-action.ts'
import { plural } from '../../text/format.ts'
import './permissions.css'

/** What may run without a question, and the way to take it back. */
export function Permissions() {
  const snapshot = useSnapshot()
  const permissions = snapshot?.permissions ?? []
  return (
    <Section title="Standing permissions">
      {permissions.length === 0 ? (
        <p className="soft">None. Your agent asks you every time.</p>
      ) : (
        <ul className="rows">
          {permissions.map((permission) => (
            <PermissionRow key={permission.id} permission={permission} />
          ))}
        </ul>
      )}
    </Section>
  )
}

function PermissionRow({ permission }: { permission: Permission }) {
  const { client, announcer } = useApp()
  const snapshot = useSnapshot()
  const { busy, problem, run } = useAction()
  const skill =
    snapshot?.offers.find(({ capability }) => capability.id === permission.skill)?.capability.name ?? permission.skill
  const revoke = () =>
    run(async () => {
      await client.revoke(permission.id)
      announcer.say('Permission taken back')
    })
  return (
    <li className="permission">
      <div className="grow stack-s">
        <p>
          {permission.agent === null ? <strong>Anyone</strong> : <AgentName agent={permission.agent} tail />}
          {' may run '}
          <strong>
            <StrangerLine text={skill} max={60} />
          </strong>
        </p>
        <p className="small soft num">
          {plural(permission.perDay, 'time')} a day, {limitWords(permission.limits)}. Used{' '}
          {plural(permission.usedToday, 'time')} today. Given <When time={permission.created} />.
        </p>
        {problem !== null && (
          <Note kind="bad" live>
            <p>It still stands: {problem}</p>
          </Note>
        )}
      </div>
      <button type="button" className="button danger" disabled={busy} onClick={() => void revoke()}>
        Take back
      </button>
    </li>
  )
}
