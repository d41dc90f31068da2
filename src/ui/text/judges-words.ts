/** Lists of judges, in words. Pure. */
import type { JudgesOf } from '../../node/client.ts'

/** Why a list that is followed does not count now, and what comes of it; null: it counts. */
export function lackOfJudges({ is }: Pick<JudgesOf, 'is'>): string | null {
  switch (is) {
    case 'shared':
      return null
    case 'unheard':
      return 'Not heard of yet. It counts as soon as it is.'
    case 'withdrawn':
      return 'Taken back by whose it was. Nobody on it counts any more.'
    case 'lapsed':
      return 'Lapsed: it was not renewed for a month. Nobody on it counts until it is.'
    case 'forked':
      return 'Whose it is showed two different histories to different people. Nobody on it counts any more.'
  }
}
