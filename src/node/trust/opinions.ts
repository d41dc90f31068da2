/**
 * Who thinks what of whom: for each slot a row of the others in its topic that it has rated, and another of those that have
 * rated it. Rows lie in typed arrays, one after another. A row that changes is copied and kept beside them (an overlay), so
 * that a few ratings cost as much as the rows they touch; when the overlay has grown, all is laid out anew.
 */
import { countRows } from './sparse.ts'

type Sums = Float64Array<ArrayBuffer>

/** Some entries of columns: others in ascending order; sums of praise and of complaint, and of the weights of both, all from 0. */
export interface Row {
  others: Uint32Array
  praise: Float64Array
  blame: Float64Array
  weight: Float64Array
  start: number
  end: number
}

/** Columns of entries by row. */
export interface Table {
  starts: Uint32Array
  others: Uint32Array
  praise: Float64Array
  blame: Float64Array
  weight: Float64Array
}

/** Sums to be added, or, below 0, taken. For `add`: in order of row and other, each pair once. */
export interface Additions {
  count: number
  rows: Uint32Array
  others: Uint32Array
  praise: Float64Array
  blame: Float64Array
  weight: Float64Array
}

export interface Opinions {
  readonly given: Side
  readonly received: Side
  /** all entries, of one side */
  readonly entries: number
  /** share of the entries that is in the overlay */
  readonly overlay: number
  /** Adds a few sums. Costs as much as the rows that they are in. */
  add(additions: Additions, received: Additions): void
  /** Lays everything out anew for so many slots, with new numbers of slots and further sums. */
  rebuild(size: number, renumbered: Uint32Array | null, more: Additions | null): void
  /** Multiplies all sums. */
  scale(factor: number): void
  /** A copy of the rows given, as `createOpinions` takes them. */
  save(size: number): Table
}

/** One direction: rows of those whom a slot rated, or of those who rated it. */
export interface Side {
  /** Points a row at a slot's entries, and returns it. A slot without any has none. */
  row(slot: number, row: Row): Row
  /** The rows as they lie in the arrays. Only right after `rebuild`. */
  table(): Table
}

/** What is left of a sum beside what was taken, if nothing is. */
const ROUNDING = 1e-9

const EMPTY_TABLE: Table = {
  starts: new Uint32Array(1),
  others: new Uint32Array(0),
  praise: new Float64Array(0),
  blame: new Float64Array(0),
  weight: new Float64Array(0)
}

/** A row to be pointed at entries. */
export function emptyRow(): Row {
  return { ...EMPTY_TABLE, start: 0, end: 0 }
}

/** The place of another in a row, or -1. */
export function indexIn({ others, start, end }: Row, other: number): number {
  let low = start
  let high = end
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((others[middle] as number) < other) low = middle + 1
    else high = middle
  }
  return low < end && others[low] === other ? low : -1
}

/** @param saved rows given, of a saved state */
export function createOpinions(saved?: Table): Opinions {
  const given = createSide()
  const received = createSide()
  if (saved !== undefined) {
    given.reset(saved)
    received.reset(transposed(saved))
  }

  return {
    given,
    received,
    get entries() {
      return given.entries
    },
    get overlay() {
      return given.entries === 0 ? 0 : given.changed / given.entries
    },
    add(additions, incoming) {
      given.merge(additions)
      received.merge(incoming)
    },
    rebuild(size, renumbered, more) {
      const all = given.columns(renumbered, more)
      const table = withoutDoubles(sortedTable(size, all))
      given.reset(table)
      received.reset(transposed(table))
    },
    scale(factor) {
      given.scale(factor)
      received.scale(factor)
    },
    save(size) {
      const { rows, others, praise, blame, weight } = given.columns(null, null)
      return { starts: countRows(size, rows), others, praise, blame, weight }
    }
  }
}

interface OwnSide extends Side {
  readonly entries: number
  readonly changed: number
  merge(additions: Additions): void
  columns(renumbered: Uint32Array | null, more: Additions | null): Additions
  reset(table: Table): void
  scale(factor: number): void
}

