/**
 * "Always, within these limits": whether a standing permission covers a request. Pure.
 */
import type { Contract } from '../schema/contract.ts'
import type { Limits } from '../schema/declaration.ts'
import type { PermissionRecord } from '../schema/task.ts'

const DAY_MS = 24 * 60 * 60_000

export function dayOf(now: number): number {
  return Math.floor(now / DAY_MS)
}

/** Runs that the permission has allowed on the day of `now` (UTC). */
export function usedToday(permission: PermissionRecord, now: number): number {
  return permission.used.day === dayOf(now) ? permission.used.runs : 0
}

/** The first permission that covers this contract at `now`, or undefined: then a person is asked. */
export function permissionFor(
  permissions: readonly PermissionRecord[],
  contract: Contract,
  now: number
): PermissionRecord | undefined {
  return permissions.find(
    (permission) =>
      permission.skill === contract.skill &&
      (permission.agent === null || permission.agent === contract.leader) &&
      within(contract.limits, permission.limits) &&
      usedToday(permission, now) < permission.perDay
  )
}

/** The permission after one more run. */
export function spend(permission: PermissionRecord, now: number): PermissionRecord {
  return {
    ...permission,
    revision: permission.revision + 1,
    used: { day: dayOf(now), runs: usedToday(permission, now) + 1 }
  }
}

/** Whether every one of these limits is at most the other's. */
export function within(asked: Limits, allowed: Limits): boolean {
  return (
    asked.ms <= allowed.ms &&
    asked.memoryBytes <= allowed.memoryBytes &&
    asked.inputBytes <= allowed.inputBytes &&
    asked.outputBytes <= allowed.outputBytes
  )
}
