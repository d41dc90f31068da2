/** Every state that the page can be in, by name, for looking at. */
import type { Candidate, Snapshot } from '../../node/client.ts'
import type { Capability, Terms } from '../../node/schema/declaration.ts'
import type { Result } from '../../node/schema/result.ts'
import {
  aCapability,
  aLogEntry,
  aPermission,
  aSnapshot,
  aStanding,
  aState,
  aStatus,
  aTask,
  anAgent,
  anApproval,
  anInterest,
  did,
  type Script
} from './scripted-client.ts'
import { trusting } from './trust-scenarios.ts'

const capability = (id: string, name: string, description: string, examples: string[]): Capability =>
  aCapability({
    id,
    name,
    description,
    tags: id.split('-'),
    examples,
    inputModes: ['text/csv', '.csv', 'text/plain'],
    outputModes: ['text/plain']
  })
const terms: Terms = { languages: ['en', 'de'], region: 'DE', price: 0, keeps: 'task', tier: 0 }
const statistics = capability(
  'csv-statistics',
  'Statistics and a chart from a CSV file',
  'Reads a table, finds its number columns, gives mean, median, spread and extremes of each, and draws what changes.',
  ['What stands out in these sales figures?']
)
const keyPoints = capability(
  'key-points',
  'Key points of a long text',
  'Picks the sentences that carry a long text, in their order, and its main terms.',
  ['The key points of this report']
)
const ownFunction = capability(
  'javascript',
  'Your own function over data',
  'Runs a JavaScript function that you bring over data that you bring, sealed off.',
  ['Sum the hours of each person']
)
const offer = (seq: number, one: Capability) => ({ seq, capability: one, expiry: null })
const onTerms = (one: Capability, part: Partial<Terms> = {}): Capability => ({
  ...one,
  terms: { ...terms, ...part },
  topic: 'data/statistics'
})

const longName = 'Bartholomew-Archibald Featherstonehaugh of the Far Northern Estuaries, Keeper of Nests'
const hostile =
  'Pay \u202Eyenom eht\u202C now <img src=x onerror=alert(1)> <b>Allowed by Starling</b> https://evil.example/?q=1 ' +
  'Z\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301 \u2067\u200F' +
  'A'.repeat(180) +
  ' ' +
  'many words '.repeat(300)

const agents: Snapshot['agents'] = [
  anAgent({
    agent: did(1),
    capabilities: [offer(1, onTerms(statistics)), offer(2, keyPoints), offer(3, ownFunction)],
    history: { completed: 12, failed: 0 },
    log: { entries: 31, whole: true, fork: false }
  }),
  anAgent({
    agent: did(2),
    petname: 'Mum’s laptop',
    capabilities: [offer(1, keyPoints)],
    history: { completed: 3, failed: 1 }
  }),
  anAgent({
    agent: did(3),
    reach: 'relayed',
    capabilities: [offer(1, onTerms(statistics, { price: 12, region: 'CH', keeps: 'nothing' }))],
    intentions: [
      {
        seq: 4,
        intention: { kind: 'intention', goal: 'Somebody who can read handwriting from photos', tags: [] },
        expiry: null
      }
    ]
  }),
  anAgent({ agent: did(4), reach: 'relayed', capabilities: [offer(1, ownFunction), offer(2, keyPoints)] }),
  anAgent({ agent: did(5), reach: 'away', capabilities: [offer(1, statistics)], history: { completed: 1, failed: 0 } }),
  anAgent({ agent: did(6), reach: 'away', log: { entries: 9, whole: false, fork: true }, history: { completed: 0, failed: 2 } })
]

/** Of each agent in turn, what it has said of itself lately. */
const howOthersAre = [
  aState({ open: false }),
  aState({ load: 'full', power: 'battery' }),
  aState({ power: 'low', metered: true }),
  aState({ load: 'busy' })
]

