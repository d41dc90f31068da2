/**
 * A hash table from what a slot holds to the slot, in one typed array: open addressing, linear probing. What the slots
 * hold is elsewhere; the table asks for its hash.
 */
export interface SlotTable {
  /** The slot whose content has this hash and is the one that is looked for; -1 when there is none. */
  find(hash: number, is: (slot: number) => boolean): number
  /** Takes in a slot that is not in it. */
  add(slot: number): void
  /** Takes out a slot, which still holds what it held when it was added. */
  remove(slot: number): void
}

const EMPTY = -1
const FIRST_SIZE = 16

/** @param hashOf 32 bits that depend on all that the slot is looked for by */
export function createSlotTable(hashOf: (slot: number) => number): SlotTable {
  let places = new Int32Array(FIRST_SIZE).fill(EMPTY)
  let mask = FIRST_SIZE - 1
  let count = 0

  function place(slot: number): void {
    let at = hashOf(slot) & mask
    while (places[at] !== EMPTY) at = (at + 1) & mask
    places[at] = slot
  }

  function grow(): void {
    const old = places
    places = new Int32Array(old.length * 2).fill(EMPTY)
    mask = places.length - 1
    for (const slot of old) if (slot !== EMPTY) place(slot)
  }

  return {
    find(hash, is) {
      for (let at = hash & mask; ; at = (at + 1) & mask) {
        const slot = places[at] ?? EMPTY
        if (slot === EMPTY || is(slot)) return slot
      }
    },
    add(slot) {
      if (++count > places.length * 0.75) grow()
      place(slot)
    },
    remove(slot) {
      let hole = hashOf(slot) & mask
      while (places[hole] !== slot) {
        if (places[hole] === EMPTY) return
        hole = (hole + 1) & mask
      }
      count--
      // what was pushed on by this one moves back, so that nothing behind the hole gets lost
      for (let at = (hole + 1) & mask; ; at = (at + 1) & mask) {
        const moved = places[at] ?? EMPTY
        if (moved === EMPTY) break
        const home = hashOf(moved) & mask
        if (((at - home) & mask) >= ((at - hole) & mask)) {
          places[hole] = moved
          hole = at
        }
      }
      places[hole] = EMPTY
    }
  }
}
