import { expect, test } from 'vitest'
import type { PermissionRecord } from '../schema/task.ts'
import { permissionFor, spend, usedToday, within } from './permission.ts'
import { contractOf, limits } from './testing/records.ts'

const day = 24 * 60 * 60_000
const now = 20_000 * day + 5
const granted: PermissionRecord = {
  revision: 1,
  id: 'p',
  agent: 'leader',
  skill: 'x',
  limits,
  perDay: 2,
  used: { day: 0, runs: 0 },
  created: 0
}
const contract = contractOf('leader', 'follower')

test('covers the agent, the skill and the limits that it was granted for', () => {
  expect(permissionFor([granted], contract, now)).toBe(granted)
  expect(permissionFor([{ ...granted, agent: null }], contract, now)).toBeDefined()
  expect(permissionFor([{ ...granted, agent: 'other' }], contract, now)).toBeUndefined()
  expect(permissionFor([{ ...granted, skill: 'y' }], contract, now)).toBeUndefined()
  for (const key of Object.keys(limits) as Array<keyof typeof limits>) {
    expect(permissionFor([granted], { ...contract, limits: { ...limits, [key]: limits[key] + 1 } }, now)).toBeUndefined()
    expect(within({ ...limits, [key]: limits[key] - 1 }, limits)).toBe(true)
  }
})

test('is used up for a day, and new at midnight UTC', () => {
  const once = spend(granted, now)
  const twice = spend(once, now)
  expect([usedToday(granted, now), usedToday(once, now), usedToday(twice, now)]).toEqual([0, 1, 2])
  expect(permissionFor([once], contract, now)).toBe(once)
  expect(permissionFor([twice], contract, now)).toBeUndefined()
  expect(permissionFor([twice], contract, now + day - 6)).toBeUndefined()
  expect(permissionFor([twice], contract, now + day - 5)).toBe(twice)
  expect(spend(twice, now + day).used.runs).toBe(1)
  expect(twice.revision).toBe(3)
})

test('the first that still covers is taken', () => {
  const usedUp = spend(spend(granted, now), now)
  const other = { ...granted, id: 'q' }
  expect(permissionFor([usedUp, other], contract, now)).toBe(other)
})
