import { describe, expect, test } from 'vitest'
import { createTestTime } from '../support/testing/time.ts'
import { createReception } from './reception.ts'

const setup = () => {
  const clock = createTestTime()
  return { clock, reception: createReception(clock.now, { places: 2 }) }
}

describe('a reception', () => {
  test('has one place for a peer, and a few for all', () => {
    const { reception } = setup()
    const leave = reception.enter('a')!
    expect(reception.enter('a')).toBeNull()
    expect(reception.enter('b')).not.toBeNull()
    expect(reception.enter('c')).toBeNull()
    leave()
    expect(reception.enter('c')).not.toBeNull()
  })

  test('has the next place for who was sent away, not for who was just here', () => {
    const { reception } = setup()
    const leave = reception.enter('greedy')!
    reception.enter('other')
    expect(reception.enter('honest')).toBeNull()
    leave()
    expect(reception.enter('greedy')).toBeNull()
    expect(reception.enter('greedy')).toBeNull()
    expect(reception.enter('honest')).not.toBeNull()
  })

  test('has it for whoever comes first, of those who were not here: a free place waits for nobody', () => {
    const { reception } = setup()
    const leave = reception.enter('a')!
    reception.enter('b')
    expect(reception.enter('c')).toBeNull()
    leave()
    expect(reception.enter('d')).not.toBeNull()
  })

  test('keeps nobody who was here waiting for who does not come back', async () => {
    const { reception, clock } = setup()
    const leave = reception.enter('a')!
    reception.enter('b')
    reception.enter('gone')
    leave()
    expect(reception.enter('a')).toBeNull()
    await clock.pass(5_001)
    expect(reception.enter('a')).not.toBeNull()
  })

  test('lets those who were here take turns among themselves', () => {
    const { reception } = setup()
    const [leaveA, leaveB] = [reception.enter('a')!, reception.enter('b')!]
    expect(reception.enter('c')).toBeNull()
    leaveA()
    const leaveC = reception.enter('c')!
    expect(reception.enter('a')).toBeNull()
    leaveB()
    leaveC()
    expect(reception.enter('a')).not.toBeNull()
    expect(reception.enter('b')).not.toBeNull()
  })
})
