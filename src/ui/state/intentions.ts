/** What our own log says that we look for. Pure. */
import type { LogEntryView } from '../../node/client.ts'

/** Intentions of a log that hold at `now`: not withdrawn and not lapsed, newest first. */
export function openIntentions(
  entries: readonly LogEntryView[],
  now: number
): Array<{ seq: number; goal: string; expiry: number | null }> {
  const withdrawn = new Set<number>()
  for (const entry of entries) {
    if (entry.kind === 'withdrawal' && hasKey(entry.body, 'seq') && typeof entry.body.seq === 'number') {
      withdrawn.add(entry.body.seq)
    }
  }
  return entries
    .flatMap(({ kind, seq, expiry, body }) =>
      kind === 'intention' &&
      hasKey(body, 'goal') &&
      typeof body.goal === 'string' &&
      !withdrawn.has(seq) &&
      (expiry === null || expiry > now)
        ? [{ seq, goal: body.goal, expiry }]
        : []
    )
    .reverse()
}

function hasKey<K extends string>(value: unknown, key: K): value is Record<K, unknown> {
  return typeof value === 'object' && value !== null && key in value
}
