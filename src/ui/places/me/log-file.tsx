import { Download, FileCheck } from 'lucide-react'
import { useRef, useState } from 'react'
import type { ImportResult } from '../../../node/client.ts'
import { Note } from '../../parts/note.tsx'
import { saveFile } from '../../parts/save-file.ts'
import { useApp } from '../../state/app-context.ts'
import { useAction } from '../../state/use-action.ts'
import { plural } from '../../text/format.ts'
import { nameOf } from '../../text/names.ts'

/** A file that is larger is not even read: no log that is kept here makes one. */
const MAX_FILE_BYTES = 256 * 1024 * 1024

/** One's log as a file, and somebody's file checked. */
export function LogFile({ agent }: { agent: string }) {
  const { client, announcer } = useApp()
  const { busy, problem, run } = useAction()
  const [imported, setImported] = useState<ImportResult | null>(null)
  const picker = useRef<HTMLInputElement>(null)

  const save = () =>
    run(async () => {
      setImported(null)
      const file = await client.exportLog()
      saveFile(`${nameOf(agent).replaceAll(' ', '-').toLowerCase()}-log.car`, 'application/vnd.ipld.car', new Uint8Array(file))
      announcer.say('Your log is saved')
    })
  const check = (file: File) =>
    run(async () => {
      setImported(null)
      if (file.size > MAX_FILE_BYTES) throw new Error('it is larger than any log.')
      setImported(await client.importLog(new Uint8Array(await file.arrayBuffer())))
    })

  return (
    <div className="stack-s">
      <div className="row">
        <button type="button" className="button" disabled={busy} onClick={() => void save()}>
          <Download size={18} aria-hidden /> Save as a file
        </button>
        <button type="button" className="button quiet" disabled={busy} onClick={() => picker.current?.click()}>
          <FileCheck size={18} aria-hidden /> Check a log file…
        </button>
        <input
          ref={picker}
          type="file"
          accept=".car"
          className="sr-only"
          tabIndex={-1}
          aria-label="Log file to check"
          onChange={({ target }) => {
            const [file] = target.files ?? []
            target.value = ''
            if (file !== undefined) void check(file)
          }}
        />
      </div>
      {busy && (
        <p className="small soft" role="status">
          Reading and checking each entry…
        </p>
      )}
      {imported !== null && <Checked log={imported} own={imported.author === agent} />}
      {problem !== null && (
        <Note kind="bad" live>
          <p>That did not work: {problem} Nothing was changed.</p>
        </Note>
      )}
    </div>
  )
}

/** What a file that was checked turned out to be. */
function Checked({ log, own }: { log: ImportResult; own: boolean }) {
  const whose = own ? 'Your own log' : `The log of ${nameOf(log.author)}`
  if (log.forked) {
    return (
      <Note kind="bad" live>
        <p>
          <strong>{whose}</strong> has two branches: its author showed different histories to different people. Don’t rely on
          it.
        </p>
      </Note>
    )
  }
  return (
    <Note kind={log.whole ? 'good' : 'warn'} live>
      <p>
        <strong>{whose}</strong>: {plural(log.headers, 'entry', 'entries')}, all signed and in order
        {log.whole ? '.' : ', but not all that there are up to the newest.'}{' '}
        {log.fresh === 0 && log.refused === 0 ? 'All of it was here already.' : 'What was new is kept.'}
        {log.refused > 0 && ` For ${log.refused} of them there is no room, or they are dated later than this device’s clock.`}
      </p>
    </Note>
  )
}
