import { useState } from 'react'
import { Modal } from '../../parts/modal.tsx'
import { Note } from '../../parts/note.tsx'
import { MAX_FILES, MAX_TOTAL_BYTES, totalBytes, written, type Attachment } from '../../state/draft.ts'
import { cleanLine } from '../../text/clean.ts'
import { formatBytes } from '../../text/format.ts'

export interface Editing {
  kind: 'text' | 'code'
  /** null: a new one */
  file: Attachment | null
}

const kinds = {
  text: {
    title: 'Add text',
    name: 'text.txt',
    type: 'text/plain',
    hint: 'Paste or write what the agent should work on.',
    example: ''
  },
  code: {
    title: 'Add code',
    name: 'function.js',
    type: 'text/javascript',
    hint: 'A JavaScript function. It runs sealed off in the other agent’s tab, on the data that you attach.',
    example: '(rows) => rows.length'
  }
}

/** A small editor for something to attach: text, or code. */
export function TextEditor({
  editing,
  files,
  onSave,
  onClose
}: {
  editing: Editing
  files: readonly Attachment[]
  onSave: (file: Attachment) => void
  onClose: () => void
}) {
  const { title, name: defaultName, type, hint, example } = kinds[editing.kind]
  const [name, setName] = useState(editing.file?.name ?? freeName(defaultName, files))
  const [text, setText] = useState(() => (editing.file === null ? '' : new TextDecoder().decode(editing.file.bytes)))
  const file = written(cleanLine(name) || defaultName, editing.file?.type ?? type, text, editing.file?.id)
  const others = files.filter((other) => other.id !== file.id)
  const total = totalBytes([...others, file])
  const problem =
    others.length >= MAX_FILES
      ? `A task takes ${MAX_FILES} files at most. Remove one first.`
      : total > MAX_TOTAL_BYTES
        ? `All files together would be ${formatBytes(total)}; a task takes ${formatBytes(MAX_TOTAL_BYTES)} at most.`
        : null
  return (
    <Modal open onClose={onClose} title={editing.file === null ? title : `Change ${file.name}`}>
      <p className="soft">{hint}</p>
      <div className="stack-s">
        <label className="label" htmlFor="editor-name">
          Name
        </label>
        <input
          id="editor-name"
          className="field"
          value={name}
          maxLength={200}
          onChange={(event) => setName(event.target.value)}
        />
      </div>
      <div className="stack-s">
        <label className="label" htmlFor="editor-text">
          {editing.kind === 'code' ? 'Code' : 'Text'}
        </label>
        <textarea
          id="editor-text"
          className={editing.kind === 'code' ? 'field mono' : 'field'}
          rows={10}
          spellCheck={editing.kind === 'text'}
          placeholder={example}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      {problem !== null && (
        <Note kind="bad" live>
          <p>{problem}</p>
        </Note>
      )}
      <div className="dialog-end">
        <button type="button" className="button" onClick={onClose}>
          Back
        </button>
        <button
          type="button"
          className="button primary"
          disabled={text.trim() === '' || problem !== null}
          onClick={() => onSave(file)}
        >
          {editing.file === null ? 'Attach' : 'Save'}
        </button>
      </div>
    </Modal>
  )
}

function freeName(name: string, files: readonly Attachment[]): string {
  const taken = new Set(files.map((file) => file.name))
  const [base = name, ending = 'txt'] = name.split('.')
  for (let n = 2; ; n++) {
    if (!taken.has(name)) return name
    name = `${base}-${n}.${ending}`
  }
}
