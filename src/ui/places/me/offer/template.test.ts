import { expect, test } from 'vitest'
import { runSkill } from '../../../../node/skill/testing/run-program.ts'
import { template } from './template.ts'

test('the program to begin with works as it is', async () => {
  const files = [{ name: 'a.txt', type: 'text/plain', text: 'one two\nthree ' }]
  const result = await runSkill(template, { goal: 'count', files })
  expect(result.summary).toBe('3 words in all.')
  expect(result.parts).toMatchObject([{ kind: 'table', rows: [['a.txt', 3]] }])
})