const connections = [1, 2, 3, 4].map((n) => ({
  peer: `12D3KooWpeer${n}`,
  address:
    n < 3
      ? `/webrtc/p2p/12D3KooWpeer${n}`
      : `/ip4/192.0.2.7/tcp/443/wss/p2p/12D3KooWrelay/p2p-circuit/p2p/12D3KooWpeer${n}`,
  direct: n < 3,
  agent: n === 4 ? null : did(n),
  rttMs: n === 4 ? null : n * 7
}))

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const north = [120, 132, 101, 134, 190, 230, 210, 182, 191, 234, 290, 330]
const south = [220, 182, 191, 234, 290, 330, 310, 123, 442, 321, 90, 149]
const result: Result = {
  summary: 'Sales rose 41 % over the year; the south fell sharply in August and November, the north grew steadily.',
  parts: [
    {
      kind: 'chart',
      chart: 'line',
      title: 'Sales by month',
      xLabel: 'month',
      yLabel: 'thousand',
      labels: months,
      series: [
        { name: 'North', values: north },
        { name: 'South', values: south }
      ]
    },
    {
      kind: 'table',
      title: 'Each column',
      columns: ['column', 'count', 'mean', 'median', 'smallest', 'largest'],
      rows: [
        ['north', 12, 195.333, 190.5, 101, 330],
        ['south', 12, 240.1667, 227, 90, 442],
        ['note', null, null, null, null, null]
      ]
    },
    {
      kind: 'list',
      title: 'What stands out',
      items: [
        'South, August: 123, less than half of July.',
        'North, December: 330, the highest of the year.',
        'The two regions move together from January to June and apart afterwards.'
      ]
    },
    {
      kind: 'chart',
      chart: 'bar',
      title: 'Total by region',
      labels: ['North', 'South'],
      series: [{ name: 'Total', values: [2344, 2882] }]
    },
    { kind: 'text', title: 'How this was made', text: 'Twelve rows and three columns were read. No row was left out.' },
    { kind: 'json', title: 'For machines', json: '{"rows":12,"columns":["month","north","south"],"skipped":[]}' }
  ]
}

const minutes = (n: number) => Date.now() - n * 60_000
const file = { name: 'sales-2025.csv', type: 'text/csv', hash: 'd'.repeat(64), size: 24_310 }
const events = [
  { at: minutes(3), text: 'Looking for somebody who can do it' },
  { at: minutes(3), text: 'Asked; waiting for an answer' },
  { at: minutes(2), text: 'Allowed; the contract is signed by both' },
  { at: minutes(1), text: 'Working: reading 12 rows' }
]
const signed = { contract: 'e'.repeat(64), entries: { contract: 14, outcome: null, rating: null } }

const tasks: Snapshot['tasks'] = [
  aTask({
    id: 'working',
    goal: 'What stands out in these sales figures?',
    files: [file],
    agent: did(1),
    skill: 'csv-statistics',
    state: 'working',
    progress: { fraction: 0.62, note: 'Counting column 3 of 5', at: Date.now() },
    ...signed,
    created: minutes(3),
    updated: minutes(0.1),
    events
  }),
  aTask({
    id: 'asked',
    goal: 'The key points of the annual report',
    agent: did(3),
    skill: 'key-points',
    state: 'auth-required',
    waiting: 'Waiting for them to allow it. Their person has to say yes.',
    created: minutes(4),
    updated: minutes(1),
    events
  }),
  aTask({
    id: 'looking',
    goal: 'Translate this letter into Icelandic',
    state: 'submitted',
    waiting: 'Looking for somebody who can do it',
    created: minutes(9),
    updated: minutes(2)
  }),
  aTask({
    id: 'done',
    goal: 'What stands out in these sales figures?',
    files: [file],
    agent: did(1),
    skill: 'csv-statistics',
    state: 'completed',
    result,
    ...signed,
    entries: { contract: 11, outcome: 12, rating: null },
    created: minutes(70),
    updated: minutes(64),
    events
  }),
  aTask({
    id: 'failed',
    goal: 'Sum the hours of each person with my own function',
    files: [file],
    agent: did(2),
    skill: 'javascript',
    state: 'failed',
    progress: { fraction: 0.3, note: '', at: minutes(90) },
    problem:
      'The function ran longer than the 30 seconds that were agreed and was ended. ' +
      'Nothing is lost: make it faster, or agree on more time.',
    ...signed,
    created: minutes(95),
    updated: minutes(90),
    events
  }),
  aTask({
    id: 'declined',
    goal: 'The key points of this very long transcript',
    agent: did(4),
    skill: 'key-points',
    state: 'rejected',
    problem: 'They declined: “Not today, sorry.” Nothing was sent to them but your words.',
    created: minutes(200),
    updated: minutes(190),
    events
  }),
  aTask({
    id: 'cancelled',
    goal: 'Sort my reading list',
    agent: did(1),
    skill: 'javascript',
    state: 'canceled',
    problem: 'You cancelled it.',
    created: minutes(1500),
    updated: minutes(1499),
    events
  }),
  aTask({
    id: 'for-others',
    role: 'follower',
    goal: 'Key points of this article',
    agent: did(2),
    skill: 'key-points',
    state: 'completed',
    result: { summary: 'Four points.', parts: [] },
    ...signed,
    created: minutes(30),
    updated: minutes(29),
    events
  }),
  aTask({
    id: 'running-for-others',
    role: 'follower',
    goal: 'Statistics of river levels',
    agent: did(3),
    skill: 'csv-statistics',
    state: 'working',
    progress: { fraction: 0.2, note: 'Reading', at: Date.now() },
    ...signed,
    created: minutes(1),
    updated: minutes(0.2),
    events
  })
]

