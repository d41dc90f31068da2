import { useId } from 'react'
import type { Terms } from '../../../../node/schema/declaration.ts'
import { CountrySelect } from '../../../parts/country-select.tsx'
import { Field } from '../../../parts/field.tsx'
import { PickSeveral } from '../../../parts/pick-several.tsx'
import type { TermsDraft } from '../../../state/offer-drafts.ts'
import { languageChoices } from '../../../text/choices.ts'

const keepsChoices: ReadonlyArray<{ keeps: Terms['keeps']; label: string; what: string }> = [
  { keeps: 'nothing', label: 'Nothing', what: 'Words and files go as soon as the work is over, the result when they have it.' },
  { keeps: 'task', label: 'For the task', what: 'All of it goes when they have the result.' },
  { keeps: 'longer', label: 'Longer', what: 'Only their files go when the work is over.' }
]

/** On what terms something is offered: languages, country, price, and how long what is given is kept. */
export function TermsFields({
  terms,
  priceProblem,
  onChange
}: {
  terms: TermsDraft
  priceProblem: string | null
  onChange: (terms: TermsDraft) => void
}) {
  const group = useId()
  return (
    <>
      <PickSeveral
        label="Languages"
        hint="Those that it works in. Whoever insists on another does not find it."
        placeholder="Such as German"
        choices={languageChoices}
        values={terms.languages}
        onChange={(languages) => onChange({ ...terms, languages })}
      />
      <CountrySelect
        label="Country"
        hint="Where it is done: where this device is."
        value={terms.region}
        onChange={(region) => onChange({ ...terms, region })}
      />
      <Field label="Price" hint="Credits for each task. 0: for nothing." problem={priceProblem}>
        {(control) => (
          <input
            {...control}
            className="field num short-field"
            inputMode="numeric"
            autoComplete="off"
            value={terms.price}
            onChange={({ target }) => onChange({ ...terms, price: target.value })}
          />
        )}
      </Field>
      <fieldset className="labelled">
        <legend className="label">How long it keeps what it is given</legend>
        <div className="options">
          {keepsChoices.map(({ keeps, label, what }) => (
            <label key={keeps} className="option">
              <input
                type="radio"
                name={group}
                checked={terms.keeps === keeps}
                onChange={() => onChange({ ...terms, keeps })}
              />
              <span>
                <span className="option-label">{label}</span>
                <span className="small soft">{what}</span>
              </span>
            </label>
          ))}
        </div>
        <p className="small soft">Part of every contract, and done by itself. What they never confirm goes after a day. Your own copies count, too.</p>
      </fieldset>
    </>
  )
}
