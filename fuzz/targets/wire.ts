/**
 * Everything that is a schema's DAG-CBOR: messages of streams and topics, bodies, results. Begun from the wire
 * examples.
 */
import type * as z from 'zod/mini'
import { table } from '../../src/node/adapt/table.ts'
import { MAX_CERTIFICATE_BYTES, certificateTuple } from '../../src/node/schema/certificate.ts'
import { decode, encode } from '../../src/node/schema/codec.ts'
import { contract, outcome, outline, signedContract, signedOutcome } from '../../src/node/schema/contract.ts'
import { capability, constraint, intention, state, withdrawal } from '../../src/node/schema/declaration.ts'
import wire from '../../src/node/schema/fixtures/wire.json' with { type: 'json' }
import { MAX_BODY_BYTES, MAX_HEADER_BYTES, headerTuple } from '../../src/node/schema/header.ts'
import { MAX_JUDGES_BYTES, judges } from '../../src/node/schema/judges.ts'
import * as messages from '../../src/node/schema/messages.ts'
import { MAX_PRESENCE_BYTES, presence } from '../../src/node/schema/presence.ts'
import { MAX_RATING_BYTES, signedRating } from '../../src/node/schema/rating.ts'
import { result } from '../../src/node/schema/result.ts'
import type { Target } from '../fuzz.ts'
import { pick } from '../spoil-bytes.ts'
import { spoilCbor } from '../spoil-cbor.ts'

/** By the names that the examples have for them. */
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
  outline: { schema: outline, limit: MAX_RATING_BYTES },
  headerTuple: { schema: headerTuple, limit: MAX_HEADER_BYTES },
  certificateTuple: { schema: certificateTuple, limit: MAX_CERTIFICATE_BYTES },
  hello: { schema: messages.hello, limit: messages.MAX_HELLO_BYTES },
  reconcileRequest: { schema: messages.reconcileRequest, limit: messages.MAX_RECONCILE_BYTES },
  reconcileReply: { schema: messages.reconcileReply, limit: messages.MAX_RECONCILE_BYTES },
  headersRequest: { schema: messages.headersRequest, limit: messages.MAX_HEADERS_REQUEST_BYTES },
  headerBatch: { schema: messages.headerBatch, limit: messages.MAX_BATCH_BYTES },
  bodyRequest: { schema: messages.bodyRequest, limit: messages.MAX_BODY_REQUEST_BYTES },
  bodyReply: { schema: messages.bodyReply, limit: MAX_BODY_BYTES + 64 },
  heldReply: { schema: messages.heldReply, limit: messages.MAX_HELD_REPLY_BYTES },
  contract: { schema: contract, limit: messages.MAX_CONTROL_BYTES },
  outcome: { schema: outcome, limit: messages.MAX_CONTROL_BYTES },
  leaderMessage: { schema: messages.leaderMessage, limit: messages.MAX_CONTROL_BYTES },
  followerMessage: { schema: messages.followerMessage, limit: messages.MAX_CONTROL_BYTES },
  dataRequest: { schema: messages.dataRequest, limit: messages.MAX_DATA_REQUEST_BYTES },
  dataReply: { schema: messages.dataReply, limit: messages.MAX_DATA_REPLY_BYTES },
  result: { schema: result, limit: MAX_BODY_BYTES },
  presence: { schema: presence, limit: MAX_PRESENCE_BYTES }
}

const id = new Uint8Array(32).fill(0xab)
const ids = new Uint8Array(64).fill(0xcd)
const header = new Uint8Array(190).fill(0x8c)
const forkProof = new Uint8Array(400).fill(0x83)
/** as [model, depth, prefix] */
const shards = [
  [0, 0, 0],
  [1, 4, 5]
]

/** What has no example of its own, or not one of each form. */
const more: Record<string, unknown[]> = {
  reconcileRequest: [
    { type: 'open', version: 1, at: 1_767_225_600_000, shards },
    { type: 'compare', message: Uint8Array.of(0x61, 0, 0, 2, 1, ...id) },
    { type: 'want', ids },
    { type: 'offer', ids },
    { type: 'give', headers: [header, header], forks: [forkProof], more: false }
  ],
  reconcileReply: [
    { type: 'opened', shards, fingerprint: id.subarray(16) },
    { type: 'busy' },
    { type: 'compare', message: Uint8Array.of(0x61) },
    { type: 'give', headers: [], forks: [], more: true },
    { type: 'want', ids }
  ],
  headersRequest: [
    {
      author: id,
      ranges: [
        [1, 1],
        [3, 200]
      ]
    }
  ],
  headerBatch: [{ headers: [header] }, { headers: [] }],
  bodyRequest: [{ hash: id, offset: 32_768, fetch: true }, { held: ids }],
  heldReply: [{ held: Uint8Array.of(0x80) }],
  bodyReply: [
    { piece: ids, rest: 70_000 },
    { piece: null, rest: 0 }
  ],
  capability: [
    {
      kind: 'capability',
      id: 'csv-statistics',
      name: 'CSV statistics',
      description: 'Mean and median of every column',
      tags: ['csv', 'statistics'],
      examples: ['Average price by city'],
      inputModes: ['text/csv', '.csv'],
      outputModes: ['application/json'],
      program: 'ab'.repeat(32),
      limits: { ms: 1000, memoryBytes: 2 ** 20, inputBytes: 2 ** 20, outputBytes: 2 ** 20 }
    }
  ],
  result: [
    {
      summary: 'One of each',
      parts: [
        { kind: 'text', text: 'words' },
        { kind: 'list', title: 'List', items: ['a', 'b'] },
        {
          kind: 'table',
          columns: ['a', 'b'],
          rows: [
            ['x', 1.5],
            [true, null]
          ]
        },
        { kind: 'chart', chart: 'bar', labels: ['a', 'b'], series: [{ name: 's', values: [1, null] }] },
        { kind: 'json', json: '{}' }
      ]
    }
  ]
}

export function hexBytes(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16))
}

/** The encoded examples of a schema. @throws RangeError when there are none */
export function examplesOf(name: string): Uint8Array[] {
  const examples = wire.examples.filter(({ schema }) => schema === name).map(({ bytes }) => hexBytes(bytes))
  const all = [...examples, ...(more[name] ?? []).map(encode)]
  if (all.length === 0) throw new RangeError(`expected an example of ${name} in wire.json`)
  return all
}

/** The names of all schemas of which there are examples. */
export const schemasWithExamples: readonly string[] = [...new Set(wire.examples.map(({ schema }) => schema))]

const everything = wire.examples.map(({ bytes }) => hexBytes(bytes))

/** Makes inputs out of CBOR examples, with parts of all other examples among them. */
export const spoiltCbor =
  (examples: readonly Uint8Array[]): Target['make'] =>
  (random) =>
    spoilCbor(pick(random, examples), random, random() < 0.5 ? examples : everything)

export const wireTargets: Target[] = Object.entries(schemas).map(([name, { schema, limit }]) => ({
  name,
  make: spoiltCbor(examplesOf(name)),
  read(bytes) {
    decode(bytes, schema, limit)
    return true
  },
  refuses: ['InvalidBytesError']
}))
