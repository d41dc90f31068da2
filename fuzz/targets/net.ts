/** What comes in below all meaning: frames, presence, names of agents, certificates, a relay's answer. */
import type { Stream } from '@libp2p/interface'
import { InvalidDidError, didOf, publicKeyOf } from '../../src/node/crypto/did.ts'
import { verifyCertificate } from '../../src/node/identity/certificate.ts'
import { createDiscovery } from '../../src/node/net/discovery.ts'
import { frameStream } from '../../src/node/net/framed-stream.ts'
import { relayAtOrigin } from '../../src/node/net/relay-source.ts'
import wire from '../../src/node/schema/fixtures/wire.json' with { type: 'json' }
import { below, createRandom, type Random } from '../../sim/random.ts'
import type { Target } from '../fuzz.ts'
import { pick, randomBytes, spoilBytes } from '../spoil-bytes.ts'
import { spoilRecords, writeRecords } from '../spoil-records.ts'
import { examplesOf, spoiltCbor } from './wire.ts'

const peer = wire.keys.peer.peerId

/** The part of a libp2p stream that frames use; what is written goes nowhere. */
class DeafStream extends EventTarget {
  readonly status = 'open'
  send(): boolean {
    return true
  }
  abort(): void {
    return
  }
  close(): Promise<void> {
    return Promise.resolve()
  }
  hear(data: Uint8Array): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data }))
  }
  break(): void {
    this.dispatchEvent(new Event('close'))
  }
}

const frame = (kind: number, ...rest: number[]) => Uint8Array.of(kind, ...rest)
const streams = [
  writeRecords([frame(0, 1, 2, 3), frame(2)]),
  writeRecords([
    frame(0, ...Array.from({ length: 300 }, (_, i) => i & 255)),
    frame(1, 0, 0, 0, 0),
    frame(0, 9),
    frame(2)
  ]),
  writeRecords([frame(1, 0, 0, 1, 0), frame(2), frame(1, 0, 0, 0, 0)])
]

const framedStream: Target = {
  name: 'framed stream',
  make: (random) => spoilRecords(pick(random, streams), random, streams),
  async read(bytes) {
    const stream = new DeafStream()
    const offences: string[] = []
    const onOffence = (reason: string) => offences.push(reason)
    const framed = frameStream(stream as unknown as Stream, { peer, maxMessageBytes: 4096, onOffence })
    // in pieces as a transport might make them: where they are cut follows from the bytes
    const random = createRandom(bytes.length)
    for (let at = 0; at < bytes.length;) {
      const length = 1 + below(random, random() < 0.5 ? 4 : 4096)
      stream.hear(bytes.subarray(at, at + length))
      at += length
    }
    stream.break()
    while ((await framed.read()) !== null);
    return offences.length === 0
  },
  refuses: ['StreamAbortedError', 'MessageTooLongError']
}

const now = 1_767_225_600_000

const newDiscovery = () =>
  createDiscovery(
    {
      clock: { now: () => now, after: () => () => undefined },
      random: () => 0.5,
      publish: () => Promise.resolve(0),
      penalise: () => undefined
    },
    {
      self: 'nobody',
      relays: () => [],
      shards: () => [],
      known: () => 0,
      card: () => null,
      onHeard: () => false,
      onBye: () => undefined
    }
  )

const presenceTopic: Target = {
  name: 'presence topic',
  make: spoiltCbor(examplesOf('presence')),
  read: (bytes) => newDiscovery().judge(bytes, peer) === 'accept',
  refuses: []
}

const certificate: Target = {
  name: 'certificate',
  make: spoiltCbor(examplesOf('certificateTuple')),
  async read(bytes) {
    await verifyCertificate(bytes, peer, now)
    return true
  },
  refuses: ['InvalidBytesError', 'CertificateError']
}

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0OIl:+🙂 '
const dids = Object.values(wire.keys).flatMap((key) => ('did' in key ? key.did : []))
const utf8 = { encoder: new TextEncoder(), decoder: new TextDecoder() }

function spoiltDid(random: Random): Uint8Array {
  const did = Array.from(pick(random, dids))
  for (let left = 1 + below(random, 3); left > 0; left--) {
    did[8 + below(random, did.length)] = alphabet[below(random, alphabet.length)] ?? ''
  }
  if (random() < 0.1) did.length = below(random, did.length)
  const encoded = utf8.encoder.encode(did.join(''))
  return random() < 0.3 ? spoilBytes(encoded, random, [encoded, randomBytes(random, 9)]) : encoded
}

const didKey: Target = {
  name: 'did:key',
  make: spoiltDid,
  read(bytes) {
    const did = utf8.decoder.decode(bytes)
    if (didOf(publicKeyOf(did)) !== did) throw new TypeError('one key has two names')
    return true
  },
  refuses: [InvalidDidError.name]
}

const answers = [{ peer }, { peer: wire.keys.relay.peerId, more: [1, { a: null }] }].map((answer) =>
  utf8.encoder.encode(JSON.stringify(answer))
)

const relayAnswer: Target = {
  name: 'relay.json',
  make: (random) => spoilBytes(pick(random, answers), random, answers),
  async read(bytes) {
    const fetch = () => Promise.resolve(new Response(new Uint8Array(bytes)))
    await relayAtOrigin('https://starling.example', { fetch }).find({ signal: new AbortController().signal })
    return true
  },
  refuses: ['InvalidBytesError'],
  share: 0.3
}

export const netTargets: Target[] = [framedStream, presenceTopic, certificate, didKey, relayAnswer]
