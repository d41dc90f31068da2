import { useId, type ReactNode } from 'react'
import './field.css'

/** What ties a control to its label, its hint and what is wrong with it. */
export interface FieldControl {
  id: string
  'aria-invalid'?: true
  'aria-describedby'?: string
}

/** A control with its label, a hint, and beside it what is wrong and what to do. */
export function Field({
  label,
  hint,
  problem = null,
  children
}: {
  label: string
  hint?: ReactNode
  problem?: string | null
  children: (control: FieldControl) => ReactNode
}) {
  const id = useId()
  const described = [...(hint === undefined ? [] : [`${id}-hint`]), ...(problem === null ? [] : [`${id}-problem`])]
  return (
    <div className="labelled">
      <label className="label" htmlFor={id}>
        {label}
      </label>
      {hint !== undefined && (
        <p id={`${id}-hint`} className="small soft">
          {hint}
        </p>
      )}
      {children({
        id,
        ...(problem === null ? {} : { 'aria-invalid': true as const }),
        ...(described.length === 0 ? {} : { 'aria-describedby': described.join(' ') })
      })}
      {problem !== null && <FieldProblem id={`${id}-problem`} text={problem} />}
    </div>
  )
}

/** What is wrong with what stands above, and what to do. */
function FieldProblem({ id, text }: { id?: string; text: string }) {
  return (
    <p id={id} className="field-problem small">
      {text}
    </p>
  )
}
