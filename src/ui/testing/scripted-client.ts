/**
 * A node that follows a script instead of a network: for component tests and for looking at every state.
 * It keeps a snapshot, changes it as the real one would, and remembers what it was asked.
 */
import type {
  AgentDetails,
  AgentView,
  ApprovalView,
  Candidate,
  ImportResult,
  JudgesOf,
  LogEntryView,
  OfferPreview,
  Permission,
  Reputation,
  Snapshot,
  Standing,
  StandingInterest,
  StarlingClient,
  Status,
  TaskView,
  Why
} from '../../node/client.ts'
import { fromAgentCard, toAgentCard } from '../../node/adapt/agent-card.ts'
import { unmet } from '../../node/adapt/constraints.ts'
import type { Capability, State } from '../../node/schema/declaration.ts'

export interface ScriptedClient extends StarlingClient {
  /** every call but reads, in order: name and arguments */
  readonly calls: Array<[name: string, ...args: unknown[]]>
  /** Changes what the page sees. */
  change(part: Partial<Snapshot>): void
  snapshot(): Snapshot
  /** Makes the next call of this name fail with these words. */
  failNext(name: keyof StarlingClient, message: string): void
}

export interface Script {
  snapshot: Snapshot
  /** agents that are known and not in the snapshot */
  unlisted?: readonly AgentDetails[]
  /** who could do it; by default everybody who offers something that shares a word */
  find?: (text: string) => Candidate[]
  /** what others ask for around an offer, and what they look for; an offer is found by those that share a word with it */
  samples?: readonly string[]
  wanted?: ReadonlyArray<{ agent: string; text: string }>
  /** by agent; of the others nothing is known */
  reputations?: Readonly<Record<string, Reputation>>
  /** lists of judges that agents share */
  judges?: Readonly<Record<string, JudgesOf>>
  /** by agent and topic, with a space between */
  whys?: Readonly<Record<string, Why>>
  log?: LogEntryView[]
  /** what saving the log gives, and what a file that is checked turns out to be */
  logFile?: Uint8Array
  imported?: ImportResult
  files?: Record<string, Uint8Array>
  /** programs of our own skills, by id */
  sources?: Readonly<Record<string, string>>
}

/** The arguments of each call of that name so far. */
export const called = (client: ScriptedClient, name: keyof StarlingClient) =>
  client.calls.filter(([one]) => one === name).map(([, ...args]) => args)

