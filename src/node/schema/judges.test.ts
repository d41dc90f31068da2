import { expect, test } from 'vitest'
import { decode, encode } from './codec.ts'
import { MAX_JUDGES, MAX_JUDGES_BYTES, judges, type Judges } from './judges.ts'

const agents = Array.from({ length: MAX_JUDGES + 1 }, (_, i) => `did:key:z6Mk${String(i + 100).padStart(44, '1').replaceAll('0', 'z')}`)
const list: Judges = { kind: 'judges', version: 1, name: 'Good judges', agents: agents.slice(0, 2) }
const takes = (value: unknown) => () => decode(encode(value), judges, MAX_JUDGES_BYTES)

test('the largest list has room', () => {
  const largest = { ...list, name: '語'.repeat(60), agents: agents.slice(0, MAX_JUDGES) }
  expect(takes(largest)()).toEqual(largest)
})

test.each<[string, object]>([
  ['nobody', { agents: [] }],
  ['more than there may be', { agents }],
  ['one twice', { agents: [agents[0], agents[0]] }],
  ['what is no agent', { agents: ['ann'] }],
  ['no name', { name: ' ' }],
  ['a long name', { name: 'x'.repeat(61) }],
  ['another version', { version: 2 }],
  ['a key that is not known', { note: '' }]
])('not with %s', (_, part) => {
  expect(takes({ ...list, ...part })).toThrow('expected')
})
