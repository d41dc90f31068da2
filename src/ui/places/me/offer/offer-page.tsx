import { Page } from '../../../parts/page.tsx'
import { useSnapshot } from '../../../state/app-context.ts'
import { NEW_OFFER, linkTo } from '../../../state/route.ts'
import { EditTerms } from './edit-terms.tsx'
import { NewOffer } from './new-offer.tsx'
import './offer.css'

/** A new offer, or the terms of one that is there. */
export function OfferPage({ id }: { id: string }) {
  const snapshot = useSnapshot()
  if (id === NEW_OFFER) return <NewOffer taken={(snapshot?.offers ?? []).map(({ capability }) => capability.id)} />
  const offer = snapshot?.offers.find(({ capability }) => capability.id === id)
  if (offer !== undefined) return <EditTerms offer={offer} />
  return (
    <Page title={snapshot === null ? 'Starting…' : 'You don’t offer this'} back={{ href: linkTo('me'), label: 'Me' }}>
      <p className="soft">
        All that you offer is listed in <a href={linkTo('me')}>Me</a>.
      </p>
    </Page>
  )
}
