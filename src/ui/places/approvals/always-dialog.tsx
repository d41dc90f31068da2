import { useState } from 'react'
import type { ApprovalView } from '../../../node/client.ts'
import { Modal } from '../../parts/modal.tsx'
import { Note } from '../../parts/note.tsx'
import { useApp } from '../../state/app-context.ts'
import { useAction } from '../../state/use-action.ts'
import { cleanLine } from '../../text/clean.ts'
import { formatDuration, plural } from '../../text/format.ts'
import './always-dialog.css'

const times = [5_000, 15_000, 30_000, 60_000, 300_000, 600_000]
const MAX_PER_DAY = 1000

/** A standing permission: for whom, how often, how long. It starts with the least. */
export function AlwaysDialog({
  approval,
  name,
  onClose
}: {
  approval: ApprovalView
  name: string
  onClose: () => void
}) {
  const { client, announcer } = useApp()
  const { busy, problem, run } = useAction()
  const [from, setFrom] = useState<'agent' | 'anyone'>('agent')
  const [perDay, setPerDay] = useState('5')
  const asked = approval.limits.ms
  const [ms, setMs] = useState(asked)
  const count = Number(perDay)
  const valid = Number.isInteger(count) && count >= 1 && count <= MAX_PER_DAY
  const skill = cleanLine(approval.skillName)
  const choices = [...new Set([asked, ...times.filter((time) => time > asked)])]
  const allow = () =>
    run(async () => {
      await client.approve(approval.id, { always: { from, perDay: count, limits: { ...approval.limits, ms } } })
      announcer.say('Allowed, and a standing permission was made')
      onClose()
    })
  return (
    <Modal open onClose={onClose} title={`Always allow “${skill}”, within limits`}>
      <fieldset className="stack-s">
        <legend className="label">From whom</legend>
        <div className="choices">
          <label>
            <input type="radio" name="from" checked={from === 'agent'} onChange={() => setFrom('agent')} /> {name} only
          </label>
          <label>
            <input type="radio" name="from" checked={from === 'anyone'} onChange={() => setFrom('anyone')} /> Anyone
          </label>
        </div>
      </fieldset>
      <div className="row always-fields">
        <div className="grow stack-s">
          <label className="label" htmlFor="per-day">
            Times a day, at most
          </label>
          <input
            id="per-day"
            className="field num"
            type="number"
            inputMode="numeric"
            min={1}
            max={MAX_PER_DAY}
            step={1}
            value={perDay}
            aria-invalid={!valid}
            onChange={(event) => setPerDay(event.target.value)}
          />
        </div>
        <div className="grow stack-s">
          <label className="label" htmlFor="always-time">
            Time for each
          </label>
          <select id="always-time" className="field" value={ms} onChange={(event) => setMs(Number(event.target.value))}>
            {choices.map((time) => (
              <option key={time} value={time}>
                {formatDuration(time)}
              </option>
            ))}
          </select>
        </div>
      </div>
      {!valid && (
        <Note kind="bad" live>
          <p>Times a day must be a whole number from 1 to {MAX_PER_DAY}.</p>
        </Note>
      )}
      <Note kind={from === 'anyone' || approval.program.author === 'the asking agent' ? 'warn' : 'info'}>
        <p>
          {from === 'agent' ? name : 'Anyone in the network'} may then run “{skill}” here up to{' '}
          {plural(valid ? count : 0, 'time')} a day, {formatDuration(ms)} each, without asking you. It always runs
          sealed off. You can take this back at any time.
        </p>
        {approval.program.author === 'the asking agent' && (
          <p>Their program can be another one each time: you allow whatever they send, not only what you see now.</p>
        )}
      </Note>
      {problem !== null && (
        <Note kind="bad" live>
          <p>It was not allowed: {problem}</p>
        </Note>
      )}
      <div className="dialog-end">
        <button type="button" className="button" onClick={onClose}>
          Back
        </button>
        <button type="button" className="button primary" disabled={!valid || busy} onClick={() => void allow()}>
          Allow within these limits
        </button>
      </div>
    </Modal>
  )
}
