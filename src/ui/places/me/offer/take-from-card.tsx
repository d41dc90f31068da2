import { FileUp } from 'lucide-react'
import { Suspense, lazy, useRef, useState, type ReactNode } from 'react'
import type { ImportedCard } from '../../../../node/client.ts'
import { Note } from '../../../parts/note.tsx'
import { useApp } from '../../../state/app-context.ts'
import { useAction } from '../../../state/use-action.ts'
import { cleanLine } from '../../../text/clean.ts'

const CardDialog = lazy(async () => ({ default: (await import('./card-dialog.tsx')).CardDialog }))

/** A file that is larger is not even read: what is read of a card, in characters of three bytes. */
const MAX_FILE_BYTES = 24 * 1024 * 1024

/**
 * The way from a card of another agent system to a new offer: choose its file, then one of its offers. Nothing is declared by it.
 *
 * @param children what stands beside it
 */
export function TakeFromCard({ children }: { children: ReactNode }) {
  const { client } = useApp()
  const { busy, problem, run } = useAction()
  const [file, setFile] = useState('')
  const [card, setCard] = useState<ImportedCard | null>(null)
  const picker = useRef<HTMLInputElement>(null)

  const read = (chosen: File) => {
    setFile(cleanLine(chosen.name).slice(0, 80))
    return run(async () => {
      if (chosen.size > MAX_FILE_BYTES) throw new Error('it is larger than any card')
      const read = await client.readAgentCard(await chosen.text())
      if (read.capabilities.length === 0) throw new Error('no offer that could be read is on this card')
      setCard(read)
    })
  }
  return (
    <>
      <div className="row">
        {children}
        <button type="button" className="button quiet" disabled={busy} onClick={() => picker.current?.click()}>
          <FileUp size={18} aria-hidden /> Take one from a card…
        </button>
        <input
          ref={picker}
          type="file"
          accept=".json,application/json"
          className="sr-only"
          tabIndex={-1}
          aria-label="Card to take an offer from"
          onChange={({ target }) => {
            const [chosen] = target.files ?? []
            target.value = ''
            if (chosen !== undefined) void read(chosen)
          }}
        />
      </div>
      <p className="small soft">A card is a file that other agent systems read and save (A2A): it says what an agent offers.</p>
      {problem !== null && (
        <Note kind="bad" live>
          <p>
            “{file}” was not taken: {problem.replace(/\.$/, '')}. Nothing was changed.
          </p>
          <p>Choose an agent’s card as other agent systems save it: a JSON file.</p>
        </Note>
      )}
      {card !== null && (
        <Suspense>
          <CardDialog card={card} onClose={() => setCard(null)} />
        </Suspense>
      )}
    </>
  )
}
