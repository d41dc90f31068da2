import { expect, test } from 'vitest'
import { formatAgo, formatBytes, formatDuration, formatNumber, listed, plural, shortHash } from './format.ts'

test('sizes', () => {
  expect([0, 1, 1023, 1024, 1536, 16 * 1024 * 1024].map(formatBytes)).toEqual([
    '0 bytes',
    '1 byte',
    '1023 bytes',
    '1 kB',
    '1.5 kB',
    '16 MB'
  ])
})
test('lengths of time', () => {
  expect([0, 40, 1000, 1500, 30_000, 60_000, 120_000, 600_000].map(formatDuration)).toEqual([
    '0 ms',
    '40 ms',
    '1 second',
    '1.5 seconds',
    '30 seconds',
    '60 seconds',
    '2 minutes',
    '10 minutes'
  ])
})
test('how long ago', () => {
  const now = Date.UTC(2026, 0, 20)
  const minute = 60_000
  expect([0, 30_000, 5 * minute, 60 * minute, 24 * 60 * minute].map((d) => formatAgo(now - d, now))).toEqual([
    'just now',
    'just now',
    '5 minutes ago',
    '1 hour ago',
    'yesterday'
  ])
  expect(formatAgo(now + 30 * minute, now)).toBe('in 30 minutes')
})
test('numbers', () => {
  expect([0, 1234.5, 0.1 + 0.2, 1e-9, 1e20].map(formatNumber)).toEqual(['0', '1,234.5', '0.3', '1.000e-9', '1.000e+20'])
})
test('words', () => {
  expect([plural(1, 'file'), plural(0, 'file'), plural(2, 'entry', 'entries')]).toEqual([
    '1 file',
    '0 files',
    '2 entries'
  ])
  expect([listed([]), listed(['a']), listed(['a', 'b', 'c'])]).toEqual(['', 'a', 'a, b and c'])
  expect(shortHash('0123456789abcdef')).toBe('01234567…cdef')
})
