import { Trash2 } from 'lucide-react'
import { Modal } from '../../../parts/modal.tsx'
import { Note } from '../../../parts/note.tsx'
import { useAction } from '../../../state/use-action.ts'

/** Asks once more before an offer is deleted for good. @param open requests for it that have no end yet */
export function DeleteOffer({
  name,
  open,
  onDelete,
  onClose
}: {
  name: string
  open: number
  onDelete: () => Promise<void>
  onClose: () => void
}) {
  const { busy, problem, run } = useAction()
  return (
    <Modal open onClose={onClose} title={`Delete “${name}”?`}>
      <p>
        It is taken back, and its words, its program and its standing permissions are deleted on this device for good. What your log says of
        it stays there. To offer it again later, switch it off instead.
      </p>
      {open > 0 && <p>What you agreed to is still done; what waits for your answer is declined.</p>}
      {problem !== null && (
        <Note kind="bad" live>
          <p>It may not be deleted yet: {problem}</p>
        </Note>
      )}
      <div className="dialog-end">
        <button type="button" className="button" onClick={onClose}>
          Keep it
        </button>
        <button type="button" className="button danger" disabled={busy} onClick={() => void run(onDelete)}>
          <Trash2 size={18} aria-hidden /> Delete it for good
        </button>
      </div>
    </Modal>
  )
}
