import { expect, test } from 'vitest'
import type { Status } from '../../node/client.ts'
import { connectionWords } from './connection-words.ts'

const status = (network: Status['network'], direct = 0, relayed = 0, relay = true): Status => ({
  agent: 'did',
  peerId: 'p',
  network,
  networkReason: '',
  relay,
  storage: { kind: 'memory', problem: null, persistent: null }, meaning: { model: { is: 'ready' }, waiting: 0, late: 0, pending: 0 },
  connections: Array.from({ length: direct + relayed }, (_, i) => ({
    peer: `${i}`,
    address: '',
    direct: i < direct,
    agent: null,
    rttMs: null
  }))
})

test('each state has its words', () => {
  expect(connectionWords(null, true).label).toBe('Starting')
  expect(connectionWords(status('looking'), true).label).toBe('Looking for others')
  expect(connectionWords(status('relayed', 0, 2), true).label).toBe('Through a relay')
  expect(connectionWords(status('direct', 5), true).label).toBe('Direct (5)')
  expect(connectionWords(status('offline'), true).label).toBe('Offline, will retry')
})
test('the reasons fit what is the case', () => {
  expect(connectionWords(status('direct', 1, 2), true).why).toContain('2 more through a relay')
  expect(connectionWords(status('direct', 1, 0, false), true).why).toContain('meeting point is away')
  expect(connectionWords(status('direct', 1), true).why).not.toContain('meeting point')
  expect(connectionWords(status('offline'), false).why).toContain('no network')
})
test('the words of machines stay out of it', () => {
  for (const state of ['starting', 'looking', 'relayed', 'direct', 'offline'] as const) {
    const { label, why, advice } = connectionWords(status(state, 1, 1), true)
    expect(`${label} ${why} ${advice}`).not.toMatch(/\b(peer|node|multiaddr|CID)/i)
  }
})
