/** The engine's explanation with names in place of numbers, as people are shown it. */
import type { Explanation } from './explain.ts'

/** Why an agent stands as it does in a topic. See `Explanation`, whose numbers it has. */
export interface Why {
  agent: string
  topic: string
  level: number
  record: number
  excluded: boolean
  voice: number
  /** voice that is usual in the topic */
  usual: number
  /** who has rated it, those with the most voice first */
  raters: Array<Omit<Explanation['raters'][number], 'agent'> & { agent: string }>
  moreRaters: number
  /** the strongest ways by which trust comes from those whose judgement counts for us, first, to the agent, last */
  paths: Array<{ agents: string[]; share: number }>
  nearby: Array<{ topic: string; voice: number; prospect: number }>
  discounts: NamedDiscount[]
  changes: NamedChange[]
}

type Discount = Explanation['discounts'][number]
type Change = Explanation['changes'][number]
type Named<T> = T extends { agents: number[] } ? Omit<T, 'agents'> & { agents: string[] } : T
type NamedBy<T> = T extends { by: number[] } ? Omit<T, 'by'> & { by: string[] } : T extends { by: number } ? Omit<T, 'by'> & { by: string } : T
export type NamedDiscount = Named<Discount>
export type NamedChange = NamedBy<Change>

export function named(explanation: Explanation, nameOf: (agent: number) => string, topicOf: (topic: number) => string): Why {
  const { agent, topic, level, record, excluded, voice, usual, raters, moreRaters, paths, nearby, discounts, changes } = explanation
  return {
    agent: nameOf(agent),
    topic: topicOf(topic),
    level,
    record,
    excluded,
    voice,
    usual,
    raters: raters.map((rater) => ({ ...rater, agent: nameOf(rater.agent) })),
    moreRaters,
    paths: paths.map(({ agents, share }) => ({ agents: agents.map(nameOf), share })),
    nearby: nearby.map((one) => ({ ...one, topic: topicOf(one.topic) })),
    discounts: discounts.map((one): NamedDiscount => ('agents' in one ? { ...one, agents: one.agents.map(nameOf) } : one)),
    changes: changes.map((one): NamedChange => {
      switch (one.kind) {
        case 'forgiveness':
          return { ...one, by: one.by.map(nameOf) }
        case 'endorsement':
        case 'loss':
          return { ...one, by: nameOf(one.by) }
        case 'first-work':
          return one
      }
    })
  }
}
