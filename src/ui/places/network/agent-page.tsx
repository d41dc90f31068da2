import { ArrowRight } from 'lucide-react'
import { useState, type SubmitEvent } from 'react'
import type { AgentDetails, AgentView } from '../../../node/client.ts'
import type { Capability } from '../../../node/schema/declaration.ts'
import { AgentPicture } from '../../parts/agent-picture.tsx'
import { CardFold } from '../../parts/card-fold.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { HindranceChip } from '../../parts/hindrance-chip.tsx'
import { historyWords } from '../../parts/history-words.ts'
import { limitWords } from '../../parts/limit-words.ts'
import { LogList, useLog } from '../../parts/log-list.tsx'
import { Note } from '../../parts/note.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { ReachChip } from '../../parts/reach-chip.tsx'
import { StrangerLine, StrangerText } from '../../parts/stranger-text.tsx'
import { labelFor, useApp, useSnapshot } from '../../state/app-context.ts'
import { emptyDraft } from '../../state/draft.ts'
import { goTo, linkTo } from '../../state/route.ts'
import { useAgent, type KnownAgent } from '../../state/use-agent.ts'
import { useAction } from '../../state/use-action.ts'
import { cleanLine } from '../../text/clean.ts'
import { plural } from '../../text/format.ts'
import { stateWords } from '../../text/state-words.ts'
import { termWords } from '../../text/term-words.ts'
import { nameOf } from '../../text/names.ts'
import { TaskRow } from '../tasks/task-row.tsx'
import { CountItsWord } from './trust/count-its-word.tsx'
import { HowItDoes } from './trust/how-it-does.tsx'

const MAX_PETNAME = 60
const TASKS = 5

/** One agent: who it is to us, what it offers, what is said of its work, what we did together, what it wrote. */
export function AgentPage({ agent }: { agent: string }) {
  const known = useAgent(agent)
  const isStarting = useSnapshot() === null || known.isLooking
  const back = { href: linkTo('network'), label: 'Network' }
  if (known.view === null) {
    return (
      <Page title={isStarting ? 'Starting…' : 'This agent was never met here'} back={back}>
        <p className="soft">
          It shows here as soon as it is met. <a href={linkTo('network')}>See who is here</a>
        </p>
      </Page>
    )
  }
  return <Known {...known} view={known.view} back={back} />
}

function Known({ view, details, problem, back }: KnownAgent & { view: AgentView; back: { href: string; label: string } }) {
  const snapshot = useSnapshot()
  const { name, chosen } = labelFor(view.agent, snapshot)
  const tasks = (snapshot?.tasks ?? [])
    .filter((task) => task.agent === view.agent)
    .sort((a, b) => b.updated - a.updated)
  return (
    <Page title={<bdi>{cleanLine(name)}</bdi>} back={back}>
      <div className="card agent-head">
        <AgentPicture agent={view.agent} size={88} />
        <div className="stack-s agent-head-words">
          <div className="row">
            <ReachChip reach={view.reach} />
            <HindranceChip state={view.state} />
            <span className="chip warn">Key only</span>
          </div>
          <p className="small soft">
            {chosen
              ? `You call it so; its key says ${nameOf(view.agent)}. `
              : 'The name and the picture come from its key; two agents can share a name. '}
            Nobody has shown who stands behind it.
          </p>
          {view.state !== null && <p className="small soft">It says of itself now: {stateWords(view.state)}.</p>}
          <p className="small mono did">{view.agent}</p>
          <div className="row">
            <Rename view={view} />
            <CopyButton quiet label="Copy its key" text={() => view.agent} />
          </div>
        </div>
      </div>
      {view.log.fork && (
        <Note kind="bad">
          <p>This agent showed two different histories to different people. Don’t rely on what it says of itself.</p>
        </Note>
      )}
      {problem !== null && (
        <Note kind="bad" live>
          <p>What it says of itself can’t be read now: {problem}</p>
        </Note>
      )}
      {details !== null && <Says details={details} />}
      <HowItDoes agent={view.agent} first={details?.capabilities[0]?.capability ?? null} />
      <CountItsWord agent={view.agent} />
      <Section title="You and this agent">
        <p className="soft">{historyWords(view.history)}.</p>
        {tasks.length > 0 && (
          <ul className="rows">
            {tasks.slice(0, TASKS).map((task) => (
              <TaskRow key={task.id} task={task} />
            ))}
          </ul>
        )}
        {tasks.length > TASKS && (
          <p className="small faint">
            and {tasks.length - TASKS} more in <a href={linkTo('tasks')}>Tasks</a>
          </p>
        )}
      </Section>
      <AgentLog view={view} />
      <CardFold agent={view.agent} own={false} />
    </Page>
  )
}

