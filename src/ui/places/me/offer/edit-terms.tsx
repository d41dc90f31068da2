import type { Snapshot } from '../../../../node/client.ts'
import { Note } from '../../../parts/note.tsx'
import { Page } from '../../../parts/page.tsx'
import { useApp } from '../../../state/app-context.ts'
import { without } from '../../../state/offer-drafts.ts'
import { goTo, linkTo } from '../../../state/route.ts'
import { useAction } from '../../../state/use-action.ts'
import { useValue } from '../../../state/use-value.ts'
import { cleanLine } from '../../../text/clean.ts'
import { priceProblem, termsDraft, termsOf } from './offer-input.ts'
import { TermsFields } from './terms-fields.tsx'

/** Other terms for something that is offered already. */
export function EditTerms({ offer: { capability, offered } }: { offer: Snapshot['offers'][number] }) {
  const { client, announcer, offerDrafts } = useApp()
  const { busy, problem, run } = useAction()
  const { id, name, terms } = capability
  const draft = useValue(offerDrafts).terms[id] ?? termsDraft(terms)
  const wrong = priceProblem(draft.price)
  const forget = () => offerDrafts.update((now) => ({ ...now, terms: without(now.terms, id) }))
  const save = () =>
    run(async () => {
      await client.declare({ id, name, terms: termsOf(draft, terms?.tier) })
      forget()
      announcer.say(`${cleanLine(name)} is offered on these terms`)
      goTo('me')
    })
  return (
    <Page
      title="Terms"
      intro={
        <>
          On what terms you offer <strong>{cleanLine(name)}</strong>. They are public, and hold for what is asked from now on.
        </>
      }
      back={{ href: linkTo('me'), label: 'Me' }}
    >
      <form
        className="card stack offer-part"
        aria-label="Terms"
        onSubmit={(event) => {
          event.preventDefault()
          if (wrong === null && !busy) void save()
        }}
      >
        <TermsFields
          terms={draft}
          priceProblem={wrong?.text ?? null}
          onChange={(next) => offerDrafts.update((now) => ({ ...now, terms: { ...now.terms, [id]: next } }))}
        />
        {problem !== null && (
          <Note kind="bad" live>
            <p>The terms are as they were: {problem}</p>
          </Note>
        )}
        <div className="dialog-end">
          <a className="button" href={linkTo('me')} onClick={forget}>
            Leave them as they are
          </a>
          <button type="submit" className="button primary" disabled={busy || wrong !== null}>
            {offered ? 'Offer it on these terms' : 'Switch it on with these terms'}
          </button>
        </div>
      </form>
    </Page>
  )
}
