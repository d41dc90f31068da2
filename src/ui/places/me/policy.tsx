import { Suspense, lazy, useState } from 'react'
import type { Policy as PolicyView } from '../../../node/client.ts'
import { Section } from '../../parts/page.tsx'
import { factWords, insistenceWords } from '../../text/term-words.ts'

const PolicyDialog = lazy(async () => ({ default: (await import('./policy-dialog.tsx')).PolicyDialog }))

/** With whom this agent works at all, and what it says of itself to those who insist on something. */
export function Policy({ policy }: { policy: PolicyView }) {
  const [open, setOpen] = useState(false)
  return (
    <Section title="Whom I work with" intro="Who says otherwise is not connected to and not heard. Who does not say it is not found, not asked and not answered.">
      <dl className="facts">
        <dt>About me</dt>
        <dd>{factWords(policy.facts)}</dd>
        <dt>I work with</dt>
        <dd>{insistenceWords(policy.insists)}</dd>
      </dl>
      <div>
        <button type="button" className="button" onClick={() => setOpen(true)}>
          Change whom I work with…
        </button>
      </div>
      {open && (
        <Suspense>
          <PolicyDialog policy={policy} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </Section>
  )
}
