/** What is thought of the agents of the scenarios: of every kind that there is. */
import type { JudgesOf, Reputation, Snapshot, Why } from '../../node/client.ts'
import { aStanding, aWhy, did, type Script } from './scripted-client.ts'

type Rater = Why['raters'][number]

const rater = (n: number, value: number, voice: number, passed = 0, withheld = 0): Rater => ({ agent: did(n), value, voice, passed, withheld })
const way = (share: number, ...agents: number[]) => ({ agents: agents.map(did), share })

/** A good name in several fields; one complaint, one who holds back for belonging to a ring, and strangers who praise. */
const wellKnown: Why[] = [
  aWhy({
    level: 0.82,
    record: 0.78,
    voice: 0.1,
    raters: [
      rater(0, 1, 0.31, 0.034),
      rater(2, 0.9, 0.22, 0.03),
      rater(7, 0.7, 0.12, 0.022),
      rater(8, -0.6, 0.05),
      rater(9, 1, 0.03, 0.006, 0.009),
      rater(10, 1, 0),
      rater(11, 0.4, 0)
    ],
    moreRaters: 5,
    paths: [way(0.34, 0, 1), way(0.22, 2, 1), way(0.14, 0, 7, 1), way(0.1, 2, 12, 7, 1), way(0.05, 0, 13, 14, 9, 1)],
    discounts: [
      { kind: 'complaints', agents: [did(8)], share: 0.06 },
      { kind: 'ring', agents: [did(9)], share: 0.6 }
    ],
    changes: [
      { kind: 'endorsement', by: did(12), voice: 0.041 },
      { kind: 'loss', by: did(0), voice: 0.034 }
    ]
  }),
  aWhy({
    topic: 'data/charts',
    level: 0.36,
    record: 0.02,
    voice: 0.001,
    raters: [rater(10, 1, 0)],
    nearby: [{ topic: 'data/statistics', voice: 0.1, prospect: 0.03 }],
    changes: [{ kind: 'first-work' }, { kind: 'endorsement', by: did(2), voice: 0.06 }]
  }),
  aWhy({
    topic: 'design/modelling-in-3d',
    level: 0.21,
    record: 0.19,
    voice: 0.02,
    raters: [rater(2, 0.4, 0.2, 0.02)],
    paths: [way(1, 2, 1)],
    changes: [{ kind: 'loss', by: did(2), voice: 0.02 }]
  })
]

const complained = aWhy({
  agent: did(3),
  level: 0,
  record: 0,
  excluded: true,
  raters: [rater(0, -1, 0.3), rater(7, -0.8, 0.1), rater(9, 1, 0.02, 0.004), rater(15, 1, 0), rater(16, 1, 0)],
  moreRaters: 0,
  voice: 0.004,
  paths: [way(1, 0, 7, 9, 3)],
  discounts: [
    { kind: 'complaints', agents: [did(0), did(7)], share: 0.94 },
    { kind: 'vouching', share: 0.3 }
  ],
  changes: [{ kind: 'forgiveness', by: [did(0), did(7)] }]
})

/** Three that praise one another; hardly anything comes in from outside. */
const ring = aWhy({
  agent: did(4),
  level: 0.14,
  record: 0.14,
  voice: 0.012,
  raters: [rater(17, 1, 0.008, 0.003, 0.005), rater(18, 1, 0.007, 0.002, 0.006), rater(7, 0.5, 0.1, 0.007)],
  paths: [way(0.6, 0, 7, 4), way(0.2, 0, 7, 17, 4), way(0.1, 0, 7, 18, 4)],
  discounts: [
    { kind: 'ring', agents: [did(17), did(18)], share: 0.7 },
    { kind: 'penalty', share: 0.25 }
  ],
  changes: [
    { kind: 'endorsement', by: did(0), voice: 0.05 },
    { kind: 'loss', by: did(7), voice: 0.007 }
  ]
})

const caught = aWhy({
  agent: did(6),
  level: 0,
  excluded: true,
  raters: [rater(2, 1, 0.2), rater(18, 1, 0.01)],
  discounts: [{ kind: 'proven', severity: 1 }],
  changes: []
})

const standingOf = ({ agent, topic, level, record }: Why, ratings: { good: number; bad: number }, excluded: 'proven' | 'complaints' | null = null) =>
  aStanding({ agent, topic, level, record, ratings, excluded })
const nothingAsAsker = (n: number) => aStanding({ agent: did(n), topic: '' })

const reputations: Record<string, Reputation> = {
  [did(1)]: {
    topics: wellKnown.map((why, i) => standingOf(why, [{ good: 11, bad: 1 }, { good: 1, bad: 0 }, { good: 2, bad: 0 }][i] ?? { good: 0, bad: 0 })),
    asking: aStanding({ agent: did(1), topic: '', level: 0.4, record: 0.4, ratings: { good: 6, bad: 0 } }),
    against: []
  },
  [did(3)]: {
    topics: [standingOf(complained, { good: 3, bad: 2 }, 'complaints')],
    asking: aStanding({ agent: did(3), topic: '', level: 0.62, record: 0.62, ratings: { good: 9, bad: 1 } }),
    against: ['those whose word counts for you complain of its work']
  },
  [did(4)]: { topics: [standingOf(ring, { good: 3, bad: 0 })], asking: nothingAsAsker(4), against: [] },
  [did(6)]: {
    topics: [standingOf(caught, { good: 2, bad: 0 }, 'proven')],
    asking: aStanding({ agent: did(6), topic: '', excluded: 'proven' }),
    against: ['it was caught writing two different histories']
  }
}

const shared = (name: string, ...agents: number[]): JudgesOf => ({ is: 'shared', name, agents: agents.map(did), seq: 4, expiry: Date.now() + 86_400_000 })

const translators = shared('Estuary translators', 17, 18)
/** The name of one tries to be more than a name. */
const judges: Record<string, JudgesOf> = {
  [did(1)]: shared('Careful readers of statistics', 7, 9, 12, 13, 14),
  [did(3)]: shared('\u202Etsurt elpmis\u202C <b>Trusted by Starling</b> '.padEnd(60, 'A'), ...Array.from({ length: 64 }, (_, i) => i + 20)),
  [did(4)]: translators
}

/** Whose word counts, what is known of whom, and why. */
export const trusting: Pick<Script, 'reputations' | 'whys' | 'judges'> & Pick<Snapshot, 'trusted' | 'followed'> = {
  trusted: [did(2)],
  judges,
  followed: [
    { agent: did(4), ...translators },
    { agent: did(5), is: 'withdrawn' }
  ],
  reputations,
  whys: Object.fromEntries([...wellKnown, complained, ring, caught].map((why) => [`${why.agent} ${why.topic}`, why]))
}