export function createScriptedClient(script: Script): ScriptedClient {
  let now = script.snapshot
  let nextId = 1
  const wakers = new Set<() => void>()
  const failures = new Map<string, string>()
  const calls: ScriptedClient['calls'] = []
  /** by the entry of our log, how a task went */
  const said = new Map<number, number>()
  const blobs = new Map(Object.entries(script.files ?? {}))
  const sources = new Map(Object.entries(script.sources ?? {}))

  const change = (part: Partial<Snapshot>) => {
    now = { ...now, ...part }
    for (const wake of [...wakers]) wake()
  }
  const record = (name: keyof StarlingClient, ...args: unknown[]) => {
    calls.push([name, ...args])
    const message = failures.get(name)
    if (message === undefined) return
    failures.delete(name)
    throw new Error(message)
  }
  const patchTask = (id: string, part: Partial<TaskView>) =>
    change({ tasks: now.tasks.map((task) => (task.id === id ? { ...task, ...part, updated: Date.now() } : task)) })

  async function* follow<T>(read: () => T, over: (value: T) => boolean): AsyncGenerator<T> {
    let last: T | undefined
    for (;;) {
      const value = read()
      if (value !== last) {
        last = value
        yield value
        if (over(value)) return
        continue
      }
      await new Promise<void>((resolve) => {
        const wake = () => {
          wakers.delete(wake)
          resolve()
        }
        wakers.add(wake)
      })
    }
  }

  return {
    calls,
    change,
    snapshot: () => now,
    failNext: (name, message) => void failures.set(name, message),
    status: async () => now.status,
    async declare(declaration) {
      record('declare', declaration)
      change({ logLength: now.logLength + 1 })
      if (!('goal' in declaration)) {
        const { source, ...said } = declaration
        if (source !== undefined) sources.set(said.id, source)
        const known = now.offers.find(({ capability }) => capability.id === said.id)
        const capability = { ...aCapability(), ...known?.capability, ...said, kind: 'capability' as const }
        const others = now.offers.filter((offer) => offer !== known)
        change({ offers: [...others, { capability, own: sources.has(said.id), offered: true, seq: now.logLength }] })
      }
      return { seq: now.logLength }
    },
    async withdraw(seq) {
      record('withdraw', seq)
      change({ logLength: now.logLength + 1 })
    },
    async find(text, { constraints = {}, agent, skill } = {}) {
      if (failures.has('find')) record('find', text)
      // asked for by name: the words need not fit
      const found = skill === undefined ? (script.find?.(text) ?? findBySharedWord(text, now.agents)) : findBySharedWord('', now.agents)
      return found.filter(
        (one) =>
          unmet(one.terms ?? undefined, constraints).length === 0 &&
          (agent === undefined || one.agent === agent) &&
          (skill === undefined || one.skill === skill)
      )
    },
    async agent(agent) {
      return detailsOf(now.agents.find((one) => one.agent === agent) ?? script.unlisted?.find((one) => one.agent === agent))
    },
    async listen(text, { constraints = {} } = {}) {
      record('listen', text, constraints)
      const interest = anInterest({ id: `interest-${nextId++}`, text, constraints, created: Date.now() })
      change({ interests: [...now.interests, interest] })
      return interest.id
    },
    async stopListening(id) {
      record('stopListening', id)
      change({ interests: now.interests.filter((interest) => interest.id !== id) })
    },
    async seen(id) {
      record('seen', id)
      const seen = ({ found, ...rest }: StandingInterest) => ({ ...rest, found: found.map((find) => ({ ...find, seen: true })) })
      change({ interests: now.interests.map((interest) => (interest.id === id ? seen(interest) : interest)) })
    },
    async preview(offer, requests = []) {
      record('preview', offer, requests)
      return previewBySharedWord(offer, requests, script)
    },
    async setPolicy(policy) {
      record('setPolicy', policy)
      change({ policy })
    },
    async setDevice(device) {
      record('setDevice', device)
      change({ state: { ...now.state, ...device } })
    },
    async setOpen(open) {
      record('setOpen', open)
      change({ state: { ...now.state, open } })
    },
    async agentCard({ agent = now.status.agent, name = agent } = {}) {
      record('agentCard', { agent, name })
      const said = agent === now.status.agent ? now.offers : (detailsOf(now.agents.find((one) => one.agent === agent))?.capabilities ?? [])
      return toAgentCard({ agent, name, capabilities: said.map(({ capability }) => capability), intentions: [], constraint: null, state: null })
    },
    readAgentCard: async (card) => fromAgentCard(card),
    chains: async () => [],
    async loadMeaning() {
      record('loadMeaning')
    },
    async submit(request) {
      record('submit', request)
      const id = `task-${nextId++}`
      const files = (request.files ?? []).map((file, i) => ({
        name: file.name,
        type: file.type ?? 'text/plain',
        hash: String(i).padStart(64, 'f'),
        size: file.bytes?.length ?? file.text?.length ?? 0
      }))
      change({
        tasks: [
          ...now.tasks,
          aTask({
            id,
            goal: request.goal,
            files,
            agent: request.agent ?? null,
            skill: request.skill ?? null,
            state: 'auth-required',
            waiting: 'Waiting for their answer',
            created: Date.now(),
            updated: Date.now()
          })
        ]
      })
      return id
    },
    tasks: async () => now.tasks,
    async *watch(id) {
      for await (const task of follow(
        () => now.tasks.find((one) => one.id === id),
        (one) => one === undefined || one.result !== null
      )) {
        if (task !== undefined) yield task
      }
    },
    async cancel(id) {
      record('cancel', id)
      patchTask(id, { state: 'canceled', waiting: '', problem: 'You cancelled it.' })
    },
    approvals: async () => now.approvals,
    async approve(id, options) {
      record('approve', id, options)
      change({ approvals: now.approvals.filter((approval) => approval.id !== id) })
    },
    async decline(id, reason) {
      record('decline', id, reason)
      change({ approvals: now.approvals.filter((approval) => approval.id !== id) })
    },
    async revoke(permission) {
      record('revoke', permission)
      change({ permissions: now.permissions.filter(({ id }) => id !== permission) })
    },
    log: async ({ after = 0 } = {}) => {
      const ratings = [...said].map(([seq, score]) => aLogEntry({ seq, kind: 'rating', body: { kind: 'rating', rating: { score } } }))
      return [...(script.log ?? []), ...ratings].filter(({ seq }) => seq > after)
    },
    exportLog: async () => script.logFile ?? new Uint8Array(),
    async importLog(file) {
      if (script.imported === undefined) throw new Error('expected a log in a CAR file, got something else.')
      record('importLog', file.length)
      return script.imported
    },
    async forget(entry) {
      record('forget', entry)
    },
    async offer(skill, offered) {
      record('offer', skill, offered)
      change({ offers: now.offers.map((offer) => (offer.capability.id === skill ? { ...offer, offered } : offer)) })
    },
    async source(skill) {
      record('source', skill)
      const source = sources.get(skill)
      if (source === undefined) throw new RangeError(`There is no program of your own for “${skill}”`)
      return source
    },
    async removeOffer(skill) {
      record('removeOffer', skill)
      sources.delete(skill)
      change({ offers: now.offers.filter(({ capability }) => capability.id !== skill) })
    },
    reputation: async (agent) => {
      if (failures.has('reputation')) record('reputation', agent)
      return script.reputations?.[agent] ?? { topics: [], asking: aStanding({ agent, topic: '' }), against: [] }
    },
    why: async (agent, topic) => script.whys?.[`${agent} ${topic}`] ?? null,
    async trust(agent, trusts) {
      record('trust', agent, trusts)
      const others = now.trusted.filter((one) => one !== agent)
      change({ trusted: trusts ? [...others, agent] : others, opinions: now.opinions + 1 })
    },
    judges: async (agent) => script.judges?.[agent] ?? { is: 'unheard' },
    async follow(agent, follows) {
      record('follow', agent, follows)
      const others = now.followed.filter((one) => one.agent !== agent)
      const followed = follows ? [...others, { agent, ...(script.judges?.[agent] ?? { is: 'unheard' as const }) }] : others
      change({ followed, opinions: now.opinions + 1 })
    },
    async share(name) {
      record('share', name)
      change({ sharing: name })
    },
    async rate(id, score) {
      record('rate', id, score)
      const seq = now.logLength + 1
      said.set(seq, score)
      change({
        logLength: seq,
        opinions: now.opinions + 1,
        tasks: now.tasks.map((task) => (task.id === id ? { ...task, entries: { ...task.entries, rating: seq } } : task))
      })
    },
    async name(agent, petname) {
      record('name', agent, petname)
      change({
        agents: now.agents.map((view) =>
          view.agent === agent ? { ...view, petname: petname === '' ? null : petname } : view
        )
      })
    },
    snapshots: () =>
      follow(
        () => now,
        () => false
      ),
    file: async (hash) => blobs.get(hash) ?? null,
    traffic: async () => ({})
  }
}

