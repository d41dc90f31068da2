import { expect, test } from 'vitest'
import { mediaType, mediaTypeOfFile } from './media-types.ts'

test.each([
  ['text/csv', 'text/csv'],
  [' Text/CSV; charset=utf-8', 'text/csv'],
  ['.CSV', 'text/csv'],
  ['.jpeg', 'image/jpeg'],
  ['text/xml', 'application/xml'],
  ['text', 'text/plain'],
  ['application/vnd.geo+json', 'application/vnd.geo+json'],
  ['.parquet', '.parquet'],
  ['text/*', 'text/*'],
  ['*/*', '*/*'],
  ['*/csv', null],
  ['*', null],
  ['', null],
  ['.', null],
  ['a b/c', null],
  ['constructor', null]
])('%j stands for %j', (mode, type) => {
  expect(mediaType(mode)).toBe(type)
})

test.each([
  [{ name: 'a.b.CSV' }, 'text/csv'],
  [{ name: 'a.csv', type: 'text/plain' }, 'text/plain'],
  [{ name: 'a.csv', type: '' }, 'text/csv'],
  [{ name: 'a.xyz' }, '.xyz'],
  [{ name: 'csv' }, null]
])('%j is of type %j', (file, type) => {
  expect(mediaTypeOfFile(file)).toBe(type)
})
