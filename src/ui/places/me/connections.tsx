import type { Status } from '../../../node/client.ts'
import { AgentLink } from '../../parts/agent-name.tsx'
import { Section } from '../../parts/page.tsx'
import { ReachChip } from '../../parts/reach-chip.tsx'
import { connectionWords } from '../../parts/connection-words.ts'
import { useOnline } from '../../state/use-online.ts'
import { formatDuration } from '../../text/format.ts'

/** Who this tab is connected with, and how. */
export function Connections({ status }: { status: Status }) {
  const online = useOnline()
  const { label, why, advice } = connectionWords(status, online)
  return (
    <Section title="Connections">
      <p>
        <strong>{label}.</strong>{' '}
        <span className="soft">
          {why} {advice}
        </span>
      </p>
      {status.connections.length > 0 && (
        <ul className="rows">
          {status.connections.map((connection) => (
            <li key={connection.peer} className="connection">
              <div className="row between">
                {connection.agent === null ? (
                  <span className="soft">Somebody who has not said who they are yet</span>
                ) : (
                  <AgentLink agent={connection.agent} size={28} />
                )}
                <span className="row">
                  {connection.rttMs !== null && (
                    <span className="small faint num" title="There and back">
                      {formatDuration(connection.rttMs)}
                    </span>
                  )}
                  <ReachChip reach={connection.direct ? 'direct' : 'relayed'} />
                </span>
              </div>
            </li>
          ))}
        </ul>
      )}
      <details className="more">
        <summary>Details</summary>
        <dl className="facts small more-body">
          <dt>This tab’s peer</dt>
          <dd className="mono">{status.peerId}</dd>
          <dt>Relay</dt>
          <dd>{status.relay ? 'introduces us now' : 'none at the moment'}</dd>
          <dt>State</dt>
          <dd>
            {status.network}
            {status.networkReason === '' ? '' : `: ${status.networkReason}`}
          </dd>
          {status.connections.map((connection) => (
            <div className="facts-row" key={connection.peer}>
              <dt>{connection.direct ? 'Direct' : 'Relayed'}</dt>
              <dd className="mono">{connection.address}</dd>
            </div>
          ))}
        </dl>
      </details>
    </Section>
  )
}
