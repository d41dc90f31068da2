import { afterEach, expect, test, vi } from 'vitest'
import { agentKey, generateKeyPair } from '../node/crypto/keys.ts'
import type { Signed } from '../node/crypto/verifier.ts'
import { createWorkerVerifier, type WorkerVerifier } from './worker-verifier.ts'

let verifier: WorkerVerifier | undefined
afterEach(() => {
  verifier?.close()
  vi.restoreAllMocks()
})

async function signed(length: number): Promise<Signed> {
  const key = await agentKey(await generateKeyPair())
  const bytes = crypto.getRandomValues(new Uint8Array(length))
  return { publicKey: key.publicKey, domain: 'header', bytes, signature: await key.sign('header', bytes) }
}

test('tells which signatures hold, in their order, batch by batch', async () => {
  verifier = createWorkerVerifier({ minBatch: 1 })
  const [one, two] = [await signed(10), await signed(0)]
  const batch = [
    one,
    { ...one, domain: 'contract' },
    two,
    { ...two, bytes: new Uint8Array(1) },
    { ...one, publicKey: two.publicKey },
    { ...one, publicKey: new Uint8Array(3) },
    { ...one, signature: new Uint8Array() },
    one
  ]
  const answers = await Promise.all([verifier.verify(batch), verifier.verify([]), verifier.verify([two])])
  expect(answers).toEqual([[true, false, true, false, false, false, false, true], [], [true]])
  // what was asked stays with whoever asked
  expect(one.bytes.length).toBe(10)
})

test('a worker that dies loses nothing: what it was asked is checked here, as is all that comes', async () => {
  verifier = createWorkerVerifier({ minBatch: 1 })
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  const one = await signed(10)
  const post = vi.spyOn(Worker.prototype, 'postMessage').mockImplementationOnce(function (this: Worker) {
    this.dispatchEvent(new ErrorEvent('error', { message: 'out of memory' }))
  })
  expect(await verifier.verify([one, { ...one, domain: 'contract' }])).toEqual([true, false])
  expect(await verifier.verify([one])).toEqual([true])
  expect(post).toHaveBeenCalledOnce()
  expect(warned).toHaveBeenCalledOnce()
})

test('a few signatures are checked without a worker', async () => {
  const post = vi.spyOn(Worker.prototype, 'postMessage')
  verifier = createWorkerVerifier({ minBatch: 3 })
  const one = await signed(10)
  expect(await verifier.verify([one, { ...one, domain: 'contract' }])).toEqual([true, false])
  expect(post).not.toHaveBeenCalled()
  expect(await verifier.verify([one, one, one])).toEqual([true, true, true])
  expect(post).toHaveBeenCalledOnce()
})

test('closing it ends what is under way', async () => {
  verifier = createWorkerVerifier({ minBatch: 1 })
  const waiting = verifier.verify([await signed(10)])
  verifier.close()
  await expect(waiting).rejects.toThrow(/closed/)
})
