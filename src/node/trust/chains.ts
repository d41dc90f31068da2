/** Rows by a number that they share, such as that of an agent: lists in two typed arrays, made of a hundred thousand rows at once. */

const FIRST_CAPACITY = 64
/** What `last` and `before` give when there is none. */
export const NO_ROW = -1

export class Chains {
  #length = 0
  /** by number its last row, by row the one before; one more than the row, so that 0 is none */
  #last = new Uint32Array(FIRST_CAPACITY)
  #before = new Uint32Array(FIRST_CAPACITY)

  /** Takes in rows that have come since, of a column of all of them. */
  follow(numbers: ArrayLike<number>, length: number): void {
    this.#before = grown(this.#before, length)
    for (let row = this.#length; row < length; row++) {
      const number = numbers[row] as number
      if (number >= this.#last.length) this.#last = grown(this.#last, number + 1)
      this.#before[row] = this.#last[number] as number
      this.#last[number] = row + 1
    }
    this.#length = length
  }

  /** The last row that has a number, or `NO_ROW`. */
  last(number: number): number {
    return (this.#last[number] ?? 0) - 1
  }

  /** The one before a row that has the same number, or `NO_ROW`. */
  before(row: number): number {
    return (this.#before[row] ?? 0) - 1
  }
}

function grown(from: Uint32Array<ArrayBuffer>, least: number): Uint32Array<ArrayBuffer> {
  if (from.length >= least) return from
  const to = new Uint32Array(Math.max(least, 2 * from.length))
  to.set(from)
  return to
}
