/**
 * How this tab is doing, as people see it. Pure.
 */
import type { Status } from '../client.ts'
import type { Network } from '../net/network.ts'

/**
 * @param agent our own agent
 * @param agentOf who is behind a peer, if it has said so
 */
export function statusView(
  agent: string,
  network: Pick<Network, 'status'>,
  agentOf: (peer: string) => string | undefined,
  storage: Status['storage'],
  meaning: Status['meaning']
): Status {
  const { state, reason, peer, relay, connections } = network.status()
  return {
    agent,
    peerId: peer,
    connections: connections.map((connection) => ({
      peer: connection.peer,
      address: connection.address,
      direct: connection.direct,
      rttMs: connection.rttMs,
      agent: agentOf(connection.peer) ?? null
    })),
    network: state,
    networkReason: reason,
    relay,
    storage: { ...storage },
    meaning
  }
}
