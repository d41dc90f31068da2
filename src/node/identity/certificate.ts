/**
 * Certificates: the agent key says which peers speak for it. The transport proves the peer, the
 * certificate proves the agent behind it.
 */
import { didOf } from '../crypto/did.ts'
import { verify, type AgentKey } from '../crypto/keys.ts'
import { CERTIFICATE_VERSION, MAX_CERTIFICATE_BYTES, certificateTuple } from '../schema/certificate.ts'
import { MAX_CLOCK_SKEW_MS, decode, encode, parse } from '../schema/codec.ts'

const DOMAIN = 'certificate'

/** A lost tab's certificate must lapse: the longest one lasts seven days. */
export const MAX_VALIDITY_MS = 7 * 24 * 60 * 60_000

/** A certificate that proves nothing. `message` says why. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError'
}

export interface CertifiedPeer {
  /** did:key of the agent behind the peer */
  agent: string
  /** milliseconds since 1970, by the agent's clock */
  expires: number
}

/**
 * Certifies a peer of this agent from `now` for `validMs` milliseconds.
 *
 * @param peer libp2p peer id, as text
 * @throws RangeError when `validMs` is not within 1 and `MAX_VALIDITY_MS`
 */
export async function issueCertificate(
  key: AgentKey,
  peer: string,
  { now, validMs }: { now: number; validMs: number }
): Promise<Uint8Array> {
  if (!(validMs >= 1 && validMs <= MAX_VALIDITY_MS)) {
    throw new RangeError(`expected a validity of 1 to ${MAX_VALIDITY_MS} ms, got ${validMs}`)
  }
  const fields = [CERTIFICATE_VERSION, key.publicKey, peer, now, now + validMs]
  const signature = await key.sign(DOMAIN, encode(fields))
  const bytes = encode([...fields, signature])
  parse([...fields, signature], certificateTuple)
  return bytes
}

/**
 * Who stands behind `peer`, by this certificate, at `now`. Clocks may differ by `MAX_CLOCK_SKEW_MS`.
 *
 * @throws InvalidBytesError when the bytes are not a certificate
 * @throws CertificateError when it is for another peer, not in force, or not signed by the agent that it names
 */
export async function verifyCertificate(bytes: Uint8Array, peer: string, now: number): Promise<CertifiedPeer> {
  const tuple = decode(bytes, certificateTuple, MAX_CERTIFICATE_BYTES)
  const [, publicKey, named, issued, expires, signature] = tuple
  if (named !== peer) throw new CertificateError(`expected a certificate for ${peer}, got one for ${named}`)
  if (expires <= issued || expires - issued > MAX_VALIDITY_MS) {
    throw new CertificateError(`expected a validity of 1 to ${MAX_VALIDITY_MS} ms, got ${expires - issued}`)
  }
  if (issued > now + MAX_CLOCK_SKEW_MS) {
    throw new CertificateError('the certificate is from the future: is the clock of one of the two devices wrong?')
  }
  if (expires < now - MAX_CLOCK_SKEW_MS) throw new CertificateError('the certificate has expired')
  if (!(await verify(publicKey, DOMAIN, encode(tuple.slice(0, -1)), signature))) {
    throw new CertificateError('the certificate is not signed by the agent that it names')
  }
  return { agent: didOf(publicKey), expires }
}
