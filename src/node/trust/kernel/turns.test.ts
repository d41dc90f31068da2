import { expect, test } from 'vitest'
import { followTurns, leadTurns } from './turns.ts'

const memory = () => new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })

test('the leader does alone what nobody helps with, each piece once, turn after turn', () => {
  const turns = leadTurns(memory(), 5, 10)
  for (let turn = 0; turn < 3; turn++) {
    const pieces: number[] = []
    expect(turns.take((piece) => pieces.push(piece))).toBe(true)
    expect(pieces).toEqual([0, 1, 2, 3, 4])
  }
})

test('who follows does nothing before the first turn, and goes when turns have ended', () => {
  const shared = memory()
  const turns = leadTurns(shared, 5, 10)
  turns.end()
  followTurns(shared, 5, () => expect.unreachable())
})

test('who follows takes pieces that nobody has, and the leader counts them', () => {
  const shared = memory()
  const turns = leadTurns(shared, 4, 10)
  const byLeader: number[] = []
  const byFollower: number[] = []
  const took = turns.take((piece) => {
    byLeader.push(piece)
    followTurns(shared, 4, (taken) => {
      byFollower.push(taken)
      if (taken === 3) turns.end()
    })
  })
  expect({ took, byLeader, byFollower }).toEqual({ took: true, byLeader: [0], byFollower: [1, 2, 3] })
})

test('the leader says so when a piece that another has taken is not done in time', () => {
  const shared = memory()
  const turns = leadTurns(shared, 3, 10)
  const pieces: number[] = []
  const took = turns.take((piece) => {
    pieces.push(piece)
    if (piece > 0) return
    // another thread, that ends with what it has taken
    const ended = new Error('ended')
    expect(() => followTurns(shared, 3, () => { throw ended })).toThrow(ended)
  })
  expect(pieces).toEqual([0, 2])
  expect(took).toBe(false)
})
