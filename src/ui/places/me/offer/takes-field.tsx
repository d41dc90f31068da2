import { ChipsField } from '../../../parts/chips-field.tsx'
import { fileKinds } from './file-kinds.ts'

const known = new Set(fileKinds.flatMap(({ modes }) => modes))

/** What files an offer takes: kinds to tick, and endings for whatever is none of them. */
export function TakesField({
  takes,
  problem,
  onChange
}: {
  takes: readonly string[]
  problem: string | null
  onChange: (takes: readonly string[]) => void
}) {
  const others = takes.filter((mode) => !known.has(mode))
  const turn = (modes: readonly string[], on: boolean) => {
    const rest = takes.filter((mode) => !modes.includes(mode))
    onChange(on ? [...rest, ...modes] : rest)
  }
  return (
    <>
      <fieldset className="labelled">
        <legend className="label">What it takes</legend>
        <p className="small soft">Files that people may give it. Tick none if the words of the request are enough.</p>
        <div className="ticks">
          {fileKinds.map(({ label, modes }) => (
            <label key={label} className="tick">
              <input
                type="checkbox"
                checked={modes.every((mode) => takes.includes(mode))}
                onChange={({ target }) => turn(modes, target.checked)}
              />
              {label}
            </label>
          ))}
        </div>
      </fieldset>
      <ChipsField
        label="Other files, by their ending"
        hint="Text files only, for now."
        placeholder=".srt, .ics"
        values={others}
        problem={problem}
        onChange={(endings) => onChange([...takes.filter((mode) => known.has(mode)), ...endings])}
      />
    </>
  )
}