function createSide(): OwnSide {
  let table = EMPTY_TABLE
  const overlay = new Map<number, Row>()
  let entries = 0
  let changed = 0

  function pointAt(slot: number, row: Row): Row {
    const own = overlay.get(slot)
    if (own !== undefined) {
      row.others = own.others
      row.praise = own.praise
      row.blame = own.blame
      row.weight = own.weight
      row.start = 0
      row.end = own.end
      return row
    }
    row.others = table.others
    row.praise = table.praise
    row.blame = table.blame
    row.weight = table.weight
    const laid = slot + 1 < table.starts.length
    row.start = laid ? (table.starts[slot] as number) : 0
    row.end = laid ? (table.starts[slot + 1] as number) : 0
    return row
  }

  return {
    row: pointAt,
    table: () => table,
    get entries() {
      return entries
    },
    get changed() {
      return changed
    },
    merge(additions) {
      const before = emptyRow()
      for (let first = 0; first < additions.count; ) {
        const slot = additions.rows[first] as number
        let last = first + 1
        while (last < additions.count && additions.rows[last] === slot) last++
        pointAt(slot, before)
        const merged = mergedRow(before, additions, first, last)
        entries += merged.end - (before.end - before.start)
        changed += merged.end - (overlay.get(slot)?.end ?? 0)
        overlay.set(slot, merged)
        first = last
      }
    },
    columns(renumbered, more) {
      const all = columnsOf(entries + (more?.count ?? 0))
      const row = emptyRow()
      const number = (slot: number): number => (renumbered === null ? slot : (renumbered[slot] as number))
      let at = 0
      let size = table.starts.length - 1
      for (const slot of overlay.keys()) size = Math.max(size, slot + 1)
      for (let slot = 0; slot < size; slot++) {
        pointAt(slot, row)
        for (let i = row.start; i < row.end; i++, at++) {
          all.rows[at] = number(slot)
          all.others[at] = number(row.others[i] as number)
          all.praise[at] = row.praise[i] as number
          all.blame[at] = row.blame[i] as number
          all.weight[at] = row.weight[i] as number
        }
      }
      for (let i = 0; more !== null && i < more.count; i++, at++) {
        all.rows[at] = number(more.rows[i] as number)
        all.others[at] = number(more.others[i] as number)
        all.praise[at] = more.praise[i] as number
        all.blame[at] = more.blame[i] as number
        all.weight[at] = more.weight[i] as number
      }
      return all
    },
    reset(next) {
      table = next
      overlay.clear()
      entries = next.others.length
      changed = 0
    },
    scale(factor) {
      for (const { praise, blame, weight } of [table, ...overlay.values()]) {
        for (let i = 0; i < praise.length; i++) {
          praise[i] = (praise[i] as number) * factor
          blame[i] = (blame[i] as number) * factor
          weight[i] = (weight[i] as number) * factor
        }
      }
    }
  }
}

/** Columns with room for so many entries. */
export function columnsOf(count: number): Additions {
  return {
    count,
    rows: new Uint32Array(count),
    others: new Uint32Array(count),
    praise: new Float64Array(count),
    blame: new Float64Array(count),
    weight: new Float64Array(count)
  }
}

/** The same entries by the other end. */
export function turned({ count, rows, others, praise, blame, weight }: Additions): Additions {
  return { count, rows: others, others: rows, praise, blame, weight }
}

/** Entries in any order, in order of row and other, with those of a pair added up in the order they came. For a few. */
export function summed(columns: Additions): Additions {
  const { count, rows, others, praise, blame, weight } = columns
  const order = Array.from({ length: count }, (_, i) => i).sort(
    (a, b) => (rows[a] as number) - (rows[b] as number) || (others[a] as number) - (others[b] as number) || a - b
  )
  const sums = columnsOf(count)
  let last = -1
  for (const i of order) {
    if (last < 0 || sums.rows[last] !== rows[i] || sums.others[last] !== others[i]) {
      last++
      sums.rows[last] = rows[i] as number
      sums.others[last] = others[i] as number
    }
    sums.praise[last] = (sums.praise[last] as number) + (praise[i] as number)
    sums.blame[last] = (sums.blame[last] as number) + (blame[i] as number)
    sums.weight[last] = (sums.weight[last] as number) + (weight[i] as number)
  }
  sums.count = last + 1
  return sums
}

