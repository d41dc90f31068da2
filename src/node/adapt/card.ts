/** Our card: the hello by which others know which agent stands behind this peer, and what it insists on. */
import { encode } from '../schema/codec.ts'
import type { Hello } from '../schema/messages.ts'
import { saysAnything, type Stand } from './constraints.ts'

export interface Card {
  /** The newest one; null before the first is made. */
  bytes(): Uint8Array | null
  /** One whose certificate has most of its life to come, and that says what we insist on now. */
  fresh(): Promise<Uint8Array>
}

/** So long one certificate is shown. */
const RENEW_MS = 24 * 60 * 60_000

export interface CardComponents {
  issue: () => Promise<Uint8Array>
  stand: () => Stand
  now: () => number
  /** a failure that nobody waits for */
  report: (error: unknown) => void
}

export function createCard({ issue, stand, now, report }: CardComponents): Card {
  let made: { stand: Stand; at: number; bytes: Uint8Array } | null = null

  async function fresh(): Promise<Uint8Array> {
    const ours = stand()
    if (made !== null && made.stand === ours && now() - made.at < RENEW_MS) return made.bytes
    const said: Hello = { version: 1, certificate: await issue(), ...(saysAnything(ours) ? { stands: ours } : {}) }
    made = { stand: ours, at: now(), bytes: encode(said) }
    return made.bytes
  }

  return {
    fresh,
    bytes() {
      // the next one is said with the next presence
      if (made !== null && now() - made.at >= RENEW_MS) fresh().catch(report)
      return made?.bytes ?? null
    }
  }
}
