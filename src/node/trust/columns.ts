/** Rows kept as typed arrays, one a field, that grow as rows are added. */

type Numbers = Float64Array | Uint32Array | Int32Array | Uint8Array | Int8Array
interface NumbersConstructor {
  new (length: number): Numbers
  readonly BYTES_PER_ELEMENT: number
}

/** What a structured clone carries: typed arrays of the rows that there are. */
export type SavedColumns = Record<string, Numbers>

const FIRST_CAPACITY = 64

export class Columns<Field extends string, Bytes extends string> {
  #length = 0
  readonly #fields: Record<Field, NumbersConstructor>
  readonly #widths: Record<Bytes, number>
  readonly #numbers: Record<Field, Numbers>
  readonly #bytes: Record<Bytes, Uint8Array>
  #capacity: number

  /**
   * @param fields by name, of which kind of number each is
   * @param widths by name, of how many bytes each of the other fields is
   * @param saved what `save` gave of columns of the same names; its arrays are taken over
   */
  constructor(fields: Record<Field, NumbersConstructor>, widths: Record<Bytes, number>, saved?: SavedColumns) {
    this.#fields = fields
    this.#widths = widths
    const [first] = keysOf(fields)
    this.#length = first === undefined ? 0 : (saved?.[first]?.length ?? 0)
    this.#capacity = Math.max(FIRST_CAPACITY, this.#length)
    this.#numbers = mapped(fields, (make, name) => taken(saved?.[name], make, this.#capacity))
    this.#bytes = mapped(widths, (width, name) => taken(saved?.[name], Uint8Array, this.#capacity * width))
  }

  get length(): number {
    return this.#length
  }

  /** A field of all rows; to be asked for anew after `add`. */
  column = (name: Field): Numbers => this.#numbers[name]

  /** A field of bytes of one row; it may be moved by `add`. */
  bytes(name: Bytes, row: number): Uint8Array {
    const width = this.#widths[name]
    return this.#bytes[name].subarray(row * width, (row + 1) * width)
  }

  /** @returns the new row's number */
  add(numbers: Record<Field, number>, bytes: Record<Bytes, Uint8Array>): number {
    if (this.#length === this.#capacity) this.#grow()
    const row = this.#length++
    for (const name of keysOf(this.#fields)) this.#numbers[name][row] = numbers[name]
    for (const name of keysOf(this.#widths)) this.#bytes[name].set(bytes[name], row * this.#widths[name])
    return row
  }

  save(): SavedColumns {
    const numbers = mapped(this.#numbers, (column) => column.slice(0, this.#length))
    const bytes = mapped(this.#bytes, (column, name) => column.slice(0, this.#length * this.#widths[name]))
    return { ...numbers, ...bytes }
  }

  #grow(): void {
    this.#capacity *= 2
    for (const name of keysOf(this.#fields)) {
      this.#numbers[name] = grown(this.#numbers[name], new this.#fields[name](this.#capacity))
    }
    for (const name of keysOf(this.#widths)) {
      this.#bytes[name] = grown(this.#bytes[name], new Uint8Array(this.#capacity * this.#widths[name]))
    }
  }
}

/** An array that was kept, if it has its length, or else a new one of what is in it. */
function taken<T extends Numbers>(saved: Numbers | undefined, make: new (length: number) => T, length: number): T {
  return saved instanceof make && saved.length === length ? saved : grown(saved, new make(length))
}

function grown<T extends Numbers>(from: Numbers | undefined, to: T): T {
  if (from !== undefined) to.set(from)
  return to
}

const keysOf = <K extends string>(record: Record<K, unknown>): K[] => Object.keys(record) as K[]

function mapped<K extends string, A, B>(record: Record<K, A>, change: (value: A, name: K) => B): Record<K, B> {
  return Object.fromEntries(keysOf(record).map((name) => [name, change(record[name], name)])) as Record<K, B>
}
