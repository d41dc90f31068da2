import { useEffect, useState } from 'react'
import type { TaskView } from '../../../node/client.ts'
import { AgentLink, AgentName } from '../../parts/agent-name.tsx'
import { Note } from '../../parts/note.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { ResultView } from '../../parts/result-view.tsx'
import { StrangerLine, StrangerText } from '../../parts/stranger-text.tsx'
import { When } from '../../parts/when.tsx'
import { useApp, useSnapshot } from '../../state/app-context.ts'
import { linkTo } from '../../state/route.ts'
import { goalWords, isOver } from '../../state/task-steps.ts'
import { useAction } from '../../state/use-action.ts'
import { cleanLine, cut } from '../../text/clean.ts'
import { formatBytes } from '../../text/format.ts'
import { termWords } from '../../text/term-words.ts'
import { HowDidItGo } from './how-did-it-go.tsx'
import { Machinery } from './machinery.tsx'
import { StateChip } from './state-chip.tsx'
import { ResultActions } from './result-actions.tsx'
import { Steps } from './steps.tsx'
import { useAskAgain } from './use-ask-again.ts'
import './task-page.css'

const TITLE = 110
const PATIENCE_MS = 3000

/** One task: its result first, how it goes, what to do about it; the machinery on demand. */
export function TaskPage({ id }: { id: string }) {
  const snapshot = useSnapshot()
  const task = snapshot?.tasks.find((one) => one.id === id) ?? null
  const waited = useWaited(PATIENCE_MS)
  const back = { href: linkTo('tasks'), label: 'Tasks' }
  if (task !== null) return <KnownTask task={task} back={back} />
  if (snapshot === null || !waited) {
    return (
      <Page title="Task" back={back}>
        <div className="skeleton" role="status">
          <span className="sr-only">Opening the task…</span>
        </div>
      </Page>
    )
  }
  return (
    <Page title="No such task here" back={back}>
      <p className="soft">
        It may belong to another browser profile: tasks are kept only where they were asked.{' '}
        <a href={linkTo('tasks')}>See your tasks</a>
      </p>
    </Page>
  )
}

function KnownTask({ task, back }: { task: TaskView; back: { href: string; label: string } }) {
  const { client, announcer } = useApp()
  const { busy, problem, run } = useAction()
  const again = useAskAgain(task)
  const over = isOver(task)
  const leads = task.role === 'leader'
  const goal = goalWords(task)
  const line = cleanLine(goal)
  const title = cut(line, TITLE)
  const wordsAgain = !title.whole || line !== goal.trim()
  const cancel = () =>
    run(async () => {
      await client.cancel(task.id)
      announcer.say('Cancelled')
    })
  return (
    <Page
      title={
        <bdi className="task-title">
          {title.text}
          {title.whole ? '' : '…'}
        </bdi>
      }
      back={back}
    >
      <div className="row task-facts">
        <StateChip task={task} />
        {task.agent !== null && (
          <span className="row soft">
            {leads ? 'by' : 'for'} <AgentLink agent={task.agent} size={26} />
          </span>
        )}
        <span className="faint">
          <When time={task.created} />
        </span>
      </div>

      {task.result !== null && (
        <section className="card stack" aria-labelledby="result-heading">
          <h2 id="result-heading" className="sr-only">
            Result
          </h2>
          <ResultView result={task.result} />
          <ResultActions task={task} result={task.result} />
        </section>
      )}
      {task.forgotten !== null && (
        <Note kind="info">
          <p>
            You promised to keep {task.terms?.keeps === 'nothing' ? 'nothing' : 'it for the task only'}: {forgottenWords[task.forgotten]}
          </p>
        </Note>
      )}
      {task.problem !== null && task.state !== 'completed' && (
        <Note kind={task.state === 'canceled' ? 'info' : 'bad'}>
          <StrangerText text={task.problem} quoted={false} />
          {leads && (
            <p className="soft">
              Your words{task.files.length > 0 ? ' and files' : ''} are kept. You can ask again, or ask somebody else.
            </p>
          )}
        </Note>
      )}

      {!(over && task.state === 'completed') && (
        <Section title={over ? 'How far it came' : 'How it goes'}>
          <Steps task={task} />
        </Section>
      )}

      {problem !== null && (
        <Note kind="bad" live>
          <p>{problem}</p>
        </Note>
      )}
      {again.problem !== null && (
        <Note kind="bad" live>
          <p>{again.problem}</p>
        </Note>
      )}
      <div className="row">
        {!over && (
          <button type="button" className="button danger" disabled={busy} onClick={() => void cancel()}>
            {leads ? 'Cancel this task' : 'Stop it now'}
          </button>
        )}
        {over && leads && (
          <>
            <button type="button" className="button" disabled={again.busy} onClick={() => void again.rerun()}>
              Ask again
            </button>
            <button type="button" className="button" disabled={again.busy} onClick={() => void again.askAnother()}>
              Ask another agent
            </button>
          </>
        )}
      </div>

      <HowDidItGo task={task} />

      {(task.files.length > 0 || wordsAgain) && (
        <Section title="What was asked">
          {wordsAgain && <StrangerText text={goal} />}
          {task.files.length > 0 && (
            <ul className="stack-s">
              {task.files.map((file, i) => (
                <li key={i}>
                  <StrangerLine text={file.name} max={80} /> <span className="faint num">{formatBytes(file.size)}</span>
                </li>
              ))}
            </ul>
          )}
        </Section>
      )}

      {task.state === 'completed' && (
        <details className="more card fold">
          <summary>How it went</summary>
          <div className="more-body">
            <Steps task={task} />
          </div>
        </details>
      )}
      <details className="more card fold">
        <summary>The record: contract, log entries, every message</summary>
        <div className="more-body">
          <Machinery task={task} />
        </div>
      </details>
      {task.terms !== null && (
        <p className="soft small">
          {leads ? 'Their' : 'Your'} promise for this: {termWords(task.terms)}
        </p>
      )}
      {!leads && task.agent !== null && (
        <p className="soft small">
          Your agent does this for <AgentName agent={task.agent} />. It runs in a sealed sandbox in this tab.
        </p>
      )}
    </Page>
  )
}

const forgottenWords = {
  input: 'their words and files were deleted here. The result goes when they have confirmed it, or its day is over.',
  all: 'their words, their files and the result were deleted here.'
}

/** Whether a moment has gone by: a task that was just asked may not be in the first snapshot yet. */
function useWaited(ms: number): boolean {
  const [waited, setWaited] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setWaited(true), ms)
    return () => clearTimeout(timer)
  }, [ms])
  return waited
}
