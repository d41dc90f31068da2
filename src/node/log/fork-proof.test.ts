import { beforeAll, expect, test } from 'vitest'
import type { AgentKey } from '../crypto/keys.ts'
import { createVerifier } from '../crypto/verifier.ts'
import { InvalidBytesError, encode } from '../schema/codec.ts'
import type { Sketch } from '../schema/header.ts'
import { MAX_FORK_PROOF_BYTES, encodeForkProof, verifyForkProof } from './fork-proof.ts'
import { decodeHeader, encodeHeader, headerHash } from './header.ts'
import type { Entry } from './log.ts'
import { at, branch, foreignLog, forge, newKey } from './testing/logs.ts'

let author: AgentKey
let entries: Entry[]
const verifier = createVerifier()
const verify = (proof: Uint8Array) => verifyForkProof(proof, verifier)

beforeAll(async () => {
  author = await newKey()
  entries = await foreignLog(8, author)
})

test('two at one number, or one that names another than the one before, or by its skip link', async () => {
  const pairs = [
    [at(entries, 3).bytes, await branch(author, entries.slice(0, 3), { bodySize: 9 })],
    [at(entries, 3).bytes, await forge(author, { seq: 5 })],
    [at(entries, 3).bytes, await forge(author, { seq: 8, previous: at(entries, 6).hash })]
  ] as const
  for (const [one, other] of pairs) {
    expect(await verify(encodeForkProof(one, other))).toBe(author.agent)
    expect(encodeForkProof(other, one)).toEqual(encodeForkProof(one, other))
  }
})

test('fits into its limit, whatever is in it', async () => {
  const sketch: Sketch = [0xffff, new Uint8Array(32), [0xffff, 0xffff, 0xffff, 0xffff]]
  const most = Number.MAX_SAFE_INTEGER
  const largest = { seq: most, kind: 'a'.repeat(16), bodySize: 2 ** 20, time: most, expiry: most, sketch }
  const fork = encodeForkProof(await forge(author, largest), await forge(author, { ...largest, bodySize: 2 ** 20 - 1 }))
  expect(fork.length).toBeLessThanOrEqual(MAX_FORK_PROOF_BYTES)
  expect(await verify(fork)).toBe(author.agent)
})

test('nothing else proves anything', async () => {
  const [one, other] = [at(entries, 3).bytes, await forge(author, { seq: 4 })]
  const stranger = await forge(await newKey(), { seq: 4 })
  const unsigned = encodeHeader({ ...decodeHeader(other), signature: new Uint8Array(64) })
  const proof = encodeForkProof(one, other)
  const lies: Array<[string, Uint8Array]> = [
    ['two entries of one log', encodeForkProof(one, at(entries, 4).bytes)],
    ['two that don’t name each other', encodeForkProof(one, await forge(author, { seq: 7 }))],
    ['the same twice', encode(['fork', one, one])],
    ['two authors', encodeForkProof(one, stranger)],
    ['not signed', encodeForkProof(one, unsigned)],
    ['another word', encode(['spoon', one, other])],
    ['three headers', encode(['fork', one, other, other])],
    ['no headers', encode(['fork', new Uint8Array(), other])],
    ['too long', new Uint8Array(MAX_FORK_PROOF_BYTES + 1)],
    ['nothing', new Uint8Array()]
  ]
  const [first, second] = [one, other].sort((a, b) => Buffer.compare(a, b))
  lies.push(['the two in the wrong order', encode(['fork', second, first])])
  for (const [what, bytes] of lies) await expect(verify(bytes), what).rejects.toThrow(InvalidBytesError)
  for (let i = 0; i < proof.length; i++) {
    const changed = proof.slice()
    changed[i] = (changed[i] ?? 0) ^ 1
    await expect(verify(changed), `byte ${i}`).rejects.toThrow(InvalidBytesError)
  }
})

test('an honest author can’t be accused with what it has signed', async () => {
  for (const one of entries) {
    for (const other of entries) {
      await expect(verify(encodeForkProof(one.bytes, other.bytes))).rejects.toThrow(InvalidBytesError)
    }
  }
  expect(await headerHash(at(entries, 0).bytes)).toEqual(at(entries, 0).hash)
})