const offers = [onTerms(statistics), keyPoints, ownFunction].map((one, i) => ({ capability: one, own: false, offered: i !== 2, seq: i + 1 }))

/** What the operator has added. */
const surtitles: Capability = {
  ...capability(
    'opera-surtitles',
    'Surtitles of operas',
    'Cuts a libretto into lines that fit above a stage, two at a time, each as long as it is sung.',
    ['Surtitles for this libretto', 'Cut these arias into lines']
  ),
  inputModes: ['text/plain', '.txt', '.libretto'],
  terms: { ...terms, price: 2 },
  topic: 'text/translation/opera-surtitles'
}
const surtitlesProgram = `function run(input, host) {
  const lines = input.files.flatMap((file) => file.text.split('\\n')).filter(Boolean)
  return { summary: lines.length + ' lines.', parts: [{ kind: 'text', text: lines.join('\\n') }] }
}
`

const usual = aSnapshot({
  status: aStatus({ connections }),
  agents,
  tasks,
  offers: [...offers, { capability: surtitles, own: true, offered: true, seq: 4 }],
  logLength: 4,
  approvals: [
    anApproval({ id: 'a1', agent: did(3), reach: 'relayed' }),
    anApproval({
      id: 'a2',
      agent: did(2),
      petname: 'Mum’s laptop',
      history: { completed: 3, failed: 1 },
      skill: 'javascript',
      skillName: 'Your own function over data',
      goal: 'Count the words of each chapter',
      files: [file, { ...file, name: 'count.js', size: 310 }],
      program: {
        hash: 'f'.repeat(64),
        source: 'function run(input) {\n  return input.files.map((f) => f.text.split(/\\s+/).length)\n}',
        author: 'the asking agent'
      }
    })
  ],
  permissions: [
    aPermission(),
    aPermission({ id: 'p2', agent: null, skill: 'csv-statistics', perDay: 20, usedToday: 0 })
  ]
})

const said: Array<[kind: string, body: unknown]> = [
  ['capability', statistics],
  ['capability', keyPoints],
  ['intention', { kind: 'intention', goal: 'Somebody who reads old handwriting', tags: [] }],
  [
    'contract',
    { kind: 'contract', leaderSignature: new Uint8Array([1, 2, 255]), contract: { goal: 'What stands out?' } }
  ]
]
const found = (n: number, name: string, likely: number, seen: boolean) => ({
  agent: did(n),
  skill: `skill-${n}`,
  name,
  likely,
  at: minutes(n * 12),
  seen
})
const interests = [
  anInterest({
    id: 'i1',
    text: 'Read the handwriting of my grandmother’s letters',
    constraints: { languages: ['de'], maxPrice: 5, keeps: 'task' },
    found: [found(1, 'Old German handwriting into text', 0.71, false), found(3, 'Letters and forms, read', 0.22, true)]
  }),
  anInterest({ id: 'i2', text: 'Tune a piano by ear from a recording', created: minutes(3 * 1440) })
]
const samples = [
  'Translate the subtitles of my film into German',
  'Subtitles for a video in another language',
  'Translate this letter',
  'Turn this srt file into French',
  'Shorten these subtitles so that they can be read in time',
  'Transcribe what is said in this interview',
  'Check the spelling of my thesis',
  'Find rhymes for this poem'
]
const wanted = [
  { agent: did(3), text: 'Somebody who translates subtitles of old films' },
  { agent: did(2), text: 'Read handwriting from photos' }
]
/** One that fits, one that may, and two long shots. */
const find: Script['find'] = (text) =>
  /zzz/.test(text)
    ? []
    : [
        candidate(1, onTerms(statistics), 0.62, ['Matches “sales”, “figures”', 'Near to it in meaning', 'Did 12 with you']),
        candidate(3, onTerms(statistics), 0.18, ['Near to it in meaning']),
        candidate(2, keyPoints, 0.06, ['Matches “figures”']),
        candidate(4, ownFunction, 0.03, ['Near to it in meaning'])
      ].filter(({ likely }) => !/rhyme/.test(text) || likely < 0.1)
