import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import wabt from 'wabt'

/** To make the module anew from its source: `npx vitest run --project node src/node/trust/kernel/multiply-module.test.ts -u` */
test('the module is what its source gives', async () => {
  const source = readFileSync(new URL('multiply.wat', import.meta.url), 'utf8')
  const { parseWat } = await wabt()
  const { buffer } = parseWat('multiply.wat', source, { threads: true }).toBinary({})
  const module = `/** \`multiply.wat\` in binary form, in base64: ${buffer.length} bytes. Made by multiply-module.test.ts with -u. */
export const MULTIPLY_MODULE =
  '${btoa(String.fromCharCode(...buffer))}'
`
  await expect(module).toMatchFileSnapshot('multiply-module.ts')
})
