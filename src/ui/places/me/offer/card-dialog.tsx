import { useState } from 'react'
import type { CardCapability, ImportedCard } from '../../../../node/client.ts'
import { Modal } from '../../../parts/modal.tsx'
import { Note } from '../../../parts/note.tsx'
import { StrangerLine } from '../../../parts/stranger-text.tsx'
import { useApp } from '../../../state/app-context.ts'
import { NEW_OFFER, goTo } from '../../../state/route.ts'
import { useValue } from '../../../state/use-value.ts'
import { cleanLine } from '../../../text/clean.ts'
import { listed, plural } from '../../../text/format.ts'
import { cardDraft } from './card-draft.ts'
import { kindNames } from './file-kinds.ts'
import '../../../parts/field.css'

/** What a card offers, and one of it taken into the form of a new offer. @param card with one offer at least */
export function CardDialog({ card, onClose }: { card: ImportedCard; onClose: () => void }) {
  const { announcer, offerDrafts } = useApp()
  const begun = useValue(offerDrafts).fresh
  const { capabilities, passedOver } = card
  const [chosen, setChosen] = useState(capabilities.length === 1 ? capabilities[0] : undefined)
  const take = (skill: CardCapability) => {
    offerDrafts.update((now) => ({ ...now, fresh: cardDraft(skill) }))
    announcer.say('Taken into a new offer, which nobody sees yet')
    onClose()
    goTo('me', NEW_OFFER)
  }
  return (
    <Modal open onClose={onClose} title="Take an offer from a card">
      <fieldset className="labelled">
        <legend className="label">
          {capabilities.length === 1 ? 'What is offered by' : 'Which offer of'} “<StrangerLine text={card.name} max={40} />”
          {capabilities.length > 1 && '?'}
        </legend>
        <div className="options">
          {capabilities.map((skill) => (
            <label key={skill.id} className="option">
              {capabilities.length > 1 && (
                <input type="radio" name="card-skill" checked={chosen === skill} onChange={() => setChosen(skill)} />
              )}
              <span>
                <span className="option-label">
                  <StrangerLine text={skill.name} max={80} />
                </span>
                <span className="small soft">
                  <StrangerLine text={skill.description} max={160} />
                </span>
                <span className="small faint">
                  <StrangerLine text={goods(skill)} max={160} />
                </span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <p>
        It becomes a new offer of yours that you can change. Still to be filled in are the program that does it and, where the card says none,
        its terms. Nobody sees anything of it before you press “Offer it”.
      </p>
      {begun !== null && (
        <Note kind="warn">
          <p>
            It takes the place of the new offer that you have begun
            {cleanLine(begun.name) === '' ? '' : `: “${cleanLine(begun.name).slice(0, 80)}”`}.
          </p>
        </Note>
      )}
      {passedOver.length > 0 && (
        <details className="more">
          <summary>Left out of the card: {plural(passedOver.length, 'thing')}</summary>
          <p className="small soft">An offer here has no place for these. They are named as the card names them.</p>
          <ul className="more-body small soft">
            {passedOver.map((what, i) => (
              <li key={i}>
                <StrangerLine text={what} max={200} />
              </li>
            ))}
          </ul>
        </details>
      )}
      <div className="dialog-end">
        <button type="button" className="button" onClick={onClose}>
          Back
        </button>
        <button type="button" className="button primary" disabled={chosen === undefined} onClick={() => chosen !== undefined && take(chosen)}>
          {begun === null ? 'Fill in a new offer' : 'Take it in its place'}
        </button>
      </div>
    </Modal>
  )
}

/** What a skill takes and gives, in a line; empty when it does not say. */
function goods({ inputModes, outputModes }: CardCapability): string {
  const [takes, gives] = [inputModes, outputModes].map((modes) => listed(kindNames(modes)))
  return [...(takes ? [`Takes ${takes}`] : []), ...(gives ? [`Gives ${gives}`] : [])].join(' · ')
}
