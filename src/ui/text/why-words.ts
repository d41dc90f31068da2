/**
 * Why an agent is trusted as it is, in sentences. Pure. A sentence is in parts, because agents' names have to be drawn in isolation, and
 * none begins with a name.
 */
import type { Why } from '../../node/client.ts'
import { formatNumber } from './format.ts'
import { STRANGER, USUAL } from './standing-words.ts'

export type Phrase = ReadonlyArray<string | { agent: string }>
export type Rater = Why['raters'][number]

/** `62 %` of a share; what is there but small is `under 1 %`. */
export function percent(share: number): string {
  return share > 0 && share < 0.005 ? 'under 1 %' : `${Math.round(Math.min(1, share) * 100)} %`
}

/** What it comes to, in one sentence. */
export function headline({ level, record, excluded, discounts }: Pick<Why, 'level' | 'record' | 'excluded' | 'discounts'>): string {
  if (discounts.some(({ kind }) => kind === 'proven')) return 'It was caught cheating. Whatever good is said of it weighs less for that.'
  if (excluded) return 'It is not considered in this field: those whose word counts for you complain of its work.'
  if (record >= USUAL) return 'Those whose word counts for you speak well of its work in this field.'
  if (record >= STRANGER) return 'Some of those whose word counts for you speak well of its work in this field.'
  if (level >= STRANGER) return 'Nobody whose word counts for you knows its work in this field, but it did well in fields nearby.'
  return 'Hardly anybody whose word counts for you knows its work in this field.'
}

/** What somebody says of an agent’s work. @param self it is what we say */
export function opinionWords({ value }: Pick<Rater, 'value'>, self = false): string {
  if (value >= 0.5) return self ? 'speak well of its work' : 'speaks well of its work'
  if (value > 0) return self ? 'are fairly content with its work' : 'is fairly content with its work'
  if (value === 0) return self ? 'find its work neither good nor bad' : 'finds its work neither good nor bad'
  return self ? 'complain of its work' : 'complains of its work'
}

/** How much somebody’s word weighs. @param voice what the agent has in all */
export function weightWords({ voice, value, passed, withheld }: Rater, whole: number): string {
  if (voice <= 0) return 'a stranger to those you trust: no weight'
  if (value < 0) return 'that counts for you'
  const [first, ...rest] = [
    ...(passed > 0 && whole > 0 ? [`${percent(passed / whole)} of its trust comes of that`] : []),
    ...(withheld > 0 ? [`${percent(withheld / (passed + withheld))} of what that would bring is held back`] : [])
  ]
  return first === undefined ? 'that counts for you' : [first, ...rest].join('; ')
}

/** What weighs less than it seems to, and why. */
export function discountPhrase(discount: Why['discounts'][number]): Phrase {
  switch (discount.kind) {
    case 'proven':
      return [`It was proven to have cheated: ${percent(discount.severity)} of its trust is lost, in this field and in every other.`]
    case 'penalty':
      return [
        `It spoke well of somebody who was caught cheating, or of somebody who did: ${percent(discount.share)} of the trust that would ` +
          'come to it is lost.'
      ]
    case 'ring':
      return [
        'It praises and is praised by ',
        ...together(discount.agents),
        `, and they have hardly anybody else: ${percent(discount.share)} of what they would pass on to one another is held back.`
      ]
    case 'complaints':
      return ['Complaints come from ', ...together(discount.agents), `: ${percent(discount.share)} of what those say whose word counts for you.`]
    case 'vouching':
      return [`It speaks well of agents that turned out bad: ${percent(discount.share)} of what it would bring along from fields nearby is lost.`]
  }
}

/** What would change it. @param whole what the agent has in all */
export function changePhrase(change: Why['changes'][number], whole: number): Phrase {
  switch (change.kind) {
    case 'endorsement':
      return ['If ', { agent: change.by }, ` were content with its work, ${growth(change.voice, whole)}.`]
    case 'loss':
      return ['If ', { agent: change.by }, ` did not speak well of it, ${percent(whole > 0 ? change.voice / whole : 1)} of its trust would be gone.`]
    case 'forgiveness':
      return ['If ', ...together(change.by), ' took the complaints back, it would be considered for work in this field again.']
    case 'first-work':
      return [
        'Nobody whose word counts for you has worked with it in this field. A first piece of work that goes well would begin its record: ' +
          'ask it for something small.'
      ]
  }
}

function growth(gain: number, whole: number): string {
  if (whole <= 0) return 'that would be its first trust in this field'
  const ratio = gain / whole
  return ratio < 1 ? `its trust would grow by ${percent(ratio)}` : `it would be trusted about ${formatNumber(Math.round(ratio + 1))} times as much`
}

/** `a, b and c`, of agents. */
function together(agents: readonly string[]): Phrase {
  return agents.flatMap((agent, i) => [...(i === 0 ? [] : [i === agents.length - 1 ? ' and ' : ', ']), { agent }])
}
