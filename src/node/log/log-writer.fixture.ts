/**
 * A worker for `log.browser.test.ts`: another tab of the same profile, that appends as fast as it can.
 */
import { agentKey } from '../crypto/keys.ts'
import { systemClock } from '../support/clock.ts'
import { openIndexedDbStore } from '../store/indexeddb.ts'
import { createLogs } from './log.ts'

export interface WriterRequest {
  /** of the database */
  name: string
  /** the profile's key */
  pair: CryptoKeyPair
  from: string
  times: number
}

export interface WriterReply {
  agent?: string
  error?: string
}

globalThis.addEventListener('message', ({ data }: MessageEvent<WriterRequest>) => {
  write(data).then(postMessage, (error: unknown) => postMessage({ error: String(error) } satisfies WriterReply))
})

async function write({ name, pair, from, times }: WriterRequest): Promise<WriterReply> {
  const key = await agentKey(pair)
  const store = await openIndexedDbStore(name)
  const logs = createLogs({ store, clock: systemClock })
  for (let i = 0; i < times; i++) {
    await logs.append(key, 'intention', { kind: 'intention', goal: `${from}: ${i}`, tags: [] })
  }
  await store.close()
  return { agent: key.agent }
}