/** What an agent of `anAgent` says of itself. */
const detailsOf = (view: AgentView | undefined): AgentDetails | null =>
  view !== undefined && 'capabilities' in view ? (view as AgentDetails) : null

/** Without words, whatever is offered. */
function findBySharedWord(text: string, agents: readonly AgentView[]): Candidate[] {
  const words = wordsOf(text)
  return agents.flatMap((view) =>
    (detailsOf(view)?.capabilities ?? []).flatMap(({ capability }) => {
      const own = [capability.name, capability.description, ...capability.tags, ...capability.examples]
        .join(' ')
        .toLowerCase()
      const shared = words.filter((word) => own.includes(word))
      if (shared.length === 0 && words.length > 0) return []
      const { id, name, limits, program, terms = null, topic = null } = capability
      return [
        {
          agent: view.agent,
          skill: id,
          name,
          score: shared.length / Math.max(1, words.length),
          likely: shared.length / Math.max(1, words.length),
          reach: view.reach,
          limits,
          program,
          terms,
          topic,
          trust: null,
          reasons: [
            { kind: 'matches' as const, text: `Speaks of ${shared.slice(0, 3).join(', ')}` },
            { kind: 'reach' as const, text: view.reach === 'away' ? 'Not here now' : 'Here now' },
            ...(view.history.completed > 0
              ? [{ kind: 'history' as const, text: `Did ${view.history.completed} tasks for you` }]
              : [])
          ]
        }
      ]
    })
  )
}

