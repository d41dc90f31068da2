import { Page } from '../../../parts/page.tsx'
import { useSnapshot } from '../../../state/app-context.ts'
import { NEW_OFFER, linkTo } from '../../../state/route.ts'
import { EditOffer } from './edit-offer.tsx'
import { EditTerms } from './edit-terms.tsx'
import { NewOffer } from './new-offer.tsx'
import './offer.css'

/** A new offer, or one that is there: all of it if the operator has added it, else its terms. */
export function OfferPage({ id }: { id: string }) {
  const snapshot = useSnapshot()
  const offer = snapshot?.offers.find(({ capability }) => capability.id === id)
  const taken = (snapshot?.offers ?? []).flatMap((one) => (one === offer ? [] : one.capability.id))
  if (id === NEW_OFFER) return <NewOffer taken={taken} />
  if (offer !== undefined) return offer.own ? <EditOffer offer={offer} taken={taken} /> : <EditTerms offer={offer} />
  return (
    <Page title={snapshot === null ? 'Starting…' : 'You don’t offer this'} back={{ href: linkTo('me'), label: 'Me' }}>
      <p className="soft">
        All that you offer is listed in <a href={linkTo('me')}>Me</a>.
      </p>
    </Page>
  )
}
