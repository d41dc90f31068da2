/**
 * Whom we meet. The network asks here and knows nothing of what a card says. Before an offer both sides look again: there, what is not
 * said is not met.
 */
import { equalBytes } from '../crypto/hash.ts'
import type { Door } from '../net/network.ts'
import type { Hello } from '../schema/messages.ts'
import { keepNewest } from '../support/keep-newest.ts'
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

/** Peers whose last card is remembered; of more, those that showed theirs longest ago are forgotten. */
const MAX_PEERS = 4096

export function createDoor({ card, certifier, directory, stands, onHello }: DoorComponents): Door {
  const shownBy = new Map<string, { card: Uint8Array; agent: string }>()

  /**
   * Who is behind a peer that shows this card. What a card says is said when it comes: looked at again, it is not said again, or it would
   * count for more than what the agent has said in its log since.
   *
   * @throws when it proves nothing
   */
  async function agentBehind(peer: string, shown: Uint8Array): Promise<string> {
    const before = shownBy.get(peer)
    if (before !== undefined && equalBytes(before.card, shown)) return before.agent
    const { agent, said } = await readCard(shown, peer, certifier)
    shownBy.delete(peer)
    shownBy.set(peer, { card: shown, agent })
    keepNewest(shownBy, MAX_PEERS)
    onHello(agent, said)
    return agent
  }

  return {
    card: card.bytes,

    async admits(peer, shown) {
      // whoever shows nothing may be met: an offer is another matter
      if (shown === null) return true
      try {
        return !stands.clash(await agentBehind(peer, shown))
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
