import { ArrowDown, ArrowUp, ArrowUpDown } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { TablePart } from '../../node/schema/result.ts'
import { formatNumber, plural } from '../text/format.ts'
import { StrangerLine } from './stranger-text.tsx'
import { isNumeric, sortRows, type Order } from './sort-rows.ts'
import './data-table.css'

const FIRST_ROWS = 50
const MORE_ROWS = 500

/** A table that can be sorted by each column. Long ones start with their first rows. */
export function DataTable({ table, label }: { table: TablePart; label: string }) {
  const [order, setOrder] = useState<Order | null>(null)
  const [shown, setShown] = useState(FIRST_ROWS)
  const rows = useMemo(() => sortRows(table.rows, order), [table.rows, order])
  const numeric = useMemo(() => table.columns.map((_, column) => isNumeric(table.rows, column)), [table])
  const turn = (column: number) =>
    setOrder((now) => (now?.column !== column ? { column, down: false } : now.down ? null : { column, down: true }))
  return (
    <div className="stack-s">
      <div className="table-scroll" role="region" aria-label={label} tabIndex={0}>
        <table className="data-table">
          <thead>
            <tr>
              {table.columns.map((column, i) => {
                const sorted = order?.column === i ? (order.down ? 'descending' : 'ascending') : 'none'
                const Icon = sorted === 'none' ? ArrowUpDown : sorted === 'ascending' ? ArrowUp : ArrowDown
                return (
                  <th key={i} scope="col" aria-sort={sorted} className={numeric[i] === true ? 'right' : ''}>
                    <button type="button" onClick={() => turn(i)}>
                      <StrangerLine text={column === '' ? `column ${i + 1}` : column} max={40} />
                      <Icon size={13} aria-hidden className={sorted === 'none' ? 'unsorted' : ''} />
                    </button>
                  </th>
                )
              })}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((row, i) => (
              <tr key={i}>
                {table.columns.map((_, column) => (
                  <td key={column} className={numeric[column] === true ? 'right num' : ''}>
                    <Cell value={row[column] ?? null} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="small faint row">
        {rows.length > shown
          ? `The first ${formatNumber(shown)} of ${plural(rows.length, 'row')}`
          : plural(rows.length, 'row')}
        {rows.length > shown && (
          <button type="button" className="link" onClick={() => setShown((now) => now + MORE_ROWS)}>
            Show {formatNumber(Math.min(MORE_ROWS, rows.length - shown))} more
          </button>
        )}
      </p>
    </div>
  )
}

function Cell({ value }: { value: string | number | boolean | null }) {
  if (value === null)
    return (
      <span className="faint" aria-label="empty">
        –
      </span>
    )
  if (typeof value === 'number') return formatNumber(value)
  return <StrangerLine text={String(value)} max={160} />
}
