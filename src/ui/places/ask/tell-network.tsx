import { useState } from 'react'
import { Modal } from '../../parts/modal.tsx'
import { Note } from '../../parts/note.tsx'
import { useApp } from '../../state/app-context.ts'
import { useAction } from '../../state/use-action.ts'

const MAX_INTENTION = 2000

/** Declares what one looks for, after saying plainly that the words become public. */
export function TellNetwork({ goal, onTold, onClose }: { goal: string; onTold: () => void; onClose: () => void }) {
  const { client } = useApp()
  const [words, setWords] = useState(goal)
  const { busy, problem, run } = useAction()
  const tell = () =>
    run(async () => {
      await client.declare({ kind: 'intention', goal: words.trim(), tags: [] })
      onTold()
    })
  return (
    <Modal open onClose={onClose} title="Tell the network what you look for">
      <Note kind="warn">
        <p>
          These words become public. Everybody here can read them, with your agent’s name beside them, and may keep a
          copy even after you take them back. Your files stay with you.
        </p>
      </Note>
      <div className="stack-s">
        <label className="label" htmlFor="intention">
          What you look for
        </label>
        <textarea
          id="intention"
          className="field"
          rows={4}
          maxLength={MAX_INTENTION}
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
      </div>
      {problem !== null && (
        <Note kind="bad" live>
          <p>It was not told: {problem}</p>
        </Note>
      )}
      <div className="dialog-end">
        <button type="button" className="button" onClick={onClose}>
          Keep it to myself
        </button>
        <button
          type="button"
          className="button primary"
          disabled={busy || words.trim() === ''}
          onClick={() => void tell()}
        >
          Make it public
        </button>
      </div>
    </Modal>
  )
}
