import { ArrowRight, CodeXml, Paperclip, Type, X } from 'lucide-react'
import { Suspense, lazy, useEffect, useEffectEvent, useRef, useState } from 'react'
import type { Candidate } from '../../../node/client.ts'
import { AgentName } from '../../parts/agent-name.tsx'
import { AgentPicture } from '../../parts/agent-picture.tsx'
import { tooLarge } from '../../parts/limit-words.ts'
import { Note } from '../../parts/note.tsx'
import { StrangerLine } from '../../parts/stranger-text.tsx'
import { labelFor, useApp, useSnapshot } from '../../state/app-context.ts'
import { emptyDraft, inputs, totalBytes, type Attachment, type Draft } from '../../state/draft.ts'
import { goTo } from '../../state/route.ts'
import { useAction } from '../../state/use-action.ts'
import { useAttach } from '../../state/use-attach.ts'
import { useValue } from '../../state/use-value.ts'
import { formatBytes } from '../../text/format.ts'
import { bestCandidate, candidateKey, closedAgents, isDoubtful, splitByLikelihood } from './choose.ts'
import { MeaningLine } from './meaning-line.tsx'
import { OnlyIf } from './only-if.tsx'
import type { Editing } from './text-editor.tsx'
import { useCandidates } from './use-candidates.ts'

const Candidates = lazy(async () => ({ default: (await import('./candidates.tsx')).Candidates }))
const Nobody = lazy(async () => ({ default: (await import('./nobody.tsx')).Nobody }))
const NoneOfThem = lazy(async () => ({ default: (await import('./nobody.tsx')).NoneOfThem }))
const TextEditor = lazy(async () => ({ default: (await import('./text-editor.tsx')).TextEditor }))
const MAX_GOAL = 4000

