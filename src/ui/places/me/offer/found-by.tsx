import { Plus } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import type { OfferPreview } from '../../../../node/client.ts'
import { AgentName } from '../../../parts/agent-name.tsx'
import { Field } from '../../../parts/field.tsx'
import { Note } from '../../../parts/note.tsx'
import { StrangerLine } from '../../../parts/stranger-text.tsx'
import { latest, type LookedUp } from '../../../state/use-looked-up.ts'
import { LIKELY, findsWords } from '../../../text/likely.ts'
import { topicWords } from '../../../text/term-words.ts'
import { MeaningLine } from '../../ask/meaning-line.tsx'
import { FoundRequest } from './found-request.tsx'

const FIRST = 3

/** Live, beside the form: which requests would lead to the offer, and which would not. */
export function FoundBy({
  search,
  request,
  onRequest,
  onExample
}: {
  search: LookedUp<OfferPreview>
  /** one that is tried */
  request: string
  onRequest: (text: string) => void
  onExample: (text: string) => void
}) {
  const preview = latest(search)
  return (
    <section className="card stack found-by" aria-label="How others will find it" id="found-by" tabIndex={-1}>
      <div className="stack-s">
        <h2>How others will find it</h2>
        <p className="small soft">As you write: requests in the topics around it. Nobody learns of it before you offer it.</p>
      </div>
      {search.state === 'idle' ? (
        <p className="soft">Give it a name and say what it does. Here you then see which requests would lead to it.</p>
      ) : (
        <Field label="Try a request">
          {(control) => (
            <input
              {...control}
              className="field"
              type="search"
              maxLength={1000}
              placeholder="What might somebody ask?"
              value={request}
              onChange={({ target }) => onRequest(target.value)}
            />
          )}
        </Field>
      )}
      {search.state === 'failed' && (
        <Note kind="warn" live>
          <p>This can’t be told right now: {search.problem} You can offer it all the same.</p>
        </Note>
      )}
      {search.state === 'looking' && preview === null && <div className="skeleton" />}
      {search.state !== 'idle' && preview !== null && (
        <Groups preview={preview} tried={request.trim() !== ''} onExample={onExample} />
      )}
      {search.state !== 'idle' && <MeaningLine />}
    </section>
  )
}

function Groups({ preview, tried, onExample }: { preview: OfferPreview; tried: boolean; onExample: (text: string) => void }) {
  const [request] = preview.requests
  const found = preview.samples.filter(({ likely }) => likely >= LIKELY)
  const perhaps = preview.samples.filter(({ likely }) => likely > 0 && likely < LIKELY)
  const near = preview.samples.filter(({ likely }) => likely === 0)
  return (
    <>
      <div role="status">{tried && request !== undefined && <Tried request={request} />}</div>
      <Group title="Would find it" empty="None of the usual requests. Say more of what it does, or give examples.">
        {found.map((sample) => (
          <li key={sample.text}>
            <FoundRequest request={sample} />
          </li>
        ))}
      </Group>
      {perhaps.length > 0 && (
        <Group title="Might find it" hint="Whoever asks this sees offers that fit better first, and yours below them or as a long shot.">
          {perhaps.map((sample) => (
            <li key={sample.text} className="near-request">
              <div className="grow">
                <FoundRequest request={sample} />
              </div>
              <AddExample text={sample.text} onExample={onExample} />
            </li>
          ))}
        </Group>
      )}
      {near.length > 0 && (
        <Group title="Near, but would not find it">
          {near.map((sample) => (
            <li key={sample.text} className="near-request">
              <span className="grow">
                <StrangerLine text={sample.text} max={120} />
              </span>
              <AddExample text={sample.text} onExample={onExample} />
            </li>
          ))}
        </Group>
      )}
      <Group title="Looked for right now" empty="No agent here has said that it looks for something like this.">
        {preview.wanted.map((goal) => (
          <li key={`${goal.agent} ${goal.text}`}>
            <FoundRequest request={goal} by={<AgentName agent={goal.agent} tail />} />
          </li>
        ))}
      </Group>
      {preview.topic !== null && (
        <p className="small soft">
          Counts in <strong>{topicWords(preview.topic)}</strong>
          {preview.topicIsNew && ', once three agents offer something under that name. Until then, ratings of it wait.'}
        </p>
      )}
    </>
  )
}

function AddExample({ text, onExample }: { text: string; onExample: (text: string) => void }) {
  return (
    <button
      type="button"
      className="button quiet icon"
      aria-label={`Add as an example: ${text}`}
      title="Add as an example"
      onClick={() => onExample(text)}
    >
      <Plus size={18} aria-hidden />
    </button>
  )
}

function Tried({ request }: { request: OfferPreview['requests'][number] }) {
  if (request.likely > 0) return <FoundRequest request={request} lead={findsWords(request.likely)} />
  return (
    <p className="note warn found-not">
      “<StrangerLine text={request.text} max={120} />” would not find it.
    </p>
  )
}

/** The first few of a kind; `empty` stands in when there are none. */
function Group({ title, hint, empty, children }: { title: string; hint?: string; empty?: string; children: readonly ReactNode[] }) {
  const [all, setAll] = useState(false)
  return (
    <div className="stack-s">
      <h3>{title}</h3>
      {hint !== undefined && <p className="small soft">{hint}</p>}
      {children.length === 0 ? (
        <p className="small soft">{empty}</p>
      ) : (
        <ul className="stack-s">{all ? children : children.slice(0, FIRST)}</ul>
      )}
      {children.length > FIRST && (
        <div>
          <button type="button" className="link small" onClick={() => setAll((now) => !now)}>
            {all ? 'Show fewer' : `Show ${children.length - FIRST} more`}
          </button>
        </div>
      )}
    </div>
  )
}
