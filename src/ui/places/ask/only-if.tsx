import { Suspense, lazy, useState } from 'react'
import type { Constraints } from '../../../node/schema/declaration.ts'
import { plural } from '../../text/format.ts'

const TermsWanted = lazy(async () => ({ default: (await import('./terms-wanted.tsx')).TermsWanted }))
const TermsSaid = lazy(async () => ({ default: (await import('./terms-wanted.tsx')).TermsSaid }))

/** On what terms it is to be done: folded away, and said in a line where some hold. */
export function OnlyIf({ constraints, onChange }: { constraints: Constraints; onChange: (constraints: Constraints) => void }) {
  const [open, setOpen] = useState(false)
  const count = Object.keys(constraints).length
  return (
    <details className="more only-if" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span>
          Only if
          {count === 0 ? (
            '…'
          ) : (
            <Suspense fallback={`: ${plural(count, 'term')}`}>
              <TermsSaid constraints={constraints} />
            </Suspense>
          )}
        </span>
      </summary>
      {open && (
        <Suspense fallback={<div className="skeleton" />}>
          <TermsWanted constraints={constraints} onChange={onChange} />
        </Suspense>
      )}
    </details>
  )
}
