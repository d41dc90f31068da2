import { useState } from 'react'
import type { Constraints, Terms } from '../../../node/schema/declaration.ts'
import { Field } from '../../parts/field.tsx'
import { PickSeveral } from '../../parts/pick-several.tsx'
import { countryChoices, languageChoices } from '../../text/choices.ts'
import { constraintWords } from '../../text/term-words.ts'
import './looking.css'

/** `: in German · for nothing` */
export function TermsSaid({ constraints }: { constraints: Constraints }) {
  return <>: {constraintWords(constraints).join(' · ')}</>
}

/** What one insists on when something is done for one. What is left empty does not matter. */
export function TermsWanted({
  constraints,
  onChange
}: {
  constraints: Constraints
  onChange: (constraints: Constraints) => void
}) {
  const { languages = [], regions = [], maxPrice, keeps, known = false } = constraints
  const [price, setPrice] = useState(maxPrice === undefined ? '' : String(maxPrice))
  const priced = price.trim() === '' || isPrice(price)
  const change = (part: { [K in keyof Constraints]?: Constraints[K] | undefined }) =>
    onChange(withoutEmpty({ ...constraints, ...part }))
  return (
    <div
      className="stack-s more-body"
      onKeyDown={(event) => {
        // Enter in one of these fields is no request
        if (event.key === 'Enter' && event.target instanceof HTMLInputElement) event.preventDefault()
      }}
    >
      <div className="terms-fields">
        <PickSeveral
          label="In all of these languages"
          placeholder="Any language"
          choices={languageChoices}
          values={languages}
          onChange={(next) => change({ languages: next })}
        />
        <PickSeveral
          label="Done in one of these countries"
          placeholder="Anywhere"
          choices={countryChoices}
          values={regions}
          onChange={(next) => change({ regions: next })}
        />
        <Field
          label="Credits, at most"
          problem={priced ? null : 'A whole number, such as 5; 0 if it is to cost nothing. Until then any price will do.'}
        >
          {(control) => (
            <input
              {...control}
              className="field num"
              inputMode="numeric"
              autoComplete="off"
              placeholder="Any price"
              value={price}
              onChange={({ target }) => {
                setPrice(target.value)
                change({ maxPrice: isPrice(target.value) ? Number(target.value) : undefined })
              }}
            />
          )}
        </Field>
        <Field label="What I give is kept">
          {(control) => (
            <select
              {...control}
              className="field"
              value={keeps ?? ''}
              onChange={({ target }) => change({ keeps: target.value === '' ? undefined : (target.value as Terms['keeps']) })}
            >
              <option value="">As they like</option>
              <option value="task">For the task at most</option>
              <option value="nothing">While it is worked on only</option>
            </select>
          )}
        </Field>
        <Field label="Who does it">
          {(control) => (
            <select
              {...control}
              className="field"
              value={known ? 'known' : ''}
              onChange={({ target }) => change({ known: target.value === 'known' ? true : undefined })}
            >
              <option value="">Anybody, newcomers too</option>
              <option value="known">Somebody known for such work</option>
            </select>
          )}
        </Field>
      </div>
      <div className="row between">
        <p className="small soft">
          {known
            ? 'Known for it is whose work in the field you or somebody whose word counts for you have praised. The rest are their own promises.'
            : 'Whoever does not say so is left out. These are their own promises.'}
        </p>
        {Object.keys(constraints).length > 0 && (
          <button
            type="button"
            className="button quiet"
            onClick={() => {
              setPrice('')
              onChange({})
            }}
          >
            Any terms
          </button>
        )}
      </div>
    </div>
  )
}

const isPrice = (text: string) => /^\d{1,10}$/.test(text.trim())

/** Without what does not matter: no values, and none of several. */
function withoutEmpty(constraints: Record<string, unknown>): Constraints {
  return Object.fromEntries(
    Object.entries(constraints).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0))
  )
}
