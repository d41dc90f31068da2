import { beforeAll, expect, test } from 'vitest'
import { agentKey, generateKeyPair, type AgentKey } from '../crypto/keys.ts'
import { MAX_CERTIFICATE_BYTES } from '../schema/certificate.ts'
import { InvalidBytesError, MAX_CLOCK_SKEW_MS, encode } from '../schema/codec.ts'
import { CertificateError, MAX_VALIDITY_MS, issueCertificate, verifyCertificate } from './certificate.ts'

const peer = '12D3KooWGRUCdRNCQ8o4YnzAjCqyC1qWkUJGTQGFhZTAmeGBpPjK'
const now = 1_750_000_000_000
const hour = 3_600_000

let key: AgentKey
beforeAll(async () => {
  key = await agentKey(await generateKeyPair())
})

test('says which agent stands behind a peer, and until when', async () => {
  const bytes = await issueCertificate(key, peer, { now, validMs: hour })
  expect(bytes.length).toBeLessThan(MAX_CERTIFICATE_BYTES)
  expect(await verifyCertificate(bytes, peer, now)).toEqual({ agent: key.agent, expires: now + hour })
})

test('is for one peer only', async () => {
  const bytes = await issueCertificate(key, peer, { now, validMs: hour })
  const another = `${peer.slice(0, -1)}L`
  await expect(verifyCertificate(bytes, another, now)).rejects.toThrow(CertificateError)
})

test('holds for its time, with ten minutes of patience for wrong clocks', async () => {
  const bytes = await issueCertificate(key, peer, { now, validMs: hour })
  const first = now - MAX_CLOCK_SKEW_MS
  const last = now + hour + MAX_CLOCK_SKEW_MS
  await expect(verifyCertificate(bytes, peer, first)).resolves.toBeDefined()
  await expect(verifyCertificate(bytes, peer, last)).resolves.toBeDefined()
  await expect(verifyCertificate(bytes, peer, first - 1)).rejects.toThrow(/future/)
  await expect(verifyCertificate(bytes, peer, last + 1)).rejects.toThrow(/expired/)
})

test('does not hold for ever, whoever issues it', async () => {
  await expect(issueCertificate(key, peer, { now, validMs: MAX_VALIDITY_MS + 1 })).rejects.toThrow(RangeError)
  await expect(issueCertificate(key, peer, { now, validMs: NaN })).rejects.toThrow(RangeError)
  for (const expires of [now + MAX_VALIDITY_MS + 1, now, now - 1]) {
    const fields = [1, key.publicKey, peer, now, expires]
    const bytes = encode([...fields, await key.sign('certificate', encode(fields))])
    await expect(verifyCertificate(bytes, peer, now)).rejects.toThrow(/validity/)
  }
})

test('a change of any byte is noticed', async () => {
  const bytes = await issueCertificate(key, peer, { now, validMs: hour })
  for (let i = 0; i < bytes.length; i++) {
    const changed = bytes.slice()
    changed[i] = (changed[i] ?? 0) ^ 1
    await expect(verifyCertificate(changed, peer, now), `byte ${i}`).rejects.toThrow()
  }
})

test('another agent can not put its name on it', async () => {
  const other = await agentKey(await generateKeyPair())
  const fields = [1, key.publicKey, peer, now, now + hour]
  const bytes = encode([...fields, await other.sign('certificate', encode(fields))])
  await expect(verifyCertificate(bytes, peer, now)).rejects.toThrow(/not signed/)
})

test('a signature made for something else is none', async () => {
  const fields = [1, key.publicKey, peer, now, now + hour]
  const bytes = encode([...fields, await key.sign('header', encode(fields))])
  await expect(verifyCertificate(bytes, peer, now)).rejects.toThrow(/not signed/)
})

test('other bytes are no certificate', async () => {
  for (const bytes of [new Uint8Array(), encode(['x']), encode({}), new Uint8Array(MAX_CERTIFICATE_BYTES + 1)]) {
    await expect(verifyCertificate(bytes, peer, now)).rejects.toThrow(InvalidBytesError)
  }
})