function previewBySharedWord(
  offer: Parameters<StarlingClient['preview']>[0],
  requests: readonly string[],
  { samples = [], wanted = [] }: Pick<Script, 'samples' | 'wanted'>
): OfferPreview {
  const { name, description = '', tags = [], examples = [], topic = 'text/translation' } = offer
  const own = new Set(wordsOf([name, description, ...tags, ...examples].join(' ')))
  const weigh = (text: string) => {
    const words = wordsOf(text)
    const terms = words.filter((word) => own.has(word))
    return { text, likely: Math.min(0.95, (1.4 * terms.length) / Math.max(1, words.length)), terms, meaning: terms.length > 1 ? 0.5 : 0.2 }
  }
  return {
    requests: requests.map(weigh),
    samples: samples.map(weigh).sort((a, b) => b.likely - a.likely),
    wanted: wanted.map(({ agent, text }) => ({ agent, ...weigh(text) })).filter(({ likely }) => likely > 0),
    topic,
    topicIsNew: topic.split('/').length > 2 && !topicsBelow.some((one) => one.topic === topic),
    topicsBelow
  }
}

const topicsBelow: OfferPreview['topicsBelow'] = [
  { topic: 'text/translation/opera-surtitles', agents: 4 },
  { topic: 'text/translation/legal-translation', agents: null }
]

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\d]{3,}/gu) ?? []

/** A task with nothing special about it, for what matters to be changed. */
export function aTask(part: Partial<TaskView> = {}): TaskView {
  return {
    id: 'task',
    role: 'leader',
    goal: 'What stands out in these sales?',
    files: [],
    agent: null,
    skill: null,
    state: 'submitted',
    allowedBy: null,
    waiting: '',
    progress: null,
    result: null,
    problem: null,
    contract: null,
    entries: { contract: null, outcome: null, rating: null },
    created: Date.now() - 60_000,
    updated: Date.now() - 30_000,
    events: [],
    terms: null,
    forgotten: null,
    ...part
  }
}

/** An approval with nothing special about it. */
export function anApproval(part: Partial<ApprovalView> = {}): ApprovalView {
  return {
    id: 'approval',
    agent: did(1),
    petname: null,
    reach: 'direct',
    history: { completed: 0, failed: 0 },
    goal: 'Statistics of these sales, and a chart by month',
    skill: 'csv-statistics',
    skillName: 'Statistics and a chart from a CSV file',
    program: {
      hash: 'a'.repeat(64),
      source: 'function run(input, host) {\n  return { summary: "…", parts: [] }\n}',
      author: 'built in'
    },
    files: [{ name: 'sales.csv', type: 'text/csv', hash: 'b'.repeat(64), size: 24_310 }],
    limits: someLimits,
    created: Date.now() - 40_000,
    expiry: Date.now() + 29 * 60_000,
    ...part
  }
}

export function aCapability(part: Partial<Capability> = {}): Capability {
  return {
    kind: 'capability',
    id: 'offer',
    name: 'Offer',
    description: '',
    tags: [],
    examples: [],
    inputModes: [],
    outputModes: [],
    program: 'c'.repeat(64),
    limits: someLimits,
    ...part
  }
}

/** Something that is listened for, and found by nobody so far. */
export function anInterest(part: Partial<StandingInterest> = {}): StandingInterest {
  return { id: 'interest', text: 'Tune a piano', constraints: {}, created: Date.now() - 3 * 3_600_000, found: [], ...part }
}

