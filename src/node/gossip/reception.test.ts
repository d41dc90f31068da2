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

  test('lets whoever was not here before those who come in turns', async () => {
    const { reception, clock } = setup()
    // four that stay for long and come back at once, two by two, and one that comes now and then
    let inside = [reception.enter('a')!, reception.enter('b')!]
    let others = ['c', 'd']
    for (let turn = 0; turn < 4; turn++) {
      await clock.pass(20_000)
      for (const peer of [...others, 'honest']) expect(reception.enter(peer)).toBeNull()
      for (const leave of inside) leave()
      const next = others.map((peer) => reception.enter(peer))
      if (turn > 0) {
        expect(next).toEqual([null, null])
        expect(reception.enter('honest')).not.toBeNull()
        return
      }
      inside = next.map((leave) => leave!)
      others = ['a', 'b']
    }
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
