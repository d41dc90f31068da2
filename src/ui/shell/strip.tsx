import { ChevronDown, CirclePause, CloudOff, Link2, Radio, Search, Sunrise, TriangleAlert } from 'lucide-react'
import { useRef } from 'react'
import { Mark } from '../parts/mark.tsx'
import { connectionWords, type ConnectionWords } from '../parts/connection-words.ts'
import { useSnapshot } from '../state/app-context.ts'
import { linkTo } from '../state/route.ts'
import { useOnline } from '../state/use-online.ts'

const icons: Record<ConnectionWords['kind'], typeof Link2> = {
  starting: Sunrise,
  looking: Search,
  relayed: Radio,
  direct: Link2,
  offline: CloudOff
}

/** Always there: the state of the connection in words, a shape and a colour; on tap why, and what to do. */
export function Strip() {
  const snapshot = useSnapshot()
  const online = useOnline()
  const { kind, label, why, advice } = connectionWords(snapshot?.status ?? null, online)
  const Icon = icons[kind]
  const details = useRef<HTMLDivElement>(null)
  return (
    <header className="strip">
      <a className="strip-brand" href={linkTo('ask')}>
        <Mark size={24} /> <span>Starling</span>
      </a>
      {snapshot?.state.open === false && (
        <a className="strip-note" href={linkTo('me')}>
          <CirclePause size={15} aria-hidden />{' '}
          <span>
            Closed<span className="strip-long"> for others’ work</span>
          </span>
        </a>
      )}
      {snapshot?.status.storage.kind === 'memory' && (
        <a className="strip-note warn" href={linkTo('me')}>
          <TriangleAlert size={15} aria-hidden />{' '}
          <span>
            Not kept<span className="strip-long"> after you close this tab</span>
          </span>
        </a>
      )}
      <button
        type="button"
        className={`strip-state ${kind}`}
        aria-label={`Connection: ${label}`}
        popoverTarget="strip-why"
      >
        <Icon size={15} aria-hidden />
        <span className="strip-label num">{label}</span>
        <ChevronDown size={14} aria-hidden />
      </button>
      <div
        ref={details}
        id="strip-why"
        popover="auto"
        className="strip-why"
        role="dialog"
        aria-labelledby="strip-title"
      >
        <h2 id="strip-title">{label}</h2>
        <p>{why}</p>
        {advice !== '' && <p className="soft">{advice}</p>}
        {(snapshot?.status.networkReason ?? '') !== '' && (
          <p className="small faint">In the network’s words: {snapshot?.status.networkReason}</p>
        )}
        <p>
          <a href={linkTo('me')} onClick={() => details.current?.hidePopover()}>
            See every connection
          </a>
        </p>
      </div>
    </header>
  )
}
