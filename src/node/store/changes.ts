/**
 * Telling the other tabs of the profile what has changed in the shared store, so that they read it again.
 * Between the tabs of a browser a `BroadcastChannel` carries it; it is a hint, the store is the truth.
 */
import * as z from 'zod/mini'
import { agentId, count, hexDigest } from '../schema/codec.ts'
import { progress } from '../schema/result.ts'

const change = z.discriminatedUnion('what', [
  z.object({ what: z.literal('task'), id: hexDigest }),
  z.object({ what: z.literal('progress'), id: hexDigest, progress }),
  z.object({ what: z.literal('permissions') }),
  z.object({ what: z.literal('names') }),
  z.object({ what: z.literal('offers') }),
  z.object({ what: z.literal('policy') }),
  /** whose judgement counts, and whose lists are followed */
  z.object({ what: z.literal('trusted') }),
  /** whether whose judgement counts is shared */
  z.object({ what: z.literal('sharing') }),
  z.object({ what: z.literal('availability') }),
  z.object({ what: z.literal('interests') }),
  /** an entry is there now, or its body is */
  z.object({ what: z.literal('entry'), author: agentId, seq: count }),
  z.object({ what: z.literal('fork'), author: agentId })
])
export type Change = z.infer<typeof change>

/** What another tab has told; null when it speaks another version of this. */
export function readChange(data: unknown): Change | null {
  return z.safeParse(change, data).data ?? null
}

export interface Changes {
  /** Tells the other tabs. */
  tell(change: Change): void
  /** Hears what other tabs tell. @returns a function that stops it */
  listen(listener: (change: Change) => void): () => void
}

/** For a node that has its store to itself. */
export const noChanges: Changes = {
  tell: () => undefined,
  listen: () => () => undefined
}
