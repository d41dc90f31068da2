/**
 * How many peers are asked for bodies at a time: so many in all, fewer of these for what was asked for in vain before, and few of one
 * peer. Who is silent for long keeps its own place and gives back that of all, so that what nobody has holds up nothing else.
 */

export interface AskPlacesInit {
  all: number
  again: number
  perPeer: number
}

export interface AskPlace {
  /** Nothing has come for long. */
  silent(): void
  /** Something has come after all. */
  heard(): void
  leave(): void
}

export interface AskPlaces {
  /** Whether there is a place for one more ask of any peer. @param again whether it is for what was asked for in vain before */
  isFree(again: boolean): boolean
  /** Whether a peer may be asked for so much at a time. @param most no more than that, where it is less than the peer's places */
  isFreeAt(peer: string, most?: number): boolean
  take(peer: string, again: boolean): AskPlace
}

export function createAskPlaces({ all, again: mostAgain, perPeer }: AskPlacesInit): AskPlaces {
  const ofPeers = new Map<string, number>()
  let [taken, takenAgain] = [0, 0]

  return {
    isFree: (again) => taken < all && (!again || takenAgain < mostAgain),
    isFreeAt: (peer, most = perPeer) => (ofPeers.get(peer) ?? 0) < Math.min(most, perPeer),
    take(peer, again) {
      let isTaken = false
      function count(isNow: boolean): void {
        if (isNow === isTaken) return
        isTaken = isNow
        taken += isNow ? 1 : -1
        if (again) takenAgain += isNow ? 1 : -1
      }
      count(true)
      ofPeers.set(peer, (ofPeers.get(peer) ?? 0) + 1)
      return {
        silent: () => count(false),
        heard: () => count(true),
        leave() {
          count(false)
          const left = (ofPeers.get(peer) ?? 1) - 1
          if (left === 0) ofPeers.delete(peer)
          else ofPeers.set(peer, left)
        }
      }
    }
  }
}
