import { countryChoices } from '../text/choices.ts'
import { Field } from './field.tsx'

/** One country, or none said. */
export function CountrySelect({
  label,
  hint,
  value,
  onChange
}: {
  label: string
  hint: string
  value: string | null
  onChange: (country: string | null) => void
}) {
  return (
    <Field label={label} hint={hint}>
      {(control) => (
        <select
          {...control}
          className="field"
          value={value ?? ''}
          onChange={({ target }) => onChange(target.value === '' ? null : target.value)}
        >
          <option value="">Don’t say</option>
          {countryChoices.map((country) => (
            <option key={country.value} value={country.value}>
              {country.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}
