import { Switch } from '@base-ui/react/switch'

/** A switch; `label` is what it says to those who do not see what stands beside it. */
export function LabelledSwitch({
  label,
  checked,
  disabled = false,
  onChange
}: {
  label: string
  checked: boolean
  disabled?: boolean
  onChange: (checked: boolean) => void
}) {
  return (
    <Switch.Root className="switch" aria-label={label} checked={checked} disabled={disabled} onCheckedChange={onChange}>
      <Switch.Thumb className="switch-thumb" />
    </Switch.Root>
  )
}