export function aPermission(part: Partial<Permission> = {}): Permission {
  return {
    id: 'permission',
    agent: did(2),
    skill: 'key-points',
    limits: someLimits,
    perDay: 5,
    usedToday: 2,
    created: Date.now() - 3 * 86_400_000,
    ...part
  }
}

/** With all that it says of itself: what is listed of it says it in short. */
export function anAgent(part: Partial<AgentDetails> = {}): AgentDetails {
  const { capabilities = [], intentions = [] } = part
  return {
    agent: did(1),
    petname: null,
    reach: 'direct',
    capabilities,
    intentions,
    offers: { count: capabilities.length, names: capabilities.map(({ capability }) => capability.name).slice(0, 8) },
    wants: { count: intentions.length, first: (intentions[0]?.intention.goal ?? '').slice(0, 120) },
    newest: Math.max(0, ...[...capabilities, ...intentions].map(({ seq }) => seq)),
    state: null,
    history: { completed: 0, failed: 0 },
    log: { entries: 3, whole: true, fork: false },
    ...part
  }
}

/** How an agent of whom nothing is known stands. */
export function aStanding(part: Partial<Standing> = {}): Standing {
  return {
    agent: did(1),
    topic: 'data/statistics',
    level: 0,
    record: 0,
    opinion: { value: 0, weight: 0 },
    ratings: { good: 0, bad: 0 },
    excluded: null,
    footing: 'stranger',
    expectation: 0,
    strangers: 0.125,
    ...part
  }
}

/** Why an agent stands so of whom nobody has said anything. */
export function aWhy(part: Partial<Why> = {}): Why {
  return {
    agent: did(1),
    topic: 'data/statistics',
    level: 0,
    record: 0,
    excluded: false,
    voice: 0,
    usual: 0.02,
    raters: [],
    moreRaters: 0,
    paths: [],
    nearby: [],
    discounts: [],
    changes: [],
    ...part
  }
}

/** An entry of our own log. */
export function aLogEntry(part: Partial<LogEntryView> = {}): LogEntryView {
  return {
    author: did(0),
    seq: 1,
    kind: 'capability',
    time: Date.now() - 60_000,
    expiry: null,
    hash: String(part.seq ?? 1).repeat(64).slice(0, 64),
    bodyHash: 'ab'.repeat(32),
    bodySize: 412,
    body: null,
    ...part
  }
}

/** What an agent says of itself at this moment. */
export function aState(part: Partial<State> = {}): State {
  return { kind: 'state', open: true, load: 'idle', power: 'mains', metered: false, at: Date.now(), ...part }
}

export function aStatus(part: Partial<Status> = {}): Status {
  return {
    agent: did(0),
    peerId: '12D3KooWQnX8y7bV3dYcZkPq5uT9sRwL2mNfHjG6eAaBvCxDzEtS',
    connections: [],
    network: 'direct',
    networkReason: '',
    relay: true,
    storage: { kind: 'indexeddb', problem: null, persistent: true },
    meaning: { model: { is: 'ready' }, waiting: 0, late: 0, pending: 0 },
    ...part
  }
}

export function aSnapshot(part: Partial<Snapshot> = {}): Snapshot {
  return {
    status: aStatus(),
    agents: [],
    moreAgents: 0,
    declared: 0,
    tasks: [],
    approvals: [],
    permissions: [],
    offers: [],
    interests: [],
    policy: { facts: { languages: [], region: null, tier: 0 }, insists: {} },
    state: { open: true, load: 'idle', power: 'mains', metered: false },
    trusted: [],
    followed: [],
    sharing: null,
    opinions: 0,
    logLength: 0,
    ...part
  }
}

export const someLimits = {
  ms: 30_000,
  memoryBytes: 32 * 1024 * 1024,
  inputBytes: 4 * 1024 * 1024,
  outputBytes: 1024 * 1024
}

/** Well-formed did:keys that belong to nobody. */
export function did(n: number): string {
  const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
  let state = (n + 1) * 2654435761
  const key = Array.from({ length: 44 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return alphabet[state % 58]
  })
  return `did:key:z6Mk${key.join('')}`
}