/** A row and some further sums of it. */
function mergedRow(before: Row, additions: Additions, first: number, last: number): Row {
  const most = before.end - before.start + (last - first)
  const row: Row = {
    others: new Uint32Array(most),
    praise: new Float64Array(most),
    blame: new Float64Array(most),
    weight: new Float64Array(most),
    start: 0,
    end: 0
  }
  let i = before.start
  let k = first
  while (i < before.end || k < last) {
    const old = i < before.end ? (before.others[i] as number) : Infinity
    const added = k < last ? (additions.others[k] as number) : Infinity
    const at = row.end++
    row.others[at] = Math.min(old, added)
    if (old <= added) {
      row.praise[at] = before.praise[i] as number
      row.blame[at] = before.blame[i] as number
      row.weight[at] = before.weight[i] as number
      i++
    }
    if (added <= old) {
      row.praise[at] = atLeastNothing((row.praise[at] as number) + (additions.praise[k] as number), additions.praise[k] as number)
      row.blame[at] = atLeastNothing((row.blame[at] as number) + (additions.blame[k] as number), additions.blame[k] as number)
      row.weight[at] = atLeastNothing((row.weight[at] as number) + (additions.weight[k] as number), additions.weight[k] as number)
      k++
    }
  }
  return row
}

/** Rows by counting; entries of one row keep their order. */
function tableOf(size: number, { count, rows, others, praise, blame, weight }: Additions): Table {
  const starts = countRows(size, rows, count)
  const next = starts.slice(0, size)
  const table = {
    starts,
    others: new Uint32Array(count),
    praise: new Float64Array(count),
    blame: new Float64Array(count),
    weight: new Float64Array(count)
  }
  for (let i = 0; i < count; i++) {
    const row = rows[i] as number
    const to = next[row] as number
    next[row] = to + 1
    table.others[to] = others[i] as number
    table.praise[to] = praise[i] as number
    table.blame[to] = blame[i] as number
    table.weight[to] = weight[i] as number
  }
  return table
}

/** By the other end: entries of each row come in the order of their others. */
function transposed({ starts, others, praise, blame, weight }: Table): Table {
  const size = starts.length - 1
  const rows = new Uint32Array(others.length)
  for (let row = 0; row < size; row++) rows.fill(row, starts[row], starts[row + 1])
  return tableOf(size, { count: others.length, rows: others, others: rows, praise, blame, weight })
}

/** Turned twice, rows are in order and entries in them too (a radix sort); what came first of a pair stays first. */
function sortedTable(size: number, columns: Additions): Table {
  return transposed(tableOf(size, turned(columns)))
}

/** Adds up entries of the same pair, which are neighbours. Pairs of which nothing is left go. */
function withoutDoubles({ starts, others, praise, blame, weight }: Table): Table {
  const size = starts.length - 1
  const kept = new Uint32Array(size + 1)
  let at = 0
  for (let row = 0; row < size; row++) {
    const end = starts[row + 1] as number
    for (let i = starts[row] as number; i < end; ) {
      const other = others[i] as number
      let praised = praise[i] as number
      let blamed = blame[i] as number
      let weighed = weight[i] as number
      for (i++; i < end && others[i] === other; i++) {
        praised = atLeastNothing(praised + (praise[i] as number), praise[i] as number)
        blamed = atLeastNothing(blamed + (blame[i] as number), blame[i] as number)
        weighed = atLeastNothing(weighed + (weight[i] as number), weight[i] as number)
      }
      if (weighed <= 0) continue
      others[at] = other
      praise[at] = praised
      blame[at] = blamed
      weight[at] = weighed
      at++
    }
    kept[row + 1] = at
  }
  if (at === others.length) return { starts: kept, others, praise, blame, weight }
  const [praised, blamed, weighed] = [praise, blame, weight].map((sums) => sums.slice(0, at)) as [Sums, Sums, Sums]
  return { starts: kept, others: others.slice(0, at), praise: praised, blame: blamed, weight: weighed }
}

/** A sum of which something was taken: what rounding leaves of it is nothing. */
function atLeastNothing(sum: number, added: number): number {
  return added < 0 && sum <= ROUNDING * -added ? 0 : sum
}
