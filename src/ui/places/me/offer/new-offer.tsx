import { useApp } from '../../../state/app-context.ts'
import type { OfferDraft } from '../../../state/offer-drafts.ts'
import { goTo } from '../../../state/route.ts'
import { useValue } from '../../../state/use-value.ts'
import { cleanLine } from '../../../text/clean.ts'
import { OfferForm } from './offer-form.tsx'
import { emptyOffer, offerInput } from './offer-input.ts'

/** Something new to offer. */
export function NewOffer({ taken }: { taken: readonly string[] }) {
  const { client, announcer, offerDrafts } = useApp()
  const draft = useValue(offerDrafts).fresh ?? emptyOffer
  const set = (fresh: OfferDraft | null) => offerDrafts.update((now) => ({ ...now, fresh }))
  const offer = async () => {
    await client.declare(offerInput(draft))
    announcer.say(`${cleanLine(draft.name)} is offered`)
    set(null)
    goTo('me')
  }
  return (
    <OfferForm
      title="Offer something new"
      name="New offer"
      draft={draft}
      taken={taken}
      unchanged="It is not offered"
      submit="Offer it"
      onChange={set}
      onOffer={offer}
    />
  )
}
