import { X } from 'lucide-react'
import { useState } from 'react'
import { Field } from './field.tsx'
import './picks.css'

/** Short words, each a chip: Enter or a comma makes one, Backspace takes the last away. What is half typed becomes one on leaving. */
export function ChipsField({
  label,
  hint,
  problem = null,
  placeholder,
  values,
  onChange
}: {
  label: string
  hint: string
  problem?: string | null
  placeholder: string
  values: readonly string[]
  onChange: (values: readonly string[]) => void
}) {
  const [typed, setTyped] = useState('')
  const add = (text: string) => {
    const words = text.split(/[,\n]/).map((word) => word.trim())
    setTyped('')
    const next = [...new Set([...values, ...words.filter((word) => word !== '')])]
    if (next.length > values.length) onChange(next)
  }
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(control) => (
        <div className="picks">
          {values.map((value) => (
            <span key={value} className="pick">
              <bdi>{value}</bdi>
              <button
                type="button"
                className="pick-remove"
                aria-label={`Remove ${value}`}
                onClick={() => onChange(values.filter((other) => other !== value))}
              >
                <X size={14} aria-hidden />
              </button>
            </span>
          ))}
          <input
            {...control}
            className="picks-input"
            autoComplete="off"
            placeholder={values.length === 0 ? placeholder : ''}
            value={typed}
            onChange={({ target }) => (/[,\n]/.test(target.value) ? add(target.value) : setTyped(target.value))}
            onKeyDown={(event) => {
              if (event.key === 'Enter') {
                // with nothing typed, too: a form is not sent from here by mistake
                event.preventDefault()
                add(typed)
              }
              if (event.key === 'Backspace' && typed === '') onChange(values.slice(0, -1))
            }}
            onBlur={() => add(typed)}
          />
        </div>
      )}
    </Field>
  )
}
