import { expect, test } from 'vitest'
import type { LogEntryView } from '../../node/client.ts'
import { openIntentions } from './intentions.ts'

const entry = (seq: number, kind: LogEntryView['kind'], body: unknown, expiry: number | null = null): LogEntryView => ({
  author: 'did',
  seq,
  kind,
  time: 0,
  expiry,
  hash: '',
  bodyHash: '',
  bodySize: 1,
  body
})

test('what we look for is what was neither withdrawn nor has lapsed', () => {
  const log = [
    entry(1, 'intention', { kind: 'intention', goal: 'a', tags: [] }),
    entry(2, 'intention', { kind: 'intention', goal: 'b', tags: [] }),
    entry(3, 'withdrawal', { kind: 'withdrawal', seq: 1 }),
    entry(4, 'intention', { kind: 'intention', goal: 'c', tags: [] }, 50),
    entry(5, 'intention', null),
    entry(6, 'intention', { kind: 'intention', goal: 'd', tags: [] }, 500)
  ]
  expect(openIntentions(log, 100).map(({ goal }) => goal)).toEqual(['d', 'b'])
})
