import { Combobox } from '@base-ui/react/combobox'
import { Check, X } from 'lucide-react'
import type { Choice } from '../text/choices.ts'
import { Field } from './field.tsx'
import './picks.css'

/** Several of many, found by typing: each that is picked is a chip that can be taken away. */
export function PickSeveral({
  label,
  hint,
  placeholder,
  choices,
  values,
  onChange
}: {
  label: string
  hint?: string
  placeholder: string
  choices: readonly Choice[]
  values: readonly string[]
  onChange: (values: string[]) => void
}) {
  const picked = values.map((value) => choices.find((choice) => choice.value === value) ?? { value, label: value })
  return (
    <Field label={label} hint={hint}>
      {(control) => (
        <Combobox.Root<Choice, true>
          multiple
          items={choices}
          value={picked}
          isItemEqualToValue={(a, b) => a.value === b.value}
          onValueChange={(next) => onChange(next.map(({ value }) => value))}
          autoHighlight
        >
          <Combobox.InputGroup className="picks-group">
            <Combobox.Chips className="picks">
              {picked.map((choice) => (
                <Combobox.Chip key={choice.value} className="pick" aria-label={choice.label}>
                  {choice.label}
                  <Combobox.ChipRemove className="pick-remove" aria-label={`Remove ${choice.label}`}>
                    <X size={14} aria-hidden />
                  </Combobox.ChipRemove>
                </Combobox.Chip>
              ))}
              <Combobox.Input {...control} className="picks-input" placeholder={picked.length === 0 ? placeholder : 'Another…'} />
            </Combobox.Chips>
          </Combobox.InputGroup>
          <Combobox.Portal>
            <Combobox.Positioner className="picks-positioner" sideOffset={4}>
              <Combobox.Popup className="picks-list">
                <Combobox.Empty className="picks-empty small">Nothing has such a name</Combobox.Empty>
                <Combobox.List>
                  {(choice: Choice) => (
                    <Combobox.Item key={choice.value} value={choice} className="picks-item">
                      {choice.label}
                      <Combobox.ItemIndicator>
                        <Check size={16} aria-hidden />
                      </Combobox.ItemIndicator>
                    </Combobox.Item>
                  )}
                </Combobox.List>
              </Combobox.Popup>
            </Combobox.Positioner>
          </Combobox.Portal>
        </Combobox.Root>
      )}
    </Field>
  )
}
