/** The list of judges that is public, brought in line with what is meant to be. Loaded by whoever shares one. */
import type { Adaptation } from './adapt/adaptation.ts'
import type { Judges } from './schema/judges.ts'
import type { Operation, Store } from './store/store.ts'
import type { Clock } from './support/clock.ts'

/** What is public now. */
export interface SaidJudges extends Pick<Judges, 'name' | 'agents'> {
  seq: number
  /** when it was said and when it lapses, in milliseconds since 1970 */
  at: number
  expiry: number
}

export interface PublishComponents {
  adaptation: Pick<Adaptation, 'shareJudges' | 'withdraw'>
  store: Pick<Store, 'commit'>
  clock: Pick<Clock, 'now'>
  /** keeps what is public from now on; null: nothing */
  put: (said: SaidJudges | null) => Operation
}

/**
 * Publishes a list where that is due: another is public or none, or half of its life is over. Takes back what is public where there is
 * nothing to share.
 *
 * @param said what is public now; null: nothing
 * @param wanted null: nothing is to be shared
 */
export async function publishJudges(
  { adaptation, store, clock, put }: PublishComponents,
  said: SaidJudges | null,
  wanted: Judges | null
): Promise<void> {
  const now = clock.now()
  if (wanted === null) {
    if (said === null || said.expiry <= now) return
    await adaptation.withdraw(said.seq)
    await store.commit([put(null)])
    return
  }
  const { name, agents } = wanted
  const isFresh = said !== null && now < (said.at + said.expiry) / 2
  if (isFresh && said.name === name && said.agents.join() === agents.join()) return
  await adaptation.shareJudges(wanted, {
    also: async ({ header: { seq, expiry } }) => ({
      operations: [put({ name, agents, seq, at: now, expiry: expiry ?? now })],
      conditions: []
    })
  })
}
