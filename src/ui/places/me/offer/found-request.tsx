import type { ReactNode } from 'react'
import type { PreviewedRequest } from '../../../../node/client.ts'
import { StrangerLine } from '../../../parts/stranger-text.tsx'
import { formatShare, LIKELY, WEAK } from '../../../text/likely.ts'

/** From this cosine on, two texts are near in meaning. */
const NEAR = 0.35

/** A request that leads to an offer: how likely, as a bar, and why. `by`: who said it. */
export function FoundRequest({ request, by, lead }: { request: PreviewedRequest; by?: ReactNode; lead?: string }) {
  const share = Math.min(1, request.likely)
  return (
    <div className={share < LIKELY ? 'found-request weak' : 'found-request'}>
      <p>
        {lead !== undefined && <strong>{lead}: </strong>}
        <StrangerLine text={request.text} max={120} />
      </p>
      <div className="found-bar">
        <span className="found-track" aria-hidden>
          <span className="found-fill" style={{ inlineSize: `${share * 100}%` }} />
        </span>
        <span className="small num">{formatShare(share)}</span>
      </div>
      <p className="small soft">
        {by !== undefined && <>{by} · </>}
        {share < WEAK && 'A long shot · '}
        <Why request={request} />
      </p>
    </div>
  )
}

function Why({ request: { terms, meaning } }: { request: PreviewedRequest }) {
  const words = terms.slice(0, 4).map((term) => `“${term}”`)
  const means = (meaning ?? 0) >= NEAR
  // what is left is what everybody says, or too little to name
  if (words.length === 0) return means ? 'By its meaning' : 'Only just'
  return (
    <>
      By its words <StrangerLine text={words.join(', ')} max={120} />
      {means && ', and by its meaning'}
    </>
  )
}