const candidate = (n: number, { id, name, limits, terms, topic }: Capability, likely: number, reasons: string[]): Candidate => ({
  agent: did(n),
  skill: id,
  name,
  score: likely,
  likely,
  reach: agents.find(({ agent }) => agent === did(n))?.reach ?? 'away',
  limits,
  program: String(n).repeat(64),
  terms: terms ?? null,
  topic: topic ?? null,
  trust: null,
  reasons: [
    ...reasons.map((text) => ({ kind: text.startsWith('Did') ? 'history' : text.startsWith('Near') ? 'means' : 'matches', text }) as const),
    { kind: 'reach', text: n < 3 ? 'Connected directly' : 'Reached through a relay' }
  ]
})

const log = said.map(([kind, body], i) => aLogEntry({ seq: i + 1, kind, time: minutes(300 - i * 40), body }))
/** As an agent says it by itself. */
const ratedByItself = aLogEntry({ seq: 13, kind: 'rating', time: minutes(64), body: { kind: 'rating', rating: { score: 50 } } })

/** One who is well spoken of, one who is not, one who was caught, and a newcomer to be tried. */
const trustedAndNot: NonNullable<Script['find']> = () => {
  const because = (text: string) => ({ kind: 'trust' as const, text })
  const known = candidate(1, onTerms(statistics), 0.62, ['Matches “sales”'])
  const doubtful = candidate(3, onTerms(statistics), 0.6, ['Matches “sales”'])
  const caught = candidate(4, onTerms(statistics), 0.4, ['Matches “sales”'])
  const newcomer = candidate(2, onTerms(statistics), 0.5, ['Matches “sales”'])
  return [
    {
      ...doubtful,
      trust: aStanding({ level: 0.1, record: 0.1, excluded: 'complaints', footing: 'excluded' }),
      reasons: [because('Those whose word counts for you complain of its work'), ...doubtful.reasons]
    },
    { ...known, trust: aStanding({ level: 0.8, record: 0.8, footing: 'known', expectation: 0.9 }), reasons: [because('Well spoken of in this field'), ...known.reasons] },
    { ...caught, trust: aStanding({ excluded: 'proven', footing: 'excluded' }), reasons: [because('Has been caught cheating'), ...caught.reasons] },
    {
      ...newcomer,
      trust: aStanding({ level: 0.3, footing: 'promising' }),
      reasons: [because('Well spoken of in a field nearby'), ...newcomer.reasons],
      isTrial: true
    }
  ]
}

