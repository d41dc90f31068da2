/**
 * A token bucket a key (peer, author), so that one of them can't take the time of all. Keys are bounded:
 * the one unused longest is forgotten first, which only gives it a full bucket again.
 */
import { keepNewest } from './keep-newest.ts'
export interface RateLimitInit {
  /** tokens a second */
  rate: number
  /** tokens at most, and at the start */
  burst: number
  /** keys remembered at most */
  keys: number
}

/** @returns a function that takes one token from `key` at `now` (milliseconds): false when there is none */
export function createRateLimit({ rate, burst, keys }: RateLimitInit): (key: string, now: number) => boolean {
  const buckets = new Map<string, { tokens: number; at: number }>()
  return (key, now) => {
    const bucket = buckets.get(key) ?? { tokens: burst, at: now }
    const tokens = Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * rate)
    const allowed = tokens >= 1
    buckets.delete(key)
    buckets.set(key, { tokens: allowed ? tokens - 1 : tokens, at: now })
    keepNewest(buckets, keys)
    return allowed
  }
}
