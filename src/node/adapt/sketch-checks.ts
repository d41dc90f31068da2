/**
 * Whether declarations of others are what their sketches say. What comes while the model is not there, or busy, and what the logs held
 * when we started, is taken unchecked and checked later: one after the other, with pauses, so that the model is free for whoever searches.
 */
import { keepNewest } from '../support/keep-newest.ts'
import * as z from 'zod/mini'
import type { Entry, Logs } from '../log/log.ts'
import { declaration } from '../schema/declaration.ts'
import type { Clock } from '../support/clock.ts'
import type { Meaning } from './meaning.ts'

export interface SketchChecks {
  /** Resolves to whether an entry may be taken. One whose sketch lies is refused; one of which that can't be told yet is checked later. */
  passes(entry: Entry): Promise<boolean>
  /** An entry was taken without a look. */
  later(entry: Entry): void
  /** There is a model that was not there before. */
  onModel(): void
  close(): void
}

export interface SketchChecksComponents {
  logs: Pick<Logs, 'entries'>
  meaning: Pick<Meaning, 'tells' | 'comesLater'>
  clock: Clock
  /** A body is not what its sketch says. */
  refuse: (entry: Entry) => Promise<void>
  report: (error: unknown) => void
}

/** Entries whose checks are remembered; of more, those that were checked longest ago are forgotten. */
const MAX_CHECKED = 16_384
/** Entries that wait, as many as declarations are remembered: of each author the newest, of more authors not those that wait longest. */
const MAX_WAITING_PER_AUTHOR = 128
const MAX_WAITING_AUTHORS = 2000
/** Entries that are checked between two pauses. */
const BATCH = 8
const PAUSE_MS = 1000
/** So long it waits when the model is not there or busy. */
const RETRY_MS = 60_000

export function createSketchChecks({ logs, meaning, clock, refuse, report }: SketchChecksComponents): SketchChecks {
  /** by entry; null: it could not be told */
  const checked = new Map<string, Promise<boolean | null>>()
  /** sequence numbers by author; whose turn it is comes first */
  const waiting = new Map<string, Set<number>>()
  let cancelWait: (() => void) | null = null
  let isWorking = false
  let isClosed = false

  async function judge(entry: Entry): Promise<boolean | null> {
    const said = z.safeParse(declaration, entry.body).data
    // what is no declaration says nothing, whatever its sketch
    if (said === undefined || entry.header.sketch === null) return true
    const tells = await meaning.tells(said, entry.header.sketch)
    if (tells === false) await refuse(entry)
    return tells
  }

  /** Checks an entry once, however often it comes: a lie is one lie. */
  function check(entry: Entry): Promise<boolean | null> {
    const key = `${entry.author}/${entry.header.seq}`
    const known = checked.get(key)
    if (known !== undefined) return known
    const judged = judge(entry)
    checked.set(key, judged)
    keepNewest(checked, MAX_CHECKED)
    const forget = () => {
      if (checked.get(key) === judged) checked.delete(key)
    }
    judged.then((tells) => {
      if (tells === null) forget()
    }, forget)
    return judged
  }

  function later({ author, header: { seq, sketch } }: Entry): void {
    if (sketch === null || !meaning.comesLater(sketch)) return
    // who says something new keeps its turn
    const seqs = waiting.get(author) ?? new Set()
    waiting.set(author, seqs.add(seq))
    if (seqs.size > MAX_WAITING_PER_AUTHOR) seqs.delete(Math.min(...seqs))
    const [first] = waiting.keys()
    if (waiting.size > MAX_WAITING_AUTHORS && first !== undefined) waiting.delete(first)
    workIn(PAUSE_MS)
  }

  function workIn(ms: number): void {
    if (isClosed || isWorking || waiting.size === 0) return
    cancelWait ??= clock.after(ms, () => {
      cancelWait = null
      void work()
    })
  }

  async function work(): Promise<void> {
    isWorking = true
    let pause = PAUSE_MS
    try {
      for (let i = 0; i < BATCH && waiting.size > 0 && !isClosed; i++) {
        if (await checkNext()) continue
        pause = RETRY_MS
        break
      }
    } catch (error) {
      report(error)
    }
    isWorking = false
    workIn(pause)
  }

  /** Checks the newest entry of whose turn it is. @returns false when the model can't tell now */
  async function checkNext(): Promise<boolean> {
    const [next] = waiting
    if (next === undefined) return true
    const [author, seqs] = next
    const seq = Math.max(...seqs)
    seqs.delete(seq)
    waiting.delete(author)
    // the others have their turn first
    if (seqs.size > 0) waiting.set(author, seqs)
    const [entry] = await logs.entries(author, { after: seq - 1, limit: 1 })
    // its body may be gone by now
    if (entry?.header.seq !== seq || entry.body === null) return true
    if ((await check(entry)) !== null) return true
    later(entry)
    return false
  }

  return {
    async passes(entry) {
      const tells = await check(entry)
      if (tells === null) later(entry)
      return tells !== false
    },
    later,
    onModel() {
      cancelWait?.()
      cancelWait = null
      workIn(0)
    },
    close() {
      isClosed = true
      cancelWait?.()
    }
  }
}