export const scenarios: Record<string, Script> = {
  usual: {
    snapshot: usual,
    log,
    samples,
    wanted,
    sources: { [surtitles.id]: surtitlesProgram },
    logFile: new Uint8Array([1, 2, 3]),
    imported: { author: did(2), headers: 12, bodies: 7, fresh: 4, refused: 0, whole: false, forked: false }
  },
  first: {
    snapshot: aSnapshot({
      status: aStatus({ connections: connections.slice(0, 2) }),
      agents: agents.slice(0, 2).map((agent) => ({ ...agent, petname: null, history: { completed: 0, failed: 0 } })),
      offers,
      logLength: 3
    }),
    log: log.slice(0, 3)
  },
  trusting: {
    snapshot: {
      ...usual,
      trusted: trusting.trusted,
      followed: trusting.followed,
      opinions: 1,
      logLength: 13,
      tasks: tasks.map((task) => (task.id === 'done' ? { ...task, entries: { ...task.entries, rating: ratedByItself.seq } } : task))
    },
    find: trustedAndNot,
    reputations: trusting.reputations ?? {},
    whys: trusting.whys ?? {},
    judges: trusting.judges ?? {},
    log: [...log, ratedByItself]
  },
  listening: {
    snapshot: {
      ...usual,
      approvals: [],
      interests,
      policy: { facts: { languages: ['en', 'de'], region: 'CH', tier: 0 }, insists: { languages: ['de'], regions: ['DE', 'AT', 'CH'] } }
    },
    find,
    samples,
    wanted,
    log
  },
  closed: {
    snapshot: {
      ...usual,
      state: { open: false, load: 'busy', power: 'low', metered: true },
      agents: agents.map((agent, i) => ({ ...agent, state: howOthersAre[i] ?? null }))
    },
    log
  },
  starting: { snapshot: aSnapshot({ status: aStatus({ network: 'starting', relay: false }) }) },
  alone: { snapshot: aSnapshot({ status: aStatus({ network: 'looking' }), offers }) },
  offline: {
    snapshot: aSnapshot({
      status: aStatus({
        network: 'offline',
        relay: false,
        networkReason: 'dial to the relay timed out; next try in 8 s'
      }),
      agents: agents.map((agent) => ({ ...agent, reach: 'away' as const })),
      tasks,
      offers,
      logLength: 4
    }),
    log
  },
  memory: {
    snapshot: {
      ...usual,
      status: aStatus({ connections, storage: { kind: 'memory', problem: 'IndexedDB was refused (private window).', persistent: null } })
    }
  },
  hostile: {
    samples: [hostile, 'Translate <b>this</b> \u202Ereversed'],
    wanted: [{ agent: did(1), text: `translate ${hostile}`.slice(0, 2000) }],
    snapshot: {
      ...usual,
      agents: [
        anAgent({
          agent: did(1),
          petname: longName,
          capabilities: [
            offer(1, {
              ...statistics,
              name: hostile.slice(0, 80),
              description: hostile.slice(0, 1000),
              examples: [hostile.slice(0, 200)],
              terms: { languages: Array.from({ length: 32 }, () => 'qqq'), region: 'ZZ', price: 1e9, keeps: 'longer', tier: 0 },
              topic: `${'x'.repeat(40)}/${'y'.repeat(50)}`
            })
          ],
          intentions: [
            { seq: 2, intention: { kind: 'intention', goal: hostile.slice(0, 2000), tags: [] }, expiry: null }
          ]
        })
      ],
      interests: [
        anInterest({
          text: hostile,
          constraints: { languages: ['qqq'], regions: ['ZZ'] },
          found: [found(1, hostile.slice(0, 80), 0.4, false)]
        })
      ],
      tasks: [
        aTask({
          id: 'done',
          goal: hostile,
          agent: did(1),
          skill: 'csv-statistics',
          state: 'completed',
          files: [{ ...file, name: hostile.slice(0, 200) }],
          events: [{ at: Date.now(), text: hostile }],
          result: {
            summary: hostile.slice(0, 2000),
            parts: [
              { kind: 'text', title: hostile.slice(0, 200), text: hostile.repeat(20) },
              {
                kind: 'table',
                title: 'שלום',
                columns: [hostile.slice(0, 200), '<b>n</b>', ''],
                rows: Array.from({ length: 700 }, (_, i) => [`=cmd|${i}`, i / 7, hostile.slice(0, 300)])
              },
              {
                kind: 'chart',
                chart: 'bar',
                title: '<script>',
                labels: Array.from({ length: 40 }, (_, i) => `${hostile.slice(0, 60)}${i}`),
                series: Array.from({ length: 7 }, (_, s) => ({
                  name: hostile.slice(0, 100),
                  values: Array.from({ length: 40 }, (_, i) => ((i * (s + 3)) % 11) - 3)
                }))
              },
              { kind: 'json', json: `{"a":"${'x'.repeat(20_000)}"}` }
            ]
          }
        }),
        aTask({
          id: 'working',
          role: 'follower',
          goal: hostile,
          agent: did(1),
          state: 'working',
          progress: { fraction: 0.5, note: hostile.slice(0, 200), at: 0 }
        }),
        aTask({ id: 'failed', goal: 'x', agent: did(1), state: 'failed', problem: hostile })
      ],
      approvals: [
        anApproval({
          agent: did(1),
          goal: hostile,
          skillName: hostile.slice(0, 80),
          files: Array.from({ length: 8 }, () => ({ ...file, name: hostile.slice(0, 200) })),
          program: { hash: 'f'.repeat(64), source: hostile.repeat(30), author: 'the asking agent' }
        })
      ]
    }
  }
}
