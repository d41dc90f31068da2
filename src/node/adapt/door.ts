/**
 * Whom we meet. The network asks here and knows nothing of what a card says. Before an offer both sides look again: there, what is not
 * said is not met.
 */
import type { Door } from '../net/network.ts'
import type { Hello } from '../schema/messages.ts'
import { readCard, type Card, type Certifier } from './card.ts'
import type { Directory } from './directory.ts'
import type { Stands } from './stands.ts'

export interface DoorComponents {
  /** what we show of ourselves */
  card: Pick<Card, 'bytes'>
  certifier: Pick<Certifier, 'verify'>
  directory: Pick<Directory, 'agentOf'>
  stands: Pick<Stands, 'clash' | 'esteem'>
  /** A peer's card has been checked. */
  onHello: (agent: string, said: Hello) => void
}

export function createDoor({ card, certifier, directory, stands, onHello }: DoorComponents): Door {
  return {
    card: card.bytes,

    async admits(peer, shown) {
      // whoever shows nothing may be met: an offer is another matter
      if (shown === null) return true
      try {
        const { agent, said } = await readCard(shown, peer, certifier)
        onHello(agent, said)
        return !stands.clash(agent)
      } catch {
        // it proves nothing: as if it had said nothing
        return true
      }
    },

    esteem(peer) {
      const agent = directory.agentOf(peer)
      return agent === undefined ? 0 : stands.esteem(agent)
    }
  }
}
