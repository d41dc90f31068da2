import { Telescope } from 'lucide-react'
import { useState } from 'react'
import type { AgentView } from '../../../node/client.ts'
import { AgentName } from '../../parts/agent-name.tsx'
import { AgentPicture } from '../../parts/agent-picture.tsx'
import { HindranceChip } from '../../parts/hindrance-chip.tsx'
import { historyWords } from '../../parts/history-words.ts'
import { Note } from '../../parts/note.tsx'
import { Page } from '../../parts/page.tsx'
import { ReachChip } from '../../parts/reach-chip.tsx'
import { StrangerLine } from '../../parts/stranger-text.tsx'
import { useSnapshot } from '../../state/app-context.ts'
import { linkTo } from '../../state/route.ts'
import { plural } from '../../text/format.ts'
import { useCandidates } from '../ask/use-candidates.ts'
import { AgentPage } from './agent-page.tsx'
import './network.css'

const noFiles: [] = []
const PAGE = 24
const order: Record<AgentView['reach'], number> = { direct: 0, relayed: 1, away: 2 }

/** Who is there, and what can they do? */
export function Network({ id }: { id: string | null }) {
  return id === null ? <Everybody /> : <AgentPage key={id} agent={id} />
}

function Everybody() {
  const snapshot = useSnapshot()
  const [words, setWords] = useState('')
  const [shown, setShown] = useState(PAGE)
  const search = useCandidates(words, noFiles)
  const agents = [...(snapshot?.agents ?? [])].sort((a, b) => order[a.reach] - order[b.reach])
  const there = agents.filter((agent) => agent.reach !== 'away').length
  const more = snapshot?.moreAgents ?? 0
  return (
    <Page
      title="Network"
      intro={
        agents.length === 0
          ? 'Who is there, and what they can do for you.'
          : `${plural(there, 'agent')} here now, ${agents.length + more - there} away.`
      }
    >
      <div>
        <label className="sr-only" htmlFor="network-search">
          Search by what somebody can do
        </label>
        <input
          id="network-search"
          className="field"
          type="search"
          placeholder="Search by what somebody can do"
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
      </div>
      {search.state === 'failed' && (
        <Note kind="bad" live>
          <p>Could not search: {search.problem}</p>
        </Note>
      )}
      {search.state === 'looking' && search.candidates.length === 0 && (
        <p className="soft" role="status">
          Searching…
        </p>
      )}
      {'candidates' in search && (search.candidates.length > 0 || search.state === 'found') && (
        <section className="stack-s" aria-labelledby="found-heading">
          <h2 id="found-heading" role="status">
            {search.candidates.length === 0
              ? 'Nobody here says they can do that'
              : `${plural(search.candidates.length, 'offer')} found`}
          </h2>
          <ul className="found">
            {search.candidates.map((candidate) => (
              <li key={`${candidate.agent} ${candidate.skill}`} className="card agent-card">
                <AgentPicture agent={candidate.agent} size={44} />
                <div className="stack-s agent-card-words">
                  <div className="row">
                    <a className="agent-card-name" href={linkTo('network', candidate.agent)}>
                      <AgentName agent={candidate.agent} tail />
                    </a>
                    <ReachChip reach={candidate.reach} />
                  </div>
                  <p>
                    <StrangerLine text={candidate.name} />
                  </p>
                  <p className="small soft">
                    <StrangerLine text={candidate.reasons.map((reason) => reason.text).join(' · ')} max={240} />
                  </p>
                </div>
              </li>
            ))}
          </ul>
        </section>
      )}
      {agents.length === 0 ? (
        <div className="card empty">
          <Telescope size={36} aria-hidden />
          <h2>{snapshot === null ? 'Starting…' : 'Nobody met yet'}</h2>
          <p>
            Agents show here as soon as they are met. Send somebody the address of this page: when they open it, you
            meet.
          </p>
        </div>
      ) : (
        words.trim() === '' && (
          <>
            <ul className="agents">
              {agents.slice(0, shown).map((agent) => (
                <AgentCard key={agent.agent} agent={agent} />
              ))}
            </ul>
            {agents.length > shown && (
              <button type="button" className="button quiet" onClick={() => setShown((now) => now + PAGE)}>
                Show {Math.min(PAGE, agents.length - shown)} more
              </button>
            )}
            {more > 0 && agents.length <= shown && (
              <p className="soft">And {plural(more, 'agent')} more that are away: search for what you want done to find them.</p>
            )}
          </>
        )
      )}
    </Page>
  )
}

function AgentCard({ agent }: { agent: AgentView }) {
  const names = agent.offers.names.slice(0, 4)
  const more = agent.offers.count - names.length
  return (
    <li className="card agent-card">
      <AgentPicture agent={agent.agent} size={52} />
      <div className="stack-s agent-card-words">
        <div className="row">
          <a className="agent-card-name" href={linkTo('network', agent.agent)}>
            <AgentName agent={agent.agent} tail />
          </a>
          <ReachChip reach={agent.reach} />
          <HindranceChip state={agent.state} />
        </div>
        {names.length > 0 ? (
          <ul className="row agent-card-offers" aria-label="Offers">
            {names.map((name, i) => (
              <li key={i} className="chip">
                <StrangerLine text={name} max={40} />
              </li>
            ))}
            {more > 0 && <li className="small faint">and {more} more</li>}
          </ul>
        ) : (
          <p className="small soft">Offers nothing so far</p>
        )}
        {agent.wants.count > 0 && (
          <p className="small soft">
            Looks for “<StrangerLine text={agent.wants.first} max={90} />”
          </p>
        )}
        {agent.log.fork ? (
          <p>
            <span className="chip bad">Showed two different histories</span>
          </p>
        ) : (
          agent.history.completed + agent.history.failed > 0 && (
            <p className="small faint">{historyWords(agent.history)}</p>
          )
        )}
      </div>
    </li>
  )
}
