import { useState } from 'react'
import type { Snapshot } from '../../../../node/client.ts'
import { Note } from '../../../parts/note.tsx'
import { Page } from '../../../parts/page.tsx'
import { useApp, useSnapshot } from '../../../state/app-context.ts'
import { without } from '../../../state/offer-drafts.ts'
import { goTo, linkTo } from '../../../state/route.ts'
import { isOver } from '../../../state/task-steps.ts'
import { useLookedUp } from '../../../state/use-looked-up.ts'
import { useValue } from '../../../state/use-value.ts'
import { cleanLine } from '../../../text/clean.ts'
import { plural } from '../../../text/format.ts'
import { DeleteOffer } from './delete-offer.tsx'
import { OfferForm } from './offer-form.tsx'
import { offerDraft, offerInput } from './offer-input.ts'

/** All of something that the operator has added, changed: in the form of a new offer, filled in with what is offered now. */
export function EditOffer({ offer: { capability, offered }, taken }: { offer: Snapshot['offers'][number]; taken: readonly string[] }) {
  const { client, announcer, offerDrafts } = useApp()
  const [deleting, setDeleting] = useState(false)
  const { id, name, program } = capability
  const kept = useValue(offerDrafts).edits[id]
  const source = useLookedUp(kept === undefined ? `${id} ${program}` : null, 0, () => client.source(id))
  const draft = kept ?? (source.state === 'found' ? offerDraft(capability, source.value) : null)
  const open = useOpenRequests(id)
  const forget = () => offerDrafts.update((now) => ({ ...now, edits: without(now.edits, id) }))

  if (draft === null) {
    return (
      <Page title="Edit an offer" back={{ href: linkTo('me'), label: 'Me' }}>
        {source.state === 'failed' ? (
          <Note kind="bad" live>
            <p>Its program could not be read: {source.problem}</p>
            <p>It is offered as it was. Go back, and try it again.</p>
          </Note>
        ) : (
          <div className="skeleton" />
        )}
      </Page>
    )
  }

  const save = async () => {
    await client.declare(offerInput(draft, capability))
    announcer.say(`${cleanLine(draft.name)} is offered like this`)
    forget()
    goTo('me')
  }
  const remove = async () => {
    await client.removeOffer(id)
    announcer.say(`${cleanLine(name)} is deleted`)
    forget()
    goTo('me')
  }
  return (
    <OfferForm
      title="Edit an offer"
      name="Offer"
      draft={draft}
      taken={taken}
      hint={
        open > 0 && (
          <Note kind="info">
            <p>
              {plural(open, 'request')} for it {open === 1 ? 'is' : 'are'} open: what you agreed to is done by the program as it was, and what
              still waits for your answer is declined if you change the program.
            </p>
          </Note>
        )
      }
      unchanged="It is as it was"
      leave={
        <a className="button" href={linkTo('me')} onClick={forget}>
          Leave it as it is
        </a>
      }
      submit={offered ? 'Offer it like this' : 'Switch it on like this'}
      onChange={(next) => offerDrafts.update((now) => ({ ...now, edits: { ...now.edits, [id]: next } }))}
      onOffer={save}
    >
      <div>
        <button type="button" className="button danger" onClick={() => setDeleting(true)}>
          Delete this offer…
        </button>
      </div>
      {deleting && <DeleteOffer name={cleanLine(name)} open={open} onDelete={remove} onClose={() => setDeleting(false)} />}
    </OfferForm>
  )
}

/** How many requests for a skill of ours have no end yet. */
function useOpenRequests(skill: string): number {
  const tasks = useSnapshot()?.tasks ?? []
  return tasks.filter((task) => task.role === 'follower' && task.skill === skill && !isOver(task)).length
}
