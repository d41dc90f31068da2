import { plural } from '../text/format.ts'
import { AgentLink } from './agent-name.tsx'
import './judges.css'

/** How many are on a list of judges, and, when it is opened, who. */
export function JudgesFold({ agents }: { agents: readonly string[] }) {
  return (
    <details className="more">
      <summary>{plural(agents.length, 'agent')} on it</summary>
      <ul className="more-body judges-fold">
        {agents.map((agent) => (
          <li key={agent}>
            <AgentLink agent={agent} size={26} />
          </li>
        ))}
      </ul>
    </details>
  )
}
