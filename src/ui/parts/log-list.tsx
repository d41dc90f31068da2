import { useEffect, useState } from 'react'
import type { LogEntryView } from '../../node/client.ts'
import { useApp, useSnapshot } from '../state/app-context.ts'
import { useAction } from '../state/use-action.ts'
import { useNow } from '../state/use-now.ts'
import { formatBytes, formatDate, plural, shortHash } from '../text/format.ts'
import { rawText } from './raw-text.ts'
import { Note } from './note.tsx'
import { StrangerText } from './stranger-text.tsx'
import { When } from './when.tsx'
import './log-list.css'

const PAGE = 20

const kinds: Readonly<Record<string, string>> = {
  capability: 'Offers something',
  intention: 'Looks for something',
  constraint: 'Says whom it works with',
  withdrawal: 'Takes something back',
  contract: 'Agreed on a task',
  outcome: 'How a task ended',
  rating: 'How it went with somebody',
  judges: 'Shares whose word counts'
}

/** The entries of a log as they are held here; read again when `length` changes. */
export function useLog(
  author: string | undefined,
  length: number
): { entries: LogEntryView[] | null; problem: string | null } {
  const { client } = useApp()
  const [state, setState] = useState<{ entries: LogEntryView[] | null; problem: string | null }>({
    entries: null,
    problem: null
  })
  useEffect(() => {
    let here = true
    client.log(author === undefined ? {} : { author }).then(
      (entries) => here && setState({ entries, problem: null }),
      (error: unknown) =>
        here && setState((now) => ({ ...now, problem: error instanceof Error ? error.message : String(error) }))
    )
    return () => {
      here = false
    }
  }, [client, author, length])
  return state
}

/** A log, newest first; each entry opens to what is signed. */
export function LogList({ entries, problem }: { entries: LogEntryView[] | null; problem: string | null }) {
  const [shown, setShown] = useState(PAGE)
  if (problem !== null)
    return (
      <Note kind="bad" live>
        <p>The log can’t be read now: {problem}</p>
      </Note>
    )
  if (entries === null)
    return (
      <div className="skeleton" role="status">
        <span className="sr-only">Reading the log…</span>
      </div>
    )
  if (entries.length === 0) return <p className="soft">No entries yet.</p>
  const newest = [...entries].sort((a, b) => b.seq - a.seq)
  return (
    <div className="stack-s">
      <ul className="rows log-list">
        {newest.slice(0, shown).map((entry) => (
          <li key={entry.seq}>
            <details className="log-entry">
              <summary>
                <span className="faint num">{entry.seq}</span>
                <span className="grow">{kinds[entry.kind] ?? 'Something that a later version knows'}</span>
                <span className="faint small">
                  <When time={entry.time} />
                </span>
                <span className="faint small mono log-hash">{shortHash(entry.hash)}</span>
              </summary>
              <div className="stack-s log-raw">
                <dl className="facts small">
                  <dt>Written</dt>
                  <dd>{formatDate(entry.time)}</dd>
                  <dt>Lapses</dt>
                  <dd>{entry.expiry === null ? 'never' : formatDate(entry.expiry)}</dd>
                  <dt>Header</dt>
                  <dd className="mono">{entry.hash}</dd>
                  <dt>Body</dt>
                  <dd>
                    <span className="mono">{entry.bodyHash}</span>, {formatBytes(entry.bodySize)}
                  </dd>
                </dl>
                {entry.body === null ? (
                  <p className="small soft">What it says is not held here: it was deleted, or only those it concerns have it.</p>
                ) : (
                  <>
                    <pre className="source small">
                      <code>
                        <StrangerText text={rawText(entry.body)} quoted={false} max={4000} />
                      </code>
                    </pre>
                    <Forget entry={entry} />
                  </>
                )}
              </div>
            </details>
          </li>
        ))}
      </ul>
      {newest.length > shown && (
        <button type="button" className="button quiet" onClick={() => setShown((now) => now + PAGE)}>
          Show {plural(Math.min(PAGE, newest.length - shown), 'earlier entry', 'earlier entries')}
        </button>
      )}
    </div>
  )
}

/** Deleting what an entry says, once one has said so twice. What our agent still stands for has to stay. */
function Forget({ entry }: { entry: LogEntryView }) {
  const { client, announcer } = useApp()
  const now = useNow()
  const own = useSnapshot()?.status.agent === entry.author
  const [sure, setSure] = useState(false)
  const [gone, setGone] = useState(false)
  const { busy, problem, run } = useAction()
  const stands = (entry.kind === 'capability' || entry.kind === 'intention') && (entry.expiry ?? Infinity) > now
  if (own && stands) return null
  if (gone) return <p className="small soft">Deleted from this device. The entry itself stays in the log.</p>
  const forget = () =>
    run(async () => {
      await client.forget({ author: entry.author, seq: entry.seq })
      setGone(true)
      announcer.say('Deleted from this device')
    })
  return (
    <div className="row">
      {sure ? (
        <>
          <button type="button" className="button danger" disabled={busy} onClick={() => void forget()}>
            Delete for good
          </button>
          <button type="button" className="button quiet" onClick={() => setSure(false)}>
            Keep
          </button>
        </>
      ) : (
        <button type="button" className="button quiet" onClick={() => setSure(true)}>
          Delete what it says from this device…
        </button>
      )}
      {problem !== null && (
        <Note kind="bad" live>
          <p>It is still here: {problem}</p>
        </Note>
      )}
    </div>
  )
}
