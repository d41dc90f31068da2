/**
 * The examples in `fixtures/wire.json` are for other implementations, so they must be what this one does: each is
 * encoded, decoded, hashed and signed here and compared byte by byte.
 */
import { readFileSync } from 'node:fs'
import type { Stream } from '@libp2p/interface'
import { base58btc } from 'multiformats/bases/base58'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { table } from '../adapt/table.ts'
import { publicKeyOf } from '../crypto/did.ts'
import { digest, fromHex, toHex } from '../crypto/hash.ts'
import { agentKey, verify, type AgentKey } from '../crypto/keys.ts'
import { createVerifier } from '../crypto/verifier.ts'
import { issueCertificate, verifyCertificate } from '../identity/certificate.ts'
import { forkId } from '../gossip/holdings.ts'
import { fingerprint, initiate } from '../gossip/negentropy.ts'
import { MAX_FORK_PROOF_BYTES, encodeForkProof, verifyForkProof } from '../log/fork-proof.ts'
import { decodeHeader, encodeHeader, headerHash, signHeader, verifyHeader } from '../log/header.ts'
import { frameStream } from '../net/framed-stream.ts'
import { contractHash, outlineOf, signContract, signOutcome, verifyContract, verifyOutcome } from '../task/contract.ts'
import { checkRating } from '../trust/ratings.ts'
import { MAX_CERTIFICATE_BYTES, certificateTuple } from './certificate.ts'
import { bytesUpTo, decode, encode, parse } from './codec.ts'
import { contract, outcome, outline, signedContract, signedOutcome } from './contract.ts'
import { capability, constraint, intention, state, withdrawal } from './declaration.ts'
import { MAX_BODY_BYTES, MAX_HEADER_BYTES, headerTuple } from './header.ts'
import { MAX_JUDGES_BYTES, judges } from './judges.ts'
import {
  MAX_BATCH_BYTES,
  MAX_BODY_REPLY_BYTES,
  MAX_BODY_REQUEST_BYTES,
  MAX_CONTROL_BYTES,
  MAX_DATA_REPLY_BYTES,
  MAX_DATA_REQUEST_BYTES,
  MAX_HEADERS_REQUEST_BYTES,
  MAX_HELD_REPLY_BYTES,
  MAX_HELLO_BYTES,
  MAX_RECONCILE_BYTES,
  bodyReply,
  bodyRequest,
  dataReply,
  dataRequest,
  followerMessage,
  headerBatch,
  headersRequest,
  heldReply,
  hello,
  leaderMessage,
  reconcileReply,
  reconcileRequest
} from './messages.ts'
import { MAX_PRESENCE_BYTES, presence } from './presence.ts'
import { MAX_RATING_BYTES, signedRating } from './rating.ts'
import { result } from './result.ts'

interface Signature {
  by: 'leader' | 'follower'
  domain: string
  over: string
  bytes: string
}

interface Example {
  name: string
  schema: string
  value: unknown
  bytes: string
  sha256: string
  signature?: Signature
}

interface Fixtures {
  keys: Record<'leader' | 'follower', { seed: string; publicKey: string; did: string }> &
    Record<'peer' | 'relay', { seed: string; publicKey: string; peerId: string }>
  examples: Example[]
  frames: Array<{ name: string; kind: number; rest: string; bytes: string }>
}

const { keys, examples, frames } = JSON.parse(
  readFileSync(new URL('./fixtures/wire.json', import.meta.url), 'utf8')
) as Fixtures

const forkProof = z.tuple([z.literal('fork'), bytesUpTo(MAX_HEADER_BYTES), bytesUpTo(MAX_HEADER_BYTES)])

