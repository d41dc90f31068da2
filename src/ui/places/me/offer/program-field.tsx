import { FileCode2, FileUp } from 'lucide-react'
import { useRef, useState } from 'react'
import { Field } from '../../../parts/field.tsx'
import { cleanLine } from '../../../text/clean.ts'
import { isText } from '../../../state/draft.ts'
import { formatBytes } from '../../../text/format.ts'
import { MAX_SOURCE_BYTES } from './offer-input.ts'
import { template } from './template.ts'

/** The program that does it: pasted, from a file, or begun with the template. */
export function ProgramField({
  source,
  problem,
  onChange
}: {
  source: string
  problem: string | null
  onChange: (source: string) => void
}) {
  const picker = useRef<HTMLInputElement>(null)
  const [refused, setRefused] = useState<string | null>(null)
  const change = (text: string) => {
    setRefused(null)
    onChange(text)
  }
  const read = async (file: File) => {
    const text = await textOf(file)
    if (text === null) setRefused(refusal(file))
    else change(text)
  }
  return (
    <div className="stack-s">
      <Field
        label="JavaScript"
        problem={refused ?? problem}
        hint={
          <>
            It defines <code>run(input, host)</code>: <code>input</code> has the goal and the files as text,{' '}
            <code>host.progress(fraction, note)</code> tells how far it is, and it returns a <code>summary</code> and{' '}
            <code>parts</code>. It runs sealed off, in this tab: no network, no files, nothing of yours. Whoever asks can read it.
          </>
        }
      >
        {(control) => (
          <textarea
            {...control}
            className="field mono offer-source"
            rows={12}
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            placeholder={'function run(input, host) {\n  …\n}'}
            value={source}
            onChange={({ target }) => change(target.value)}
          />
        )}
      </Field>
      <div className="row">
        <button type="button" className="button" onClick={() => picker.current?.click()}>
          <FileUp size={18} aria-hidden /> Pick a file…
        </button>
        {source.trim() === '' && (
          <button type="button" className="button quiet" onClick={() => change(template)}>
            <FileCode2 size={18} aria-hidden /> Begin with a template
          </button>
        )}
        <input
          ref={picker}
          type="file"
          accept=".js,.mjs,text/javascript"
          className="sr-only"
          tabIndex={-1}
          aria-label="File with the program"
          onChange={({ target }) => {
            const [file] = target.files ?? []
            target.value = ''
            if (file !== undefined) void read(file)
          }}
        />
      </div>
    </div>
  )
}

/** Null when the file is too large, can't be read, or is no text. */
async function textOf(file: File): Promise<string | null> {
  if (file.size > MAX_SOURCE_BYTES) return null
  try {
    const bytes = new Uint8Array(await file.arrayBuffer())
    return isText(bytes) ? new TextDecoder().decode(bytes) : null
  } catch {
    return null
  }
}

function refusal(file: File): string {
  const name = cleanLine(file.name).slice(0, 80)
  if (file.size > MAX_SOURCE_BYTES) {
    return `“${name}” was not taken: it is ${formatBytes(file.size)}, and a program has ${formatBytes(MAX_SOURCE_BYTES)} at most.`
  }
  return `“${name}” was not taken: it is not text, or could not be read. Pick a JavaScript file.`
}
