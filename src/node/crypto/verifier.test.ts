import { expect, test, vi } from 'vitest'
import { agentKey, generateKeyPair } from './keys.ts'
import { createVerifier, type Signed } from './verifier.ts'

async function signed(domain = 'header'): Promise<Signed> {
  const key = await agentKey(await generateKeyPair())
  const bytes = crypto.getRandomValues(new Uint8Array(20))
  return { publicKey: key.publicKey, domain, bytes, signature: await key.sign(domain, bytes) }
}

test('tells which signatures hold, in their order', async () => {
  const [one, two] = [await signed(), await signed('contract')]
  const batch = [
    one,
    two,
    { ...one, domain: 'contract' },
    { ...one, bytes: two.bytes },
    { ...one, publicKey: two.publicKey },
    { ...one, publicKey: new Uint8Array(32) },
    { ...one, publicKey: new Uint8Array(31) },
    { ...one, signature: new Uint8Array(63) },
    one
  ]
  const expected = [true, true, false, false, false, false, false, false, true]
  expect(await createVerifier().verify(batch)).toEqual(expected)
  expect(await createVerifier({ maxKeys: 1 }).verify(batch)).toEqual(expected)
  expect(await createVerifier().verify([])).toEqual([])
})

test('imports a key once, as long as it is among those used last', async () => {
  const [one, two, three] = [await signed(), await signed(), await signed()]
  const imported = vi.spyOn(crypto.subtle, 'importKey')
  const verifier = createVerifier({ maxKeys: 2 })
  await verifier.verify([one, two, one, two])
  expect(imported).toHaveBeenCalledTimes(2)
  await verifier.verify([one, three])
  expect(imported).toHaveBeenCalledTimes(3)
  await verifier.verify([one])
  expect(imported).toHaveBeenCalledTimes(3)
  await verifier.verify([two])
  expect(imported).toHaveBeenCalledTimes(4)
  imported.mockRestore()
})

test('a failure of the runtime is told, and the key is imported again', async () => {
  const one = await signed()
  const verifier = createVerifier()
  vi.spyOn(crypto.subtle, 'importKey').mockRejectedValueOnce(new Error('no threads'))
  await expect(verifier.verify([one])).rejects.toThrow('no threads')
  expect(await verifier.verify([one])).toEqual([true])
})