const schemas: Record<string, { schema: z.ZodMiniType; limit: number }> = {
  capability: { schema: capability, limit: MAX_BODY_BYTES },
  intention: { schema: intention, limit: MAX_BODY_BYTES },
  constraint: { schema: constraint, limit: MAX_BODY_BYTES },
  withdrawal: { schema: withdrawal, limit: MAX_BODY_BYTES },
  state: { schema: state, limit: table.state.maxMessageBytes },
  signedContract: { schema: signedContract, limit: MAX_BODY_BYTES },
  signedOutcome: { schema: signedOutcome, limit: MAX_BODY_BYTES },
  signedRating: { schema: signedRating, limit: MAX_RATING_BYTES },
  judges: { schema: judges, limit: MAX_JUDGES_BYTES },
  headerTuple: { schema: headerTuple, limit: MAX_HEADER_BYTES },
  certificateTuple: { schema: certificateTuple, limit: MAX_CERTIFICATE_BYTES },
  hello: { schema: hello, limit: MAX_HELLO_BYTES },
  forkProof: { schema: forkProof, limit: MAX_FORK_PROOF_BYTES },
  reconcileRequest: { schema: reconcileRequest, limit: MAX_RECONCILE_BYTES },
  reconcileReply: { schema: reconcileReply, limit: MAX_RECONCILE_BYTES },
  headersRequest: { schema: headersRequest, limit: MAX_HEADERS_REQUEST_BYTES },
  headerBatch: { schema: headerBatch, limit: MAX_BATCH_BYTES },
  bodyRequest: { schema: bodyRequest, limit: MAX_BODY_REQUEST_BYTES },
  bodyReply: { schema: bodyReply, limit: MAX_BODY_REPLY_BYTES },
  heldReply: { schema: heldReply, limit: MAX_HELD_REPLY_BYTES },
  contract: { schema: contract, limit: MAX_CONTROL_BYTES },
  outline: { schema: outline, limit: MAX_CONTROL_BYTES },
  outcome: { schema: outcome, limit: MAX_CONTROL_BYTES },
  leaderMessage: { schema: leaderMessage, limit: MAX_CONTROL_BYTES },
  followerMessage: { schema: followerMessage, limit: MAX_CONTROL_BYTES },
  dataRequest: { schema: dataRequest, limit: MAX_DATA_REQUEST_BYTES },
  dataReply: { schema: dataReply, limit: MAX_DATA_REPLY_BYTES },
  result: { schema: result, limit: MAX_BODY_BYTES },
  presence: { schema: presence, limit: MAX_PRESENCE_BYTES }
}

/** The bytes that `{ "$hex": … }` stands for, wherever it is in a value. */
function revived(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revived)
  if (typeof value !== 'object' || value === null) return value
  if ('$hex' in value) return fromHex(String(value.$hex))
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revived(inner)]))
}

function example(name: string): Example & { encoded: Uint8Array } {
  const found = examples.find((one) => one.name === name)
  if (found === undefined) throw new Error(`expected an example called “${name}”`)
  return { ...found, encoded: fromHex(found.bytes) }
}

function signatureOf(name: string): string | undefined {
  return example(name).signature?.bytes
}

/** RFC 8410: what stands before the 32 bytes of an Ed25519 private key in PKCS #8. */
const PKCS8_PREFIX = fromHex('302e020100300506032b657004220420')

async function keyOf(who: 'leader' | 'follower'): Promise<AgentKey> {
  const pkcs8 = new Uint8Array([...PKCS8_PREFIX, ...fromHex(keys[who].seed)])
  const [privateKey, publicKey] = await Promise.all([
    crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign']),
    crypto.subtle.importKey('raw', new Uint8Array(fromHex(keys[who].publicKey)), 'Ed25519', true, ['verify'])
  ])
  return agentKey({ privateKey, publicKey })
}

