/** What bodyless gossip is measured against: header and body in one message, flooded to everybody by gossipsub. */
import type { Shard } from '../src/node/gossip/shards.ts'
import { parseHeader } from '../src/node/log/parse-header.ts'
import type { Logs } from '../src/node/log/log.ts'
import type { Network, Verdict } from '../src/node/net/network.ts'
import { InvalidBytesError } from '../src/node/schema/codec.ts'
import { FLOOD_TOPIC } from './design.ts'

export interface FloodComponents {
  network: Network
  logs: Logs
  report(error: unknown): void
}

export interface Flood {
  start(): void
  announce(header: Uint8Array): Promise<void>
  shards(): Shard[]
}

/** Bytes of the header's length before it. */
const LENGTH_BYTES = 2

export function createFlood({ network, logs, report }: FloodComponents): Flood {
  async function judge(message: Uint8Array): Promise<Verdict> {
    const [header, body] = split(message)
    const verdict = await logs.accept(header)
    if (verdict.status === 'invalid') return 'reject'
    if (verdict.status !== 'new') return 'ignore'
    const { author, header: parsed } = verdict.stored
    const { status } = await logs.putBody(body, [{ author, seq: parsed.seq }])
    return status === 'invalid' ? 'reject' : 'accept'
  }

  return {
    shards: () => [],
    start() {
      network.subscribe(FLOOD_TOPIC, (message) =>
        judge(message).catch((error: unknown) => {
          if (error instanceof InvalidBytesError) return 'reject'
          report(error)
          return 'ignore'
        })
      )
    },
    async announce(header) {
      const { bodyHash } = parseHeader(header)
      const body = (await logs.bodyBytes(bodyHash)) ?? new Uint8Array()
      await network.publish(FLOOD_TOPIC, join(header, body))
    }
  }
}

function join(header: Uint8Array, body: Uint8Array): Uint8Array {
  const message = new Uint8Array(LENGTH_BYTES + header.length + body.length)
  new DataView(message.buffer).setUint16(0, header.length)
  message.set(header, LENGTH_BYTES)
  message.set(body, LENGTH_BYTES + header.length)
  return message
}

function split(message: Uint8Array): [header: Uint8Array, body: Uint8Array] {
  if (message.length < LENGTH_BYTES) throw new InvalidBytesError('expected the length of a header')
  const length = new DataView(message.buffer, message.byteOffset).getUint16(0)
  return [message.subarray(LENGTH_BYTES, LENGTH_BYTES + length), message.subarray(LENGTH_BYTES + length)]
}
