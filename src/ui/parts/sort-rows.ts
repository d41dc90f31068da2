import type { TablePart } from '../../node/schema/result.ts'

export interface Order {
  column: number
  down: boolean
}

type Row = TablePart['rows'][number]
const words = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

/** The rows in an order, as a new array; empty cells come last either way, equal rows keep their order. */
export function sortRows(rows: readonly Row[], order: Order | null): Row[] {
  if (order === null) return [...rows]
  const { column, down } = order
  return [...rows].sort((a, b) => {
    const [x, y] = [a[column] ?? null, b[column] ?? null]
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1
    const sign = typeof x === 'number' && typeof y === 'number' ? x - y : words.compare(String(x), String(y))
    return down ? -sign : sign
  })
}

/** Whether a column holds numbers and nothing else but empty cells. */
export function isNumeric(rows: readonly Row[], column: number): boolean {
  let numbers = 0
  for (const row of rows) {
    const cell = row[column] ?? null
    if (cell === null) continue
    if (typeof cell !== 'number') return false
    numbers += 1
  }
  return numbers > 0
}
