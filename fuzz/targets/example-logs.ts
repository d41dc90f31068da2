/** Logs to begin from: one that forks, and another. Keys and times are fixed, so they are the same each time. */
import { agentKey, type AgentKey } from '../../src/node/crypto/keys.ts'
import type { Verifier } from '../../src/node/crypto/verifier.ts'
import { encodeForkProof } from '../../src/node/log/fork-proof.ts'
import { createLogs, type Logs } from '../../src/node/log/log.ts'
import { encode } from '../../src/node/schema/codec.ts'
import wire from '../../src/node/schema/fixtures/wire.json' with { type: 'json' }
import { createMemoryStore } from '../../src/node/store/memory.ts'
import { joinBytes } from '../../src/node/support/bytes.ts'
import type { Clock } from '../../src/node/support/clock.ts'
import { createStandIn } from '../../src/node/semantic/stand-in.ts'
import { hexBytes } from './wire.ts'

export const NOW = 1_767_225_600_000
const standing: Clock = { now: () => NOW, after: () => () => undefined }

/** Signatures are waved through, so that what is behind them is reached. */
export const trusting: Verifier = { verify: (batch) => Promise.resolve(batch.map(() => true)) }

export const newLogs = (clock: Clock = standing): Logs =>
  createLogs({ store: createMemoryStore(), clock, verifier: trusting })

async function keyOf(who: 'leader' | 'follower'): Promise<AgentKey> {
  // RFC 8410: what stands before the 32 bytes of an Ed25519 private key in PKCS #8
  const pkcs8 = hexBytes(`302e020100300506032b657004220420${wire.keys[who].seed}`)
  const [privateKey, publicKey] = await Promise.all([
    crypto.subtle.importKey('pkcs8', new Uint8Array(pkcs8), 'Ed25519', false, ['sign']),
    crypto.subtle.importKey('raw', new Uint8Array(hexBytes(wire.keys[who].publicKey)), 'Ed25519', true, ['verify'])
  ])
  return agentKey({ privateKey, publicKey })
}

const sketch = await createStandIn().sketch('charts of prices')

/** A log of seven entries: enough for skip links. `last` is the goal of the last, where two of them fork. */
async function example(key: AgentKey, last: string) {
  const logs = newLogs()
  for (let i = 1; i < 7; i++) {
    const options = i % 2 ? { sketch } : { expiry: NOW + i * 1000 }
    await logs.append(key, 'intention', { kind: 'intention', goal: `goal ${i}`, tags: ['a'] }, options)
  }
  await logs.append(key, 'intention', { kind: 'intention', goal: last, tags: [] })
  const entries = await logs.entries(key.agent)
  const file: Uint8Array[] = []
  for await (const chunk of logs.exportLog(key.agent)) file.push(chunk.slice())
  return {
    headers: entries.map(({ bytes }) => bytes),
    bodies: entries.map(({ body }) => encode(body)),
    file: joinBytes(file)
  }
}

export const leader = await keyOf('leader')
export const log = await example(leader, 'tea')
export const fork = await example(leader, 'coffee')
export const other = await example(await keyOf('follower'), 'tea')
export const headers = [...log.headers, ...fork.headers, ...other.headers]
const [last, forked] = [log.headers.at(-1), fork.headers.at(-1)]
if (!last || !forked) throw new RangeError('expected logs with headers')
export const proofs = [encodeForkProof(last, forked), encodeForkProof(forked, last)]
