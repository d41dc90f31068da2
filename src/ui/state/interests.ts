/** What was found for what is listened for. Pure. */
import type { StandingInterest } from '../../node/client.ts'

/** What was found for it and not looked at yet. */
export function unseenFinds({ found }: Pick<StandingInterest, 'found'>): StandingInterest['found'] {
  return found.filter(({ seen }) => !seen)
}
