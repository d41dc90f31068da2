/**
 * Along which paths voice comes from the seeds to an agent. An agent's voice is the sum, over all paths from seeds to it, of what the
 * seed starts with times the shares that are passed on along the path. The strongest are found best first from the agent's end:
 * what comes to an agent on the way, times the shares from there on, bounds all paths through it.
 */
import { endorsement, shareOf, type Flow } from './flow.ts'
import { emptyRow } from './opinions.ts'

export interface Path {
  /** slots from a seed to the agent; of a seed's own voice only itself */
  slots: number[]
  /** what comes along it, in units of voice */
  voice: number
}

export interface Sources {
  flow: Flow
  alpha: number
  /** what a slot has as voice in all */
  voice: (slot: number) => number
  /** what it has of that as a seed */
  seeded: (slot: number) => number
}

interface Step {
  slot: number
  /** what one unit at the slot brings at the agent */
  passed: number
  /** towards the agent */
  next: Step | null
  /** most that may come along it */
  bound: number
  isWhole: boolean
  length: number
}

/** So many agents are looked at on the way, and no longer paths: it bounds the cost. */
const MOST_STEPS = 2000
const LONGEST = 8

/** The strongest paths to a slot, strongest first, so many at most. */
export function strongestPaths({ flow, alpha, voice, seeded }: Sources, to: number, count: number): Path[] {
  const paths: Path[] = []
  const heap = createHeap()
  heap.push({ slot: to, passed: 1, next: null, bound: voice(to), isWhole: false, length: 1 })
  const row = emptyRow()
  for (let looked = 0; looked < MOST_STEPS && paths.length < count; ) {
    const step = heap.pop()
    if (step === null || step.bound <= 0) break
    if (step.isWhole) {
      paths.push({ slots: chainOf(step), voice: step.bound })
      continue
    }
    looked++
    const own = seeded(step.slot)
    if (own > 0) heap.push({ ...step, bound: own * step.passed, isWhole: true })
    if (step.length === LONGEST) continue
    const before = chainOf(step)
    flow.opinions.received.row(step.slot, row)
    for (let i = row.start; i < row.end; i++) {
      const from = row.others[i] as number
      const endorsed = endorsement(row.praise[i] as number, row.blame[i] as number, flow.blame)
      if (endorsed === 0 || before.includes(from)) continue
      const passed = step.passed * (1 - alpha) * shareOf(flow, from, step.slot, endorsed)
      heap.push({ slot: from, passed, next: step, bound: passed * voice(from), isWhole: false, length: step.length + 1 })
    }
  }
  return paths
}

function chainOf(step: Step): number[] {
  const slots: number[] = []
  for (let at: Step | null = step; at !== null; at = at.next) slots.push(at.slot)
  return slots
}

/** The steps with the highest bounds first; of equal ones the first in. */
function createHeap(): { push(step: Step): void; pop(): Step | null } {
  const heap: Array<{ step: Step; order: number }> = []
  let count = 0
  const isBefore = (a: number, b: number): boolean => {
    const [first, second] = [heap[a], heap[b]]
    if (first === undefined || second === undefined) return second === undefined
    return first.step.bound > second.step.bound || (first.step.bound === second.step.bound && first.order < second.order)
  }
  const swap = (a: number, b: number): void => {
    const item = heap[a] as { step: Step; order: number }
    heap[a] = heap[b] as { step: Step; order: number }
    heap[b] = item
  }
  return {
    push(step) {
      let at = heap.push({ step, order: count++ }) - 1
      for (let up = (at - 1) >> 1; at > 0 && isBefore(at, up); up = (at - 1) >> 1) {
        swap(at, up)
        at = up
      }
    },
    pop() {
      const top = heap[0]
      const last = heap.pop()
      if (top === undefined || last === undefined) return null
      if (heap.length === 0) return top.step
      heap[0] = last
      for (let at = 0; ; ) {
        const [left, right] = [2 * at + 1, 2 * at + 2]
        const best = isBefore(right, left) ? right : left
        if (best >= heap.length || !isBefore(best, at)) return top.step
        swap(at, best)
        at = best
      }
    }
  }
}
