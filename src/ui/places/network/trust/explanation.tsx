import type { ReactNode } from 'react'
import type { Why } from '../../../../node/client.ts'
import { AgentLink, AgentName } from '../../../parts/agent-name.tsx'
import { AgentPicture } from '../../../parts/agent-picture.tsx'
import { Note } from '../../../parts/note.tsx'
import { StrangerLine } from '../../../parts/stranger-text.tsx'
import { useAgentLabel, useSnapshot } from '../../../state/app-context.ts'
import { useWhy } from '../../../state/use-reputation.ts'
import { plural } from '../../../text/format.ts'
import { topicLabel } from '../../../text/term-words.ts'
import { changePhrase, discountPhrase, headline, opinionWords, percent, weightWords, type Phrase, type Rater } from '../../../text/why-words.ts'
import { TrustGraph } from './trust-graph.tsx'
import './explanation.css'

/** Why an agent stands as it does in a field: drawn, and all of it in words, too. */
export function Explanation({ agent, topic }: { agent: string; topic: string }) {
  const { value, problem } = useWhy(agent, topic)
  if (problem !== null) {
    return (
      <Note kind="bad" live>
        <p>Why can’t be looked up now: {problem}</p>
      </Note>
    )
  }
  if (value === null) {
    return (
      <div className="skeleton" role="status">
        <span className="sr-only">Looking up why…</span>
      </div>
    )
  }
  if (value.why === null) return <p className="soft">Nothing was ever heard of it in this field.</p>
  return <Known why={value.why} />
}

function Known({ why }: { why: Why }) {
  const { raters, moreRaters, paths, nearby, discounts, changes, voice } = why
  return (
    <div className="why stack">
      <p className="why-headline">{headline(why)}</p>
      <TrustGraph why={why} />
      <Part title="Whose word">
        {raters.length === 0 ? (
          <p className="soft">Nobody’s so far.</p>
        ) : (
          <ul className="why-list">
            {raters.map((rater) => (
              <RaterRow key={rater.agent} rater={rater} whole={voice} />
            ))}
          </ul>
        )}
        {moreRaters > 0 && <p className="small soft">and {plural(moreRaters, 'other')} whose word weighs less</p>}
      </Part>
      {paths.length > 0 && (
        <Part title="By which ways trust comes to it">
          <ol className="why-list">
            {paths.map(({ agents, share }, i) => (
              <li key={i}>
                <Way agents={agents} /> <span className="soft num">{percent(share)}</span>
              </li>
            ))}
          </ol>
        </Part>
      )}
      {nearby.length > 0 && (
        <Part title="What it brings along from fields nearby">
          <p className="soft">That may bring it work here. Its word about others weighs nothing more for it.</p>
          <ul className="why-list">
            {nearby.map(({ topic }) => {
              const { name, area } = topicLabel(topic)
              return (
                <li key={topic}>
                  <StrangerLine text={name} max={60} /> <span className="faint small">{area}</span>
                </li>
              )
            })}
          </ul>
        </Part>
      )}
      {discounts.length > 0 && <Sentences title="What weighs less, and why" phrases={discounts.map(discountPhrase)} />}
      {changes.length > 0 && <Sentences title="What would change it" phrases={changes.map((change) => changePhrase(change, voice))} />}
    </div>
  )
}

/** @param whole what the agent has in all */
function RaterRow({ rater, whole }: { rater: Rater; whole: number }) {
  const { self } = useAgentLabel(rater.agent)
  return (
    <li className={rater.value < 0 ? 'why-rater complains' : 'why-rater'}>
      {self ? <OwnName agent={rater.agent} /> : <AgentLink agent={rater.agent} size={26} />}
      <span>
        {opinionWords(rater, self)} <span className="soft">({weightWords(rater, whole)})</span>
      </span>
    </li>
  )
}

function OwnName({ agent }: { agent: string }) {
  return (
    <span className="agent-link">
      <AgentPicture agent={agent} size={26} />
      <strong>You</strong>
    </span>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="stack-s">
      <h4>{title}</h4>
      {children}
    </div>
  )
}

function Sentences({ title, phrases }: { title: string; phrases: readonly Phrase[] }) {
  return (
    <Part title={title}>
      <ul className="why-list">
        {phrases.map((phrase, i) => (
          <li key={i}>{phrase.map((part, at) => (typeof part === 'string' ? part : <Named key={at} agent={part.agent} />))}</li>
        ))}
      </ul>
    </Part>
  )
}

/** From whom whose word counts, by those between, to the agent. */
function Way({ agents }: { agents: readonly string[] }) {
  const list = useListOf(agents[0] ?? '')
  if (agents.length === 1) return list === null ? <>You chose to count its word</> : <>Its word counts: it is on <ListName name={list} /></>
  return (
    <>
      {agents.map((agent, i) => (
        <span key={i}>
          {i > 0 && <span className="faint"> › </span>}
          {i === agents.length - 1 ? 'this agent' : <Named agent={agent} />}
          {i === 0 && list !== null && (
            <span className="soft">
              {' '}
              (on <ListName name={list} />)
            </span>
          )}
        </span>
      ))}
    </>
  )
}

function ListName({ name }: { name: string }) {
  return (
    <>
      the list “<StrangerLine text={name} max={60} />”
    </>
  )
}

/** The name of a list that one follows and by which alone an agent's word counts; null: it counts otherwise. */
function useListOf(agent: string): string | null {
  const snapshot = useSnapshot()
  if (snapshot === null || agent === snapshot.status.agent || snapshot.trusted.includes(agent)) return null
  const list = snapshot.followed.find((one) => one.is === 'shared' && one.agents.includes(agent))
  return list?.is === 'shared' ? list.name : null
}

/** An agent within a sentence; our own is “you”. */
function Named({ agent }: { agent: string }) {
  const { self } = useAgentLabel(agent)
  return self ? <strong>you</strong> : <AgentName agent={agent} />
}
