import { Megaphone } from 'lucide-react'
import { Suspense, lazy, useState } from 'react'
import { Note } from '../../parts/note.tsx'
import { StrangerLine } from '../../parts/stranger-text.tsx'
import { useSnapshot } from '../../state/app-context.ts'
import { linkTo } from '../../state/route.ts'

const TellNetwork = lazy(async () => ({ default: (await import('./tell-network.tsx')).TellNetwork }))

/** Nobody fits: what can be had here instead, and a way to say what one looks for. */
export function Nobody({ goal }: { goal: string }) {
  const snapshot = useSnapshot()
  const [open, setOpen] = useState(false)
  const [told, setTold] = useState(false)
  const alone = (snapshot?.agents ?? []).every((agent) => agent.reach === 'away')
  const names = (snapshot?.agents ?? []).flatMap((agent) => agent.capabilities.map(({ capability }) => capability.name))
  const offered = [...new Set(names)]
  return (
    <section className="card stack" aria-label="Nobody found">
      <div className="stack-s">
        <h2>{alone ? 'Nobody is here yet' : 'Nobody here says they can do this'}</h2>
        <p className="soft">
          {alone
            ? 'Starling keeps looking for others, and looks again by itself when somebody comes.'
            : 'Other words may find somebody. It looks again by itself when somebody new comes.'}
        </p>
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
      {told ? (
        <Note kind="good" live>
          <p>
            The network knows what you look for. You can take it back in <a href={linkTo('me')}>Me</a>.
          </p>
        </Note>
      ) : (
        <div>
          <button type="button" className="button" onClick={() => setOpen(true)}>
            <Megaphone size={18} aria-hidden /> Tell the network what you look for
          </button>
        </div>
      )}
      {open && (
        <Suspense>
          <TellNetwork
            goal={goal}
            onClose={() => setOpen(false)}
            onTold={() => {
              setTold(true)
              setOpen(false)
            }}
          />
        </Suspense>
      )}
    </section>
  )
}
