import { useState } from 'react'
import type { ApprovalView } from '../../../node/client.ts'
import { AgentName } from '../../parts/agent-name.tsx'
import { AgentPicture } from '../../parts/agent-picture.tsx'
import { limitWords } from '../../parts/limit-words.ts'
import { Note } from '../../parts/note.tsx'
import { ReachChip } from '../../parts/reach-chip.tsx'
import { StrangerLine, StrangerText } from '../../parts/stranger-text.tsx'
import { When } from '../../parts/when.tsx'
import { useAgentLabel, useApp } from '../../state/app-context.ts'
import { describeFiles } from '../../state/draft.ts'
import { linkTo } from '../../state/route.ts'
import { useAction } from '../../state/use-action.ts'
import { formatBytes } from '../../text/format.ts'
import { AlwaysDialog } from './always-dialog.tsx'
import { HowTheyHaveDone } from './how-they-have-done.tsx'

/** Somebody asks: who, what, what will run, on what data, within what limits. Refusing is as easy as allowing. */
export function ApprovalCard({ approval }: { approval: ApprovalView }) {
  const { client, announcer } = useApp()
  const { name, chosen } = useAgentLabel(approval.agent)
  const { busy, problem, run } = useAction()
  const [always, setAlways] = useState(false)
  const [refusing, setRefusing] = useState(false)
  const [reason, setReason] = useState('')
  const { program, limits, files } = approval

  const allow = () =>
    run(async () => {
      await client.approve(approval.id)
      announcer.say(`Allowed. It runs for ${name} now.`)
    })
  const decline = () =>
    run(async () => {
      const words = reason.trim()
      await (words === '' ? client.decline(approval.id) : client.decline(approval.id, words))
      announcer.say(`Declined ${name}`)
    })

  return (
    <article className="card approval" aria-label={`${name} asks`}>
      <header className="approval-who">
        <AgentPicture agent={approval.agent} size={56} />
        <div className="stack-s approval-names">
          <h2>
            <a className="approval-name" href={linkTo('network', approval.agent)}>
              <AgentName agent={approval.agent} tail />
            </a>
          </h2>
          <div className="row">
            <span className="chip warn">Key only</span>
            <ReachChip reach={approval.reach} />
            <span className="small faint">
              asked <When time={approval.created} />
            </span>
          </div>
        </div>
      </header>
      <p className="small soft">
        {chosen ? 'You gave this agent its name. ' : ''}We know this agent by its key alone: nobody has shown who stands
        behind it.
      </p>

      <div className="stack-s">
        <h3>They ask</h3>
        <StrangerText text={approval.goal} max={400} />
      </div>

      <dl className="facts">
        <dt>How they have done</dt>
        <dd>
          <HowTheyHaveDone agent={approval.agent} history={approval.history} />
        </dd>
        <dt>What runs</dt>
        <dd>
          <strong>
            <StrangerLine text={approval.skillName} max={60} />
          </strong>{' '}
          <Author of={program.author} />
        </dd>
        <dt>On what</dt>
        <dd>
          {files.length === 0 ? 'Their words only, no files' : `Their ${describeFiles(files)}`}
          {files.length > 0 && (
            <ul>
              {files.map((file, i) => (
                <li key={i} className="small">
                  <StrangerLine text={file.name} max={60} /> <span className="faint num">{formatBytes(file.size)}</span>
                </li>
              ))}
            </ul>
          )}
        </dd>
        <dt>Where</dt>
        <dd>
          In a sealed sandbox in this tab. It can’t reach the network, your files or anything else of yours. The result
          goes back to them.
        </dd>
        <dt>How much</dt>
        <dd className="num">{limitWords(limits)}, then it is ended</dd>
        <dt>What it brings</dt>
        <dd>A signed record, in both logs, that your agent helped</dd>
      </dl>

      <details className="more">
        <summary>Read the program ({formatBytes(new Blob([program.source]).size)})</summary>
        <div className="more-body stack-s">
          <pre className="source">
            <code>
              <StrangerText text={program.source} quoted={false} max={4000} />
            </code>
          </pre>
          <p className="small faint mono">{program.hash}</p>
        </div>
      </details>

      {problem !== null && (
        <Note kind="bad" live>
          <p>That did not work: {problem}</p>
        </Note>
      )}

      {refusing ? (
        <div className="stack-s">
          <label className="label" htmlFor={`reason-${approval.id}`}>
            Reason, if you like to give one
          </label>
          <input
            id={`reason-${approval.id}`}
            className="field"
            maxLength={200}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
          <div className="row">
            <button type="button" className="button" disabled={busy} onClick={() => void decline()}>
              Decline
            </button>
            <button type="button" className="button quiet" onClick={() => setRefusing(false)}>
              Back
            </button>
          </div>
        </div>
      ) : (
        <div className="approval-buttons">
          <button type="button" className="button" disabled={busy} onClick={() => void allow()}>
            Allow once
          </button>
          <button type="button" className="button" disabled={busy} onClick={() => setAlways(true)}>
            Always, within limits…
          </button>
          <button type="button" className="button" disabled={busy} onClick={() => setRefusing(true)}>
            Not now
          </button>
        </div>
      )}
      <p className="small faint">
        If you do nothing, it lapses <When time={approval.expiry} future />.
      </p>

      {always && <AlwaysDialog approval={approval} name={name} onClose={() => setAlways(false)} />}
    </article>
  )
}

function Author({ of }: { of: ApprovalView['program']['author'] }) {
  if (of === 'built in') return <span className="chip good">built into Starling</span>
  if (of === 'you') return <span className="chip">added by you</span>
  return <span className="chip warn">runs code of whoever asks</span>
}
