import { useEffect, useEffectEvent, useState } from 'react'
import type { StandingInterest } from '../../../node/client.ts'
import { AgentLink } from '../../parts/agent-name.tsx'
import { Note } from '../../parts/note.tsx'
import { Section } from '../../parts/page.tsx'
import { StrangerLine, StrangerText } from '../../parts/stranger-text.tsx'
import { When } from '../../parts/when.tsx'
import { useApp } from '../../state/app-context.ts'
import { unseenFinds } from '../../state/interests.ts'
import { useAction } from '../../state/use-action.ts'
import { cleanLine, cut } from '../../text/clean.ts'
import { plural } from '../../text/format.ts'
import { likelyWords } from '../../text/likely.ts'
import { constraintWords } from '../../text/term-words.ts'
import { candidateKey } from './choose.ts'
import './looking.css'

/** What is looked for until it is found, with what was found. */
export function Interests({ interests }: { interests: readonly StandingInterest[] }) {
  const newest = [...interests].sort((a, b) => unseenFinds(b).length - unseenFinds(a).length || b.created - a.created)
  return (
    <Section title="Listening for" intro="Private: the words stay on this device. You are told when somebody offers it.">
      <ul className="rows">
        {newest.map((interest) => (
          <Interest key={interest.id} interest={interest} />
        ))}
      </ul>
    </Section>
  )
}

function Interest({ interest }: { interest: StandingInterest }) {
  const { client, draft, announcer } = useApp()
  const { busy, problem, run } = useAction()
  const { id, text, constraints, created, found } = interest
  const terms = constraintWords(constraints)
  const short = cut(cleanLine(text), 60).text
  const ask = () => {
    draft.update((now) => ({ ...now, goal: text, constraints, pinned: null, startWith: null }))
    const field = document.getElementById('goal')
    field?.focus({ preventScroll: true })
    window.scrollTo({ top: 0 })
  }
  const stop = () =>
    run(async () => {
      await client.stopListening(id)
      announcer.say('It does not listen for that any more')
    })
  return (
    <li className="interest">
      <StrangerText text={text} max={240} quoted={false} />
      <p className="small soft">
        {terms.length > 0 && <>Only if {terms.join(' · ')}. </>}
        Said <When time={created} />.
      </p>
      {found.length === 0 ? <p className="small soft">Nobody so far.</p> : <Found interest={interest} />}
      {problem !== null && (
        <Note kind="bad" live>
          <p>That did not work: {problem}</p>
        </Note>
      )}
      <div className="row">
        <button type="button" className="button" aria-label={`Ask now: ${short}`} onClick={ask}>
          Ask now
        </button>
        <button
          type="button"
          className="button quiet"
          aria-label={`Stop listening for ${short}`}
          disabled={busy}
          onClick={() => void stop()}
        >
          Stop listening
        </button>
      </div>
    </li>
  )
}

/** Who offers it. Opening it is looking at it; what was new then stays marked until it is closed. */
function Found({ interest }: { interest: StandingInterest }) {
  const { client } = useApp()
  const { problem, run } = useAction()
  /** what had been looked at before it was opened; null while it is closed */
  const [old, setOld] = useState<ReadonlySet<string> | null>(null)
  const count = unseenFinds(interest).length
  const toggle = (open: boolean) =>
    setOld((now) => (open ? (now ?? new Set(interest.found.filter(({ seen }) => seen).map(candidateKey))) : null))
  const look = useEffectEvent(() => void run(() => client.seen(interest.id)))
  const unlooked = old !== null && count > 0
  useEffect(() => {
    if (unlooked) look()
  }, [unlooked])
  return (
    <details className="more" open={old !== null} onToggle={({ currentTarget }) => toggle(currentTarget.open)}>
      <summary>
        {plural(interest.found.length, 'agent')} can
        {count > 0 && <span className="chip accent">{count} new</span>}
      </summary>
      <ul className="rows">
        {interest.found.map((find) => (
          <li key={candidateKey(find)} className="interest-found">
            <AgentLink agent={find.agent} size={28} />
            <span>
              <StrangerLine text={find.name} max={60} />
            </span>
            <span className="small soft">
              {likelyWords(find.likely)}, <When time={find.at} />
            </span>
            {old?.has(candidateKey(find)) === false && <span className="chip accent">New</span>}
          </li>
        ))}
      </ul>
      {problem !== null && (
        <Note kind="bad" live>
          <p>They still count as new: {problem}</p>
        </Note>
      )}
    </details>
  )
}
