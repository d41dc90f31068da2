import type { Announcement, Text } from './population.ts'
import type { Member } from './world.ts'

/** A node of a simulation, real or reduced. */
export interface SimNode {
  readonly member: Member
  /** Takes part from now on. */
  start(): void
  announce(announcement: Announcement): void
  /** What it keeps now: whether the header of an announcement belongs to that. */
  keeping(): (announcement: Announcement) => boolean
  /** Forks its log: half of its neighbours are shown one branch, half another. */
  fork(about: Text): void
}
