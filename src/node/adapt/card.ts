/** Cards: the hello by which others know which agent stands behind a peer, and what it insists on. Making ours, and reading theirs. */
import { decode, encode } from '../schema/codec.ts'
import { MAX_HELLO_BYTES, hello, type Hello } from '../schema/messages.ts'
import { saysAnything, type Stand } from './constraints.ts'

/** Issues our peer's certificate and checks those of others: see `identity/certificate.ts`. */
export interface Certifier {
  issue(peer: string): Promise<Uint8Array>
  /** @throws when the certificate does not prove that an agent stands behind this peer */
  verify(certificate: Uint8Array, peer: string): Promise<{ agent: string }>
}

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

/** Our card. */
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

/**
 * Which agent's card a peer shows, and what it says.
 *
 * @throws InvalidBytesError when it is no hello, and what the certifier throws when it proves nothing
 */
export async function readCard(bytes: Uint8Array, peer: string, certifier: Pick<Certifier, 'verify'>): Promise<{ agent: string; said: Hello }> {
  const said = decode(bytes, hello, MAX_HELLO_BYTES)
  const { agent } = await certifier.verify(said.certificate, peer)
  return { agent, said }
}
