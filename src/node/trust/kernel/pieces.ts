/** A row costs as much as so many entries: its sum begins anew and is written, and the loop over it ends as nobody could foresee. */
const ROW_COST = 4

/**
 * Cuts rows into pieces that cost about the same, whatever rows they have.
 *
 * @param starts where the entries of each row begin, and after the last where they end
 * @param most what a piece costs at most, unless a row of it alone costs more: 1 for each entry, and 4 for each row
 * @returns where each piece begins, and after the last the number of rows: never falling, from 0
 */
export function cutRows(starts: Uint32Array, most: number): number[] {
  const rows = starts.length - 1
  const costBefore = (row: number) => (starts[row] as number) + ROW_COST * row
  const count = Math.max(1, Math.ceil(costBefore(rows) / most))
  return Array.from({ length: count + 1 }, (_, piece) => firstRow(rows, costBefore, (piece / count) * costBefore(rows)))
}

/** The first row before which there is at least so much, by halving. */
function firstRow(rows: number, costBefore: (row: number) => number, cost: number): number {
  let [low, high] = [0, rows]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (costBefore(middle) < cost) low = middle + 1
    else high = middle
  }
  return low
}
