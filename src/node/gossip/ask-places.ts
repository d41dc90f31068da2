/**
 * How many peers are asked for bodies at a time: so many in all, fewer of these for what was asked for in vain before, and few of one
 * peer. Who is silent for long keeps its own place and gives back that of all, so that what nobody has holds up nothing else; but no
 * more than twice as many are asked at all, whoever is silent.
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
  /** Whether a peer may be asked for one more thing. @param most that it may be asked for at a time; as many as it has places, unless told */
  isFreeAt(peer: string, most?: number): boolean
  take(peer: string, again: boolean): AskPlace
}

export function createAskPlaces({ all, again: mostAgain, perPeer }: AskPlacesInit): AskPlaces {
  const ofPeers = new Map<string, number>()
  let [taken, takenAgain, asked] = [0, 0, 0]

  return {
    isFree: (again) => taken < all && asked < 2 * all && (!again || takenAgain < mostAgain),
    isFreeAt: (peer, most = perPeer) => (ofPeers.get(peer) ?? 0) < most,
    take(peer, again) {
      let isTaken = false
      let isOver = false
      function count(isNow: boolean): void {
        if (isNow === isTaken) return
        isTaken = isNow
        taken += isNow ? 1 : -1
        if (again) takenAgain += isNow ? 1 : -1
      }
      count(true)
      asked++
      ofPeers.set(peer, (ofPeers.get(peer) ?? 0) + 1)
      return {
        silent: () => count(false),
        heard() {
          // where its place is another's by now, it goes on without one
          if (!isOver && taken < all) count(true)
        },
        leave() {
          if (isOver) return
          isOver = true
          count(false)
          asked--
          const left = (ofPeers.get(peer) ?? 1) - 1
          if (left === 0) ofPeers.delete(peer)
          else ofPeers.set(peer, left)
        }
      }
    }
  }
}
