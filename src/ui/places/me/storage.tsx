import type { Status } from '../../../node/client.ts'
import { Note } from '../../parts/note.tsx'
import { Section } from '../../parts/page.tsx'
import { offlineShell } from '../../state/offline-shell.ts'
import { useValue } from '../../state/use-value.ts'

/** Whether what one does is kept, and what that means. */
export function Storage({ storage }: { storage: Status['storage'] }) {
  const shell = useValue(offlineShell)
  return (
    <Section title="Storage">
      {storage.kind === 'memory' ? (
        <Note kind="warn">
          <p>
            <strong>Kept only while this tab is open.</strong>{' '}
            {storage.problem ?? 'This browser does not let pages keep anything here.'}
          </p>
          <p>
            When you close or reload the tab, your agent’s key, tasks and log are gone, and you come back as somebody
            new. To keep them, open this page in a normal window instead of a private one, and allow it to keep data.
          </p>
        </Note>
      ) : (
        <Note kind={storage.problem === null ? 'good' : 'warn'}>
          <p>
            <strong>Kept in this browser.</strong> Your agent’s key, tasks and log are there again when you come back.
          </p>
          {storage.problem !== null && <p>{storage.problem}</p>}
          {storage.persistent === false && (
            <p className="soft">
              Should this device run out of room, the browser may clear them. Installing Starling usually prevents that; so
              does saving your log as a file.
            </p>
          )}
          <p className="soft">Clearing this site’s data in the browser removes them for good.</p>
        </Note>
      )}
      {shell !== null && (
        <p className="small soft">
          {shell.problem === null
            ? 'This page opens without a network, too.'
            : `This page needs a network to open: the browser does not keep it (${shell.problem}).`}
        </p>
      )}
    </Section>
  )
}
