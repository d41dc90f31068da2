import type { Constraints } from '../../../node/schema/declaration.ts'
import { StrangerLine } from '../../parts/stranger-text.tsx'
import { useSnapshot } from '../../state/app-context.ts'
import { KeepLooking } from './keep-looking.tsx'
import './looking.css'

/** Nobody fits: what can be had here instead, and two ways to go on looking. */
export function Nobody({
  goal,
  constraints,
  isWhole,
  onAnyTerms
}: {
  goal: string
  constraints: Constraints
  /** nothing is being compared any more */
  isWhole: boolean
  /** looks without them */
  onAnyTerms: () => void
}) {
  const snapshot = useSnapshot()
  const limited = Object.keys(constraints).length > 0
  const onTerms = limited ? ' on your terms' : ''
  const alone = (snapshot?.agents ?? []).every((agent) => agent.reach === 'away')
  const names = (snapshot?.agents ?? []).flatMap((agent) => agent.offers.names)
  const offered = [...new Set(names)]
  return (
    <section className="card stack" aria-label="Nobody found">
      <div className="stack-s">
        <h2>{alone ? 'Nobody is here yet' : isWhole ? `Nobody here says they can do this${onTerms}` : `Nobody so far${onTerms}`}</h2>
        <p className="soft" role="status">
          {alone
            ? 'Starling keeps looking for others, and looks again by itself when somebody comes.'
            : isWhole
              ? 'Other words may find somebody. It looks again by itself when somebody new comes.'
              : 'What you mean is still being compared with what agents here offer. Whoever fits shows here.'}
        </p>
        {limited && (
          <div>
            <button type="button" className="button" onClick={onAnyTerms}>
              Look on any terms
            </button>
          </div>
        )}
      </div>
      {offered.length > 0 && (
        <div className="stack-s">
          <p className="small soft">What agents here offer:</p>
          <ul className="row">
            {offered.slice(0, 8).map((name) => (
              <li key={name} className="chip">
                <StrangerLine text={name} max={40} />
              </li>
            ))}
          </ul>
        </div>
      )}
      <KeepLooking key={goal} goal={goal} constraints={constraints} />
    </section>
  )
}

/** Only long shots: the same two ways, without more words. */
export function NoneOfThem({ goal, constraints }: { goal: string; constraints: Constraints }) {
  return (
    <section className="card stack" aria-label="None of them?">
      <h2>None of them?</h2>
      <KeepLooking key={goal} goal={goal} constraints={constraints} />
    </section>
  )
}
