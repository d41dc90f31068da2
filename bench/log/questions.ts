/** What the page asks a worker. Times are in milliseconds, rates in headers a second. */
export type Question =
  /** one round: everything that is compared, one after the other */
  | { what: 'rates'; headers: number; authors: number; appends: number }
  /** makes a database with so many headers, once */
  | { what: 'fill'; headers: number; authors: number; bodies: number }
  | { what: 'open' }

export type Answer = Record<string, number>
