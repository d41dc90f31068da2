import { expect, test } from 'vitest'
import { createAcquaintances } from './acquaintances.ts'
import { contractOf, recordOf } from './task/testing/records.ts'

test('whom we have asked, think well of or trust is no stranger; who only asks us is', () => {
  let trusted = ['trusted']
  let tasks = [
    recordOf({ contract: contractOf('me', 'asked'), state: 'working' }),
    recordOf({ contract: contractOf('asking', 'me'), role: 'follower', state: 'completed' }),
    recordOf()
  ]
  const isAcquainted = createAcquaintances({
    tasks: { all: () => tasks },
    stands: { esteem: (agent) => ({ good: 0.2, bad: -0.4 })[agent] ?? 0 },
    whoseWord: { trusted: () => trusted }
  })
  const agents = ['asked', 'asking', 'good', 'bad', 'trusted', 'anybody']
  expect(agents.filter(isAcquainted)).toEqual(['asked', 'good', 'trusted'])
  tasks = []
  trusted = ['anybody']
  expect(agents.filter(isAcquainted)).toEqual(['good', 'anybody'])
})
