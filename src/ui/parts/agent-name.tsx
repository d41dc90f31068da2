import { useAgentLabel } from '../state/app-context.ts'
import { linkTo } from '../state/route.ts'
import { cleanLine } from '../text/clean.ts'
import { keyTail } from '../text/names.ts'
import { AgentPicture } from './agent-picture.tsx'
import './agent-name.css'

/** An agent's name within a sentence; with `tail` also the end of its key, where two must be told apart. */
export function AgentName({ agent, tail = false }: { agent: string; tail?: boolean }) {
  const { name } = useAgentLabel(agent)
  return (
    <span className="agent-name">
      <bdi>{cleanLine(name)}</bdi>
      {tail && <span className="faint mono small"> {keyTail(agent)}</span>}
    </span>
  )
}

/** Picture and name, leading to the agent's page. */
export function AgentLink({ agent, size = 32 }: { agent: string; size?: number }) {
  const { self } = useAgentLabel(agent)
  return (
    <a className="agent-link" href={self ? linkTo('me') : linkTo('network', agent)}>
      <AgentPicture agent={agent} size={size} />
      <AgentName agent={agent} tail />
    </a>
  )
}
