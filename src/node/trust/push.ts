/**
 * Voices kept up to date while ratings change, by pushing residuals: Zhang, Lofgren and Goel, "Approximate Personalized PageRank
 * on Dynamic Graphs" (KDD 2016). With p the voices and r = g q + (1 - a) Sᵀ p - p the residual, p is wrong by at most Σ|r| / a
 * in sum. Changing what i thinks changes r only at those whom i rates; pushing r at a node moves it into p and on to those
 * whom the node endorses. Nothing is dropped: what is not pushed now is pushed later, and errors don't add up.
 *
 * g is held fixed: p is then the voices times a number, and summing to one is for who reads it.
 */
import { endorsement, passesWhole, shareOf, type Flow } from './flow.ts'
import { emptyRow, type Row } from './opinions.ts'

export interface Approximation {
  /** p by slot */
  voices: Float64Array
  /** r by slot */
  residuals: Float64Array
  /** by topic: what voices sum to */
  masses: Float64Array
  /** of each slot */
  topics: Uint32Array
  alpha: number
}

export interface Pushed {
  /** Σ|r| */
  residual: number
  pushes: number
}

/** Residuals are pushed that are more than this share of the voice that they are about, then ever smaller ones. */
const FIRST_SHARE = 0.02
const NEXT_SHARE = 1 / 8

/**
 * Adds what a slot passes on to the residuals of those who get it, or takes it away (before what it thinks changes).
 *
 * @param sign 1 or -1
 */
export function passOn(flow: Flow, { voices, residuals, alpha }: Approximation, slot: number, sign: number): void {
  const voice = voices[slot] as number
  if (voice === 0) return
  flow.opinions.given.row(slot, passed)
  spread(flow, passed, slot, sign * (1 - alpha) * voice, residuals, tellNobody)
}

const passed = emptyRow()

/**
 * Pushes residuals, those first that are large beside the voices that they are about, until their sum is small enough or the
 * effort is used up.
 *
 * @param size slots in use
 * @param goal sum of residuals at which to stop
 * @param effort entries of rows that may be looked at, about
 */
export function push(flow: Flow, approximation: Approximation, size: number, goal: number, effort: number): Pushed {
  const { voices, residuals, masses, topics, alpha } = approximation
  const queue = createQueue(size)
  const row = emptyRow()
  // agents of next to no voice are not worth more effort than these
  const base = 1 / size
  let pushes = 0
  let looked = 0
  for (let share = FIRST_SHARE; ; share *= NEXT_SHARE) {
    const least = share * base
    const look = (slot: number, residual: number): void => {
      // most are small, and known to be so without looking their voices up
      const size = Math.abs(residual)
      if (size > least && size > share * (voices[slot] as number)) queue.add(slot)
    }
    let sum = 0
    for (let slot = 0; slot < size; slot++) {
      const residual = residuals[slot] as number
      if (residual === 0) continue
      sum += Math.abs(residual)
      look(slot, residual)
    }
    if (sum <= goal || looked >= effort) return { residual: sum, pushes }
    while (queue.length > 0 && looked < effort) {
      const slot = queue.next()
      const residual = residuals[slot] as number
      residuals[slot] = 0
      voices[slot] = (voices[slot] as number) + residual
      const topic = topics[slot] as number
      masses[topic] = (masses[topic] as number) + residual
      pushes++
      flow.opinions.given.row(slot, row)
      looked += row.end - row.start + 1
      spread(flow, row, slot, (1 - alpha) * residual, residuals, look)
    }
    queue.clear()
  }
}

/** Adds to each whom a slot endorses its share of an amount, and tells of what is there then. */
function spread(
  flow: Flow,
  { others, praise, blame, start, end }: Row,
  slot: number,
  amount: number,
  onto: Float64Array,
  tell: (slot: number, value: number) => void
): void {
  const whole = passesWhole(flow, slot)
  const total = flow.totals[slot] as number
  for (let i = start; i < end; i++) {
    const endorsed = endorsement(praise[i] as number, blame[i] as number, flow.blame)
    if (endorsed === 0) continue
    const to = others[i] as number
    const value = (onto[to] as number) + amount * (whole ? endorsed / total : shareOf(flow, slot, to, endorsed))
    onto[to] = value
    tell(to, value)
  }
}

const tellNobody = (): void => undefined

/** Slots in the order in which they come, each once at a time. */
function createQueue(size: number): { readonly length: number; add(slot: number): void; next(): number; clear(): void } {
  const isIn = new Uint8Array(size)
  // each is in it once, so that it never overflows
  const ring = new Uint32Array(2 ** Math.ceil(Math.log2(size + 1)))
  const mask = ring.length - 1
  let head = 0
  let length = 0
  const next = (): number => {
    const slot = ring[head] as number
    head = (head + 1) & mask
    length--
    isIn[slot] = 0
    return slot
  }
  return {
    get length() {
      return length
    },
    add(slot) {
      if (isIn[slot] === 1) return
      isIn[slot] = 1
      ring[(head + length++) & mask] = slot
    },
    next,
    clear() {
      while (length > 0) next()
    }
  }
}
