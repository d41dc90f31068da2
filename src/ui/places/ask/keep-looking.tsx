import { BellRing, Megaphone } from 'lucide-react'
import { Suspense, lazy, useState, type ReactNode } from 'react'
import type { StandingInterest } from '../../../node/client.ts'
import type { Constraints } from '../../../node/schema/declaration.ts'
import { Note } from '../../parts/note.tsx'
import { useApp, useSnapshot } from '../../state/app-context.ts'
import { linkTo } from '../../state/route.ts'
import { useAction } from '../../state/use-action.ts'

const TellNetwork = lazy(async () => ({ default: (await import('./tell-network.tsx')).TellNetwork }))

/** Two ways to go on looking, and what each tells others: nothing but a coarse place, or the words. */
export function KeepLooking({ goal, constraints }: { goal: string; constraints: Constraints }) {
  const [open, setOpen] = useState(false)
  const [told, setTold] = useState(false)
  return (
    <div className="ways">
      <Listen goal={goal} constraints={constraints} />
      {told ? (
        <Note kind="good" live>
          <p>
            The network knows what you look for. You can take it back in <a href={linkTo('me')}>Me</a>.
          </p>
        </Note>
      ) : (
        <Way
          icon={<Megaphone size={18} aria-hidden />}
          label="Tell the network what you look for"
          reveals="Public: everybody can read your words, with your agent’s name beside them."
          onClick={() => setOpen(true)}
        />
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
    </div>
  )
}

function Listen({ goal, constraints }: { goal: string; constraints: Constraints }) {
  const { client } = useApp()
  const snapshot = useSnapshot()
  const { busy, problem, run } = useAction()
  const [listened, setListened] = useState<string | null>(null)
  const text = goal.trim()
  // a long one is kept cut
  const isThis = (one: StandingInterest): boolean => one.id === listened || (one.text === text && isSame(one.constraints, constraints))
  if (snapshot?.interests.some(isThis) === true) {
    return (
      <Note kind="good" live>
        <p>You are told when somebody can. It stands under “Listening for”, below.</p>
      </Note>
    )
  }
  return (
    <>
      <Way
        icon={<BellRing size={18} aria-hidden />}
        label="Tell me when somebody can"
        reveals="Private: your words stay on this device. Others learn only a coarse place in the map of topics."
        disabled={busy || text === ''}
        onClick={() =>
          void run(async () => {
            setListened(await client.listen(text, { constraints }))
          })
        }
      />
      {problem !== null && (
        <Note kind="bad" live>
          <p>It does not listen: {problem}</p>
        </Note>
      )}
    </>
  )
}

/** Whether two say the same, in whatever order. */
function isSame(one: Constraints, other: Constraints): boolean {
  const said = (all: Constraints) => JSON.stringify(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)))
  return said(one) === said(other)
}

function Way({
  icon,
  label,
  reveals,
  disabled = false,
  onClick
}: {
  icon: ReactNode
  label: string
  reveals: string
  disabled?: boolean
  onClick: () => void
}) {
  return (
    <div className="way">
      <button type="button" className="button" disabled={disabled} onClick={onClick}>
        {icon} {label}
      </button>
      <p className="small soft">{reveals}</p>
    </div>
  )
}