describe('examples of wire formats', () => {
  it.each(examples)('$name', async ({ schema: schemaName, value, bytes, sha256, signature }) => {
    const known = schemas[schemaName]
    if (known === undefined) throw new Error(`expected the name of a schema, got ${schemaName}`)
    const meaning = revived(value)
    expect(toHex(encode(meaning))).toBe(bytes)
    expect(decode(fromHex(bytes), known.schema, known.limit)).toEqual(meaning)
    expect(toHex(await digest(fromHex(bytes)))).toBe(sha256)
    if (signature === undefined) return
    const key = await keyOf(signature.by)
    const over = fromHex(signature.over)
    expect(toHex(await key.sign(signature.domain, over))).toBe(signature.bytes)
    expect(await verify(key.publicKey, signature.domain, over, fromHex(signature.bytes))).toBe(true)
  })

  it('names agents and peers by their keys', async () => {
    for (const who of ['leader', 'follower'] as const) {
      const { publicKey, did } = keys[who]
      expect((await keyOf(who)).agent).toBe(did)
      expect(toHex(publicKeyOf(did))).toBe(publicKey)
    }
    for (const who of ['peer', 'relay'] as const) {
      const { publicKey, peerId } = keys[who]
      expect(toHex(base58btc.baseDecode(peerId))).toBe(`002408011220${publicKey}`)
    }
  })

  it.each([
    'header of the first entry',
    'header of the second entry, with a sketch',
    'header of the third entry',
    'header of the fourth entry, with a skip link',
    'another header of the second entry',
    'header of a constraint',
    'header of a capability, with a sketch of the sentence model'
  ])('the log makes the %s', async (name) => {
    const { encoded, bytes, signature } = example(name)
    const header = decodeHeader(encoded)
    // author and signature are made anew, from the key
    expect(toHex(encodeHeader(await signHeader(await keyOf(signature?.by ?? 'leader'), header)))).toBe(bytes)
    expect(await verifyHeader(header)).toBe(true)
  })

  it('chains the two headers and commits to their bodies', async () => {
    const first = example('header of the first entry').encoded
    const second = decodeHeader(example('header of the second entry, with a sketch').encoded)
    expect(second.previous).toEqual(await headerHash(first))
    const { bodyHash, bodySize } = decodeHeader(first)
    const body = example('intention body').encoded
    expect(bodyHash).toEqual(await digest(body))
    expect(bodySize).toBe(body.length)
  })

  it('links the fourth header to the third and the first', async () => {
    const { previous, skip } = decodeHeader(example('header of the fourth entry, with a skip link').encoded)
    expect(previous).toEqual(await headerHash(example('header of the third entry').encoded))
    expect(skip).toEqual(await headerHash(example('header of the first entry').encoded))
  })

  it.each([
    ['header of a constraint', 'constraint body', null],
    ['header of a capability, with a sketch of the sentence model', 'capability body, with terms', 'header of a constraint']
  ])('the %s commits to its body and to the entry before', async (name, body, before) => {
    const header = decodeHeader(example(name).encoded)
    expect(header).toMatchObject({ bodyHash: await digest(example(body).encoded), bodySize: example(body).encoded.length })
    expect(header.kind).toBe(example(body).schema)
    expect(header.previous).toEqual(before === null ? null : await headerHash(example(before).encoded))
  })

  it('says the same of the agent in a constraint, in a hello and on the card of a presence', () => {
    const { facts, insists } = parse(revived(example('constraint body').value), constraint)
    const said = example('hello with what the agent is and insists on')
    expect(decode(said.encoded, hello, MAX_HELLO_BYTES)).toEqual({
      version: 1,
      certificate: example('certificate').encoded,
      stands: { facts, insists }
    })
    expect(decode(example('presence: with a card').encoded, presence, MAX_PRESENCE_BYTES).card).toEqual(said.encoded)
  })

  it('proves a fork by two headers of one number', async () => {
    const one = example('header of the second entry, with a sketch').encoded
    const other = example('another header of the second entry').encoded
    const { encoded } = example('fork proof')
    expect(encodeForkProof(one, other)).toEqual(encoded)
    expect(await verifyForkProof(encoded, createVerifier())).toBe(keys.leader.did)
  })

  it('compares headers by time and hash, and fork proofs by their authors', async () => {
    const headers = ['header of the first entry', 'header of the second entry, with a sketch'].map((name) => example(name).encoded)
    const ids = [forkId(keys.follower.did), ...(await Promise.all(headers.map(headerHash)))]
    const set = {
      size: 3,
      times: Float64Array.of(0, ...headers.map((bytes) => decodeHeader(bytes).time)),
      hashes: Uint8Array.from(ids.flatMap((id) => [...id]))
    }
    const { value } = example('reconciliation: a fork proof and two headers')
    expect(revived(value)).toEqual({ type: 'compare', message: initiate(set, { limit: 60_000 }) })
    expect(revived(example('reconciliation: opened').value)).toMatchObject({ fingerprint: fingerprint(set) })
  })

  it('identity makes the certificate', async () => {
    const { encoded, bytes } = example('certificate')
    const [, , peer, issued, expires] = decode(encoded, certificateTuple, MAX_CERTIFICATE_BYTES)
    expect(peer).toBe(keys.peer.peerId)
    const made = await issueCertificate(await keyOf('leader'), peer, { now: issued, validMs: expires - issued })
    expect(toHex(made)).toBe(bytes)
    expect(await verifyCertificate(encoded, peer, issued)).toEqual({ agent: keys.leader.did, expires })
  })

  it('both parties sign the contract by the hash of its outline', async () => {
    const agreed = parse(revived(example('contract').value), contract)
    const { value, sha256 } = example('outline')
    expect(await outlineOf(agreed)).toEqual(value)
    expect(await contractHash(agreed)).toBe(sha256)
    const signatures = { leader: signatureOf('outline'), follower: signatureOf('approved') }
    for (const who of ['leader', 'follower'] as const) {
      expect(toHex(await signContract(await keyOf(who), agreed))).toBe(signatures[who])
      expect(await verifyContract(keys[who].did, agreed, fromHex(signatures[who] ?? ''))).toBe(true)
    }
  })

  it('terms, where a contract has any, are among the details of its outline', async () => {
    const agreed = parse(revived(example('contract, with terms').value), contract)
    expect(agreed.terms).toEqual(parse(revived(example('capability body, with terms').value), capability).terms)
    const { value, sha256 } = example('outline of the contract with terms')
    expect(await outlineOf(agreed)).toEqual(value)
    expect(await contractHash(agreed)).toBe(sha256)
  })

  it('the rating counts, said by the leader of the follower', async () => {
    const { value } = example('rating body')
    const said = { author: keys.leader.did, time: parse(revived(value), signedRating).rating.time }
    expect(await checkRating(revived(value), said, createVerifier())).toMatchObject({ fault: null, subjectWas: 'follower' })
    expect(await checkRating(revived(value), { ...said, author: keys.follower.did }, createVerifier())).toEqual({ fault: 'parties' })
  })

  it('both parties sign the outcome by its hash', async () => {
    const { value } = example('outcome')
    const settled = parse(revived(value), outcome)
    expect(settled.contract).toBe(example('outline').sha256)
    expect(settled.result).toBe(example('result').sha256)
    const signatures = { leader: signatureOf('accepted'), follower: signatureOf('outcome') }
    for (const who of ['leader', 'follower'] as const) {
      expect(toHex(await signOutcome(await keyOf(who), settled))).toBe(signatures[who])
      expect(await verifyOutcome(keys[who].did, settled, fromHex(signatures[who] ?? ''))).toBe(true)
    }
  })
})

