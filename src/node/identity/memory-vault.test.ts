import { expect, test } from 'vitest'
import { createMemoryVault } from './memory-vault.ts'

test('gives the same key to everybody who asks, and another vault another one', async () => {
  const vault = createMemoryVault()
  const [one, other] = await Promise.all([vault.load(), vault.load()])
  expect(other.agent).toBe(one.agent)
  expect((await vault.load()).agent).toBe(one.agent)
  expect((await createMemoryVault().load()).agent).not.toBe(one.agent)
})
