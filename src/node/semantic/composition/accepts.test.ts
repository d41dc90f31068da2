import { expect, test } from 'vitest'
import { acceptsFile } from './accepts.ts'

test.each([
  [['.csv'], { name: 'A.CSV' }, true],
  [['.csv'], { name: 'csv' }, false],
  [['text/csv'], { name: 'a', type: 'text/csv; charset=utf-8' }, true],
  [['TEXT/CSV'], { name: 'a', type: 'Text/Csv' }, true],
  [['text/*'], { name: 'a', type: 'text/markdown' }, true],
  [['text/*'], { name: 'a', type: 'application/text' }, false],
  [['*/*'], { name: 'a' }, true],
  [['text/csv', '.tsv'], { name: 'b.tsv' }, true],
  [[''], { name: 'a' }, false],
  [[], { name: 'a.csv', type: 'text/csv' }, false],
  [['text/csv'], { name: 'a.csv' }, false]
])('%j takes %j: %s', (modes, file, takes) => {
  expect(acceptsFile(modes, file)).toBe(takes)
})