/** The part of a libp2p stream that frames use. */
class SilentStream extends EventTarget {
  readonly status = 'open'
  readonly sent: string[] = []
  send(data: Uint8Array): boolean {
    this.sent.push(toHex(data))
    return true
  }
  abort(): void {}
  close(): Promise<void> {
    return Promise.resolve()
  }
  hear(bytes: string): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data: fromHex(bytes) }))
  }
}

function framed() {
  const stream = new SilentStream()
  const offences: string[] = []
  const onOffence = (reason: string) => offences.push(reason)
  const init = { peer: keys.peer.peerId, maxMessageBytes: 128 * 1024, onOffence }
  return { stream, offences, frames: frameStream(stream as unknown as Stream, init) }
}

describe('examples of frames', () => {
  const [message, credit, end] = frames

  it('a message and the end are written so', async () => {
    const { stream, frames } = framed()
    await frames.write(fromHex(message?.rest ?? ''))
    await frames.close()
    expect(stream.sent).toEqual([message?.bytes, end?.bytes])
  })

  it('a message and the end are read so', async () => {
    const { stream, frames } = framed()
    stream.hear(`${message?.bytes}${end?.bytes}`)
    expect(toHex((await frames.read()) ?? new Uint8Array())).toBe(message?.rest)
    expect(await frames.read()).toBe(null)
  })

  it('credit is given back so', async () => {
    const { stream, offences, frames } = framed()
    // a message of 98,176 bytes and the 128 that any costs take half of what may be sent
    stream.hear(`81ff05${'00'.repeat(1 + 98_176)}`)
    await frames.read()
    expect(stream.sent).toEqual([credit?.bytes])
    expect(offences).toEqual([])
  })
})