/** What it offers and looks for. */
function Says({ details: { agent, capabilities, intentions } }: { details: AgentDetails }) {
  return (
    <>
      <Section title="Offers">
        {capabilities.length === 0 ? (
          <p className="soft">Nothing so far.</p>
        ) : (
          <ul className="rows">
            {capabilities.map(({ seq, capability }) => (
              <Offer key={seq} agent={agent} capability={capability} />
            ))}
          </ul>
        )}
      </Section>
      {intentions.length > 0 && (
        <Section title="Looks for">
          <ul className="stack">
            {intentions.map(({ seq, intention }) => (
              <li key={seq}>
                <StrangerText text={intention.goal} />
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  )
}

function Offer({ agent, capability }: { agent: string; capability: Capability }) {
  const { draft } = useApp()
  const ask = () => {
    draft.set({ ...emptyDraft, pinned: { agent, skill: capability.id, skillName: capability.name } })
    goTo('ask')
  }
  return (
    <li className="offer">
      <div className="grow stack-s">
        <h3>
          <StrangerLine text={capability.name} />
        </h3>
        <StrangerText text={capability.description} quoted={false} max={300} />
        {capability.examples[0] !== undefined && (
          <p className="small soft">
            For example: “<StrangerLine text={capability.examples[0]} max={120} />”
          </p>
        )}
        {capability.terms !== undefined && <p className="small soft">{termWords(capability.terms)}</p>}
        <p className="small faint num">{limitWords(capability.limits)}</p>
      </div>
      <button type="button" className="button" onClick={ask}>
        Ask for this <ArrowRight size={16} aria-hidden />
      </button>
    </li>
  )
}

function Rename({ view }: { view: AgentView }) {
  const { client, announcer } = useApp()
  const { busy, problem, run } = useAction()
  const [open, setOpen] = useState(false)
  const [text, setText] = useState(view.petname ?? '')
  const save = (event: SubmitEvent) => {
    event.preventDefault()
    void run(async () => {
      await client.name(view.agent, text.trim())
      announcer.say('Name kept')
      setOpen(false)
    })
  }
  if (!open) {
    return (
      <button type="button" className="button" onClick={() => setOpen(true)}>
        {view.petname === null ? 'Give it a name' : 'Change its name'}
      </button>
    )
  }
  return (
    <form className="stack-s rename" onSubmit={save}>
      <label className="label" htmlFor="petname">
        Your name for it
      </label>
      <input
        id="petname"
        className="field"
        autoFocus
        maxLength={MAX_PETNAME}
        placeholder={nameOf(view.agent)}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <p className="small soft">Only you see it. Leave it empty to go back to {nameOf(view.agent)}.</p>
      {problem !== null && (
        <Note kind="bad" live>
          <p>The name was not kept: {problem}</p>
        </Note>
      )}
      <div className="row">
        <button type="submit" className="button primary" disabled={busy}>
          Keep
        </button>
        <button type="button" className="button" onClick={() => setOpen(false)}>
          Back
        </button>
      </div>
    </form>
  )
}

function AgentLog({ view }: { view: AgentView }) {
  const [open, setOpen] = useState(false)
  return (
    <details className="more card fold" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Its log: {plural(view.log.entries, 'entry', 'entries')} held here{view.log.whole ? '' : ', not all of it'}</summary>
      {open && (
        <div className="more-body">
          <OpenLog view={view} />
        </div>
      )}
    </details>
  )
}

function OpenLog({ view }: { view: AgentView }) {
  return <LogList {...useLog(view.agent, view.log.entries)} />
}
