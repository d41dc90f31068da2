import { Plus } from 'lucide-react'
import type { Snapshot } from '../../../node/client.ts'
import { LabelledSwitch } from '../../parts/labelled-switch.tsx'
import { limitWords } from '../../parts/limit-words.ts'
import { Note } from '../../parts/note.tsx'
import { Section } from '../../parts/page.tsx'
import { useApp } from '../../state/app-context.ts'
import { NEW_OFFER, linkTo } from '../../state/route.ts'
import { useAction } from '../../state/use-action.ts'
import { useValue } from '../../state/use-value.ts'
import { termWords } from '../../text/term-words.ts'
import { TakeFromCard } from './offer/take-from-card.tsx'

/** What others may ask for, each with its switch and its terms; and the way to offer more. */
export function Offers({ offers }: { offers: Snapshot['offers'] }) {
  const begun = useValue(useApp().offerDrafts).fresh !== null
  return (
    <Section title="What I offer" intro="What others may ask of your agent. You are asked before anything runs.">
      {offers.length === 0 ? (
        <p className="soft">Nothing so far.</p>
      ) : (
        <ul className="rows">
          {offers.map((offer) => (
            <OfferRow key={offer.capability.id} offer={offer} />
          ))}
        </ul>
      )}
      <TakeFromCard>
        <a className="button" href={linkTo('me', NEW_OFFER)}>
          <Plus size={18} aria-hidden /> {begun ? 'Go on with your new offer…' : 'Offer something new…'}
        </a>
      </TakeFromCard>
    </Section>
  )
}

function OfferRow({ offer: { capability, own, offered } }: { offer: Snapshot['offers'][number] }) {
  const { client, announcer, offerDrafts } = useApp()
  const { busy, problem, run } = useAction()
  const { id, name, terms } = capability
  const begun = useValue(offerDrafts).edits[id] !== undefined
  const edit = !own ? 'Edit terms' : begun ? 'Go on with your changes' : 'Edit'
  const turn = (on: boolean) =>
    run(async () => {
      await client.offer(id, on)
      announcer.say(on ? `${name} is offered` : `${name} is not offered any more`)
    })
  return (
    <li className="me-offer">
      <div className="grow">
        <h3>{name}</h3>
        <p className="small soft">{capability.description}</p>
        <p className="small">
          {terms === undefined ? 'No terms said: whoever insists on some does not find it.' : termWords(terms)}
        </p>
        <p className="small faint num">{limitWords(capability.limits)}</p>
        <a className="link" href={linkTo('me', id)} aria-label={`${edit}${own && !begun ? '' : ' of'} ${name}`}>
          {edit}
        </a>
        {problem !== null && (
          <Note kind="bad" live>
            <p>That did not work: {problem}</p>
          </Note>
        )}
      </div>
      <LabelledSwitch label={`Offer ${name}`} checked={offered} disabled={busy} onChange={(on) => void turn(on)} />
    </li>
  )
}