/** The field for a goal, what goes with it, who could do it, and the button that asks. */
export function Composer() {
  const { draft, client, announcer } = useApp()
  const snapshot = useSnapshot()
  const now = useValue(draft)
  const { goal, files, pinned, constraints } = now
  const change = (part: Partial<Draft>) => draft.update((old) => ({ ...old, startWith: null, ...part }))
  const words = goal.trim() === '' && files.length > 0 ? files.map((file) => file.name).join(' ') : goal
  const search = useCandidates(words, files, constraints, pinned)
  const { refused, take, dismiss } = useAttach()
  const [editing, setEditing] = useState<Editing | null>(null)
  const [chosenKey, setChosenKey] = useState<string | null>(null)
  const { busy, problem, run } = useAction()
  const picker = useRef<HTMLInputElement>(null)

  const candidates = 'candidates' in search ? search.candidates : []
  const { strong } = splitByLikelihood(candidates)
  const closed = closedAgents(snapshot?.agents ?? [])
  const chosen =
    candidates.find((candidate) => candidateKey(candidate) === chosenKey) ??
    bestCandidate(strong.length > 0 ? strong : candidates, { avoid: now.avoid, closed })
  const excess = chosen === null ? null : tooLarge(totalBytes(files), chosen.limits)
  // whom other words have found is not asked this
  const ready = goal.trim() !== '' && chosen !== null && excess === null && !busy && search.state === 'found'

  const ask = (candidate: Candidate) =>
    run(async () => {
      const id = await client.submit({
        goal: goal.trim(),
        files: inputs(files),
        agent: candidate.agent,
        skill: candidate.skill
      })
      announcer.say(`Asked ${labelFor(candidate.agent, snapshot).name}`)
      draft.set(emptyDraft)
      goTo('tasks', id)
    })

  const starting = now.startWith
  const starter = starting !== null && search.state === 'found' ? bestCandidate(candidates, { skill: starting, closed }) : null
  const canStart = starter !== null && starter.reach !== 'away' && !closed.has(starter.agent) && !isDoubtful(starter)
  const started = useRef<Draft | null>(null)
  const start = useEffectEvent((candidate: Candidate) => void ask(candidate))
  useEffect(() => {
    // Once for each draft that asks to, whatever else is drawn again.
    if (starter === null || !canStart || started.current === now) return
    started.current = now
    start(starter)
  }, [starter, canStart, now])

  if (starting !== null && problem === null) {
    return <Starting found={canStart} onStop={() => draft.set(emptyDraft)} goal={goal} />
  }
  return (
    <form
      className="composer stack"
      aria-label="Ask"
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) void ask(chosen)
      }}
    >
      <div className="composer-box">
        <label className="sr-only" htmlFor="goal">
          Your goal, in words
        </label>
        <textarea
          id="goal"
          className="composer-goal"
          rows={3}
          maxLength={MAX_GOAL}
          placeholder="For example: what stands out in these sales figures?"
          value={goal}
          onChange={(event) => change({ goal: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) event.currentTarget.form?.requestSubmit()
          }}
        />
        {files.length > 0 && (
          <ul className="attachments" aria-label="Attached">
            {files.map((file) => (
              <AttachedFile
                key={file.id}
                file={file}
                onEdit={() => setEditing({ kind: file.type.includes('javascript') ? 'code' : 'text', file })}
                onRemove={() => change({ files: files.filter((other) => other !== file) })}
              />
            ))}
          </ul>
        )}
        <div className="composer-tools">
          <button type="button" className="button quiet" onClick={() => picker.current?.click()}>
            <Paperclip size={18} aria-hidden /> Files
          </button>
          <button type="button" className="button quiet" onClick={() => setEditing({ kind: 'text', file: null })}>
            <Type size={18} aria-hidden /> Text
          </button>
          <button type="button" className="button quiet" onClick={() => setEditing({ kind: 'code', file: null })}>
            <CodeXml size={18} aria-hidden /> Code
          </button>
          <input
            ref={picker}
            className="sr-only"
            type="file"
            multiple
            tabIndex={-1}
            aria-label="Files to attach"
            onChange={(event) => {
              void take([...(event.target.files ?? [])])
              event.target.value = ''
            }}
          />
          <button type="submit" className="button primary composer-ask" disabled={!ready}>
            {chosen === null || goal.trim() === '' ? (
              'Ask'
            ) : (
              <span>
                Ask <AgentName agent={chosen.agent} />
              </span>
            )}
            <ArrowRight size={18} aria-hidden />
          </button>
        </div>
      </div>

      {refused.length > 0 && (
        <Note kind="bad" live>
          <ul className="stack-s">
            {refused.map((text, i) => (
              <li key={i}>{text}</li>
            ))}
          </ul>
          <button type="button" className="link" onClick={dismiss}>
            Understood
          </button>
        </Note>
      )}
      {problem !== null && (
        <Note kind="bad" live>
          <p>It was not asked: {problem}</p>
          <p>Nothing is lost: your words and files are still here. Try again in a moment.</p>
        </Note>
      )}
      {excess !== null && (
        <Note kind="warn" live>
          <p>{excess} Choose another agent below, or attach less.</p>
        </Note>
      )}
      {chosen !== null && closed.has(chosen.agent) && goal.trim() !== '' && (
        <p className="soft" role="status">
          This agent says that it takes on no work now: expect a no, or ask later.
        </p>
      )}
      {pinned !== null && (
        <div className="row pinned">
          <AgentPicture agent={pinned.agent} size={28} />
          <span>
            For <AgentName agent={pinned.agent} tail />: <StrangerLine text={pinned.skillName} />
          </span>
          <button type="button" className="button quiet" onClick={() => change({ pinned: null })}>
            <X size={16} aria-hidden /> Anyone instead
          </button>
        </div>
      )}
      {search.state === 'failed' && (
        <Note kind="bad" live>
          <p>Could not look for agents: {search.problem}</p>
        </Note>
      )}
      {pinned === null && <OnlyIf constraints={constraints} onChange={(next) => change({ constraints: next })} />}
      {search.state === 'looking' && candidates.length === 0 && <Looking />}
      {goal.trim() === '' && files.length > 0 && (
        <p className="soft">Say what you want done with {files.length === 1 ? 'this file' : 'these files'}.</p>
      )}
      <Suspense fallback={<Looking />}>
        {candidates.length > 0 && pinned === null && (
          <Candidates
            goal={goal}
            candidates={candidates}
            isLast={search.state === 'looking'}
            chosen={chosen}
            totalBytes={totalBytes(files)}
            onChoose={(candidate) => setChosenKey(candidateKey(candidate))}
          />
        )}
        {search.state === 'found' && candidates.length === 0 && (
          <Nobody goal={goal} constraints={constraints} isWhole={search.isWhole} onAnyTerms={() => change({ constraints: {} })} />
        )}
      </Suspense>
      <Suspense>
        {search.state === 'found' && candidates.length > 0 && strong.length === 0 && pinned === null && goal.trim() !== '' && (
          <NoneOfThem goal={goal} constraints={constraints} />
        )}
      </Suspense>
      {search.state !== 'idle' && pinned === null && <MeaningLine />}

      {editing !== null && (
        <Suspense>
          <TextEditor
            editing={editing}
            files={files}
            onClose={() => setEditing(null)}
            onSave={(file) => {
              const known = files.some((other) => other.id === file.id)
              change({ files: known ? files.map((other) => (other.id === file.id ? file : other)) : [...files, file] })
              setEditing(null)
            }}
          />
        </Suspense>
      )}
    </form>
  )
}

function Looking() {
  return (
    <div className="skeleton composer-looking" role="status">
      <span>Looking for who could do this…</span>
    </div>
  )
}

/** A task that starts by itself as soon as somebody is there. */
function Starting({ goal, found, onStop }: { goal: string; found: boolean; onStop: () => void }) {
  return (
    <div className="card stack" role="status">
      <h2>{found ? 'Asking…' : 'Looking for somebody who can do this…'}</h2>
      <p className="stranger quoted">{goal}</p>
      <p className="soft">
        {found ? 'It starts now.' : 'It starts by itself as soon as somebody is there. You can stay or look around.'}
      </p>
      <div>
        <button type="button" className="button" onClick={onStop}>
          Stop
        </button>
      </div>
    </div>
  )
}

function AttachedFile({ file, onEdit, onRemove }: { file: Attachment; onEdit: () => void; onRemove: () => void }) {
  return (
    <li className="attachment">
      <Paperclip size={15} aria-hidden />
      {file.editable ? (
        <button type="button" className="link" onClick={onEdit}>
          <StrangerLine text={file.name} max={40} />
        </button>
      ) : (
        <StrangerLine text={file.name} max={40} />
      )}
      <span className="faint small num">{formatBytes(file.bytes.length)}</span>
      <button type="button" className="button quiet icon" aria-label={`Remove ${file.name}`} onClick={onRemove}>
        <X size={16} aria-hidden />
      </button>
    </li>
  )
}
