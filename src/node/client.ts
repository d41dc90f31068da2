/**
 * What a page can ask of its agent: the one interface between `src/ui` and the node. The page gets it
 * over a worker's RPC and also puts it at `globalThis.starling`, so that people can script their agent.
 *
 * ```js
 * const { agent, connections } = await starling.status()
 * const id = await starling.submit({ goal: 'Statistics of my CSV', files: [{ name: 'a.csv', text: 'x\n1\n2' }] })
 * for await (const task of starling.watch(id)) console.log(task.state, task.progress?.fraction)
 * ```
 */
import type { AgentCard, ImportedCard } from './adapt/agent-card.ts'
import type { Stand } from './adapt/constraints.ts'
import type { Candidate } from './adapt/rank.ts'
import type { Reach } from './adapt/directory.ts'
import type { JudgesOf } from './adapt/judges.ts'
import type { OwnState } from './adapt/states.ts'
import type { KnownTopic } from './adapt/topic-choices.ts'
import type { ImportResult } from './log/log.ts'
import type { NetworkStatus } from './net/network.ts'
import type { FileReference, TaskState } from './schema/contract.ts'
import type { Capability, Constraints, Device, Intention, Limits, State, Terms } from './schema/declaration.ts'
import type { Progress, Result } from './schema/result.ts'
import type { Goods, Sureness } from './semantic/composition/composition.ts'
import type { ModelState } from './semantic/embedder.ts'
import type { SubmitRequest } from './task/leader/leader.ts'
import type { Standing } from './trust/book.ts'
import type { FollowedJudges } from './trust/whose-word.ts'
import type { Why } from './trust/why.ts'

export type { CardCapability, ImportedCard } from './adapt/agent-card.ts'
export type { JudgesOf } from './adapt/judges.ts'
export type { Candidate, Reason } from './adapt/rank.ts'
export type { KnownTopic } from './adapt/topic-choices.ts'
export type { ImportResult } from './log/log.ts'
export type { FileInput } from './task/files.ts'
export type { SubmitRequest } from './task/leader/leader.ts'
export type { Standing } from './trust/book.ts'
export type { FollowedJudges } from './trust/whose-word.ts'
export type { Why } from './trust/why.ts'

export interface Status {
  /** did:key of this browser profile's agent */
  agent: string
  /** libp2p peer id of this tab */
  peerId: string
  connections: Array<{ peer: string; address: string; direct: boolean; agent: string | null; rttMs: number | null }>
  network: NetworkStatus['state']
  /** why the network is as it is, and what happens next; empty when all is well */
  networkReason: string
  /** whether a relay introduces us right now */
  relay: boolean
  /** `indexeddb` and `level` keep everything; `memory` forgets when the tab closes */
  storage: {
    kind: string
    problem: string | null
    /** whether the browser has promised not to clear it by itself when the device runs full; null: nobody to ask */
    persistent: boolean | null
  }
  /**
   * What finds by meaning: how far its model is, how many offers it has still to come to, which words find until then, how often it
   * was done with something after a search had been answered without it, so that it is worth asking again, and how much of that is
   * still to come.
   */
  meaning: { model: ModelState; waiting: number; late: number; pending: number }
}

/** Another agent as we know it, in short. */
export interface AgentView {
  agent: string
  /** the operator's own name for it, if one was given */
  petname: string | null
  /** how it can be reached at this moment */
  reach: Reach
  /** how it says that it is, if it has said so in the last minutes */
  state: State | null
  /** how much it offers, and the names of the first of it */
  offers: { count: number; names: string[] }
  /** how much it looks for, and how the first of it begins; empty: nothing */
  wants: { count: number; first: string }
  /** sequence number of the newest of what it offers and looks for; 0: nothing */
  newest: number
  /** tasks that we did with it, either way round */
  history: { completed: number; failed: number }
  /** its log as far as it is held here: how many entries, whether that is all up to the newest, whether it was forked */
  log: { entries: number; whole: boolean; fork: boolean }
}

/** Another agent with all that it offers and looks for. */
export interface AgentDetails extends AgentView {
  capabilities: Array<{ seq: number; capability: Capability; expiry: number | null }>
  intentions: Array<{ seq: number; intention: Intention; expiry: number | null }>
}

/** One thing that happened to a task, for people to read. */
export interface TaskEvent {
  at: number
  text: string
}

export interface TaskView {
  id: string
  /** whether we asked for it or do it for somebody */
  role: 'leader' | 'follower'
  /** empty once it is forgotten */
  goal: string
  files: FileReference[]
  /** the other agent; null while nobody was asked */
  agent: string | null
  skill: string | null
  state: TaskState
  /** who said yes to doing it: our operator, or a standing permission; null when nobody was asked yet, or it is ours */
  allowedBy: 'operator' | 'permission' | null
  /** what it waits for, in words; empty when it is over */
  waiting: string
  progress: Progress | null
  result: Result | null
  /** why it failed or was declined, what was lost (nothing), what to do */
  problem: string | null
  /** hash of the contract, hex, once there is one */
  contract: string | null
  /** sequence numbers of the contract's, the outcome's and the rating's entries in our own log */
  entries: { contract: number | null; outcome: number | null; rating: number | null }
  created: number
  updated: number
  events: TaskEvent[]
  /** the terms that its contract names; null: none, or there is no contract yet */
  terms: Terms | null
  /** what was deleted here of work done for somebody, as its terms promise: what was asked for, or its result, too; null: nothing */
  forgotten: 'input' | 'all' | null
}

/** Somebody asks our agent to do something. */
export interface ApprovalView {
  id: string
  agent: string
  petname: string | null
  reach: Reach
  history: { completed: number; failed: number }
  goal: string
  skill: string
  skillName: string
  /** `the asking agent`: it runs a function that they send along, as a file */
  program: { hash: string; source: string; author: 'built in' | 'you' | 'the asking agent' }
  files: FileReference[]
  limits: Limits
  created: number
  expiry: number
}

/** "Always, within these limits": a standing permission. */
export interface Permission {
  id: string
  /** null: anybody */
  agent: string | null
  skill: string
  limits: Limits
  /** runs a day at most */
  perDay: number
  /** runs allowed by it since midnight UTC */
  usedToday: number
  created: number
}

export interface AlwaysOptions {
  /** `agent` (the default): this agent only; `anyone` */
  from?: 'agent' | 'anyone'
  perDay?: number
  limits?: Partial<Limits>
}

export interface LogEntryView {
  author: string
  seq: number
  /** `capability`, `intention`, `withdrawal`, `contract`, `outcome`; or one that a later version knows */
  kind: string
  time: number
  expiry: number | null
  /** the header's hash, hex */
  hash: string
  bodyHash: string
  bodySize: number
  /** null when the body is not held here */
  body: unknown
}

/** Something that is looked for until it is found: known on this device only, unlike an intention. */
export interface StandingInterest {
  id: string
  text: string
  constraints: Constraints
  created: number
  /** who offers it, best first: those who did when it was said, and those who came since */
  found: Array<{ agent: string; skill: string; name: string; likely: number; at: number; seen: boolean }>
}

/** On what terms this agent works with others at all: told to others, and held to here. */
export type Policy = Stand

/** How an offer would be found before it is declared. */
export interface OfferPreview {
  /** each of the requests that were given, in order: how likely this is what is asked for, were it alone; 0 where it would not be found */
  requests: PreviewedRequest[]
  /** what others ask for in the topics around it, likeliest first; the last of them would not find it */
  samples: PreviewedRequest[]
  /** goals that agents in the network have said and that would find it */
  wanted: Array<PreviewedRequest & { agent: string }>
  /** the topic that it would count in: what the name that it says counts as, or else the likeliest; null: too little is said to tell */
  topic: string | null
  /** it says a name that too few agents use: until more do, it counts in no topic */
  topicIsNew: boolean
  /** known names below that topic: those by use first, the most used of them first */
  topicsBelow: KnownTopic[]
}

export interface PreviewedRequest {
  text: string
  likely: number
  /** words of the offer that made the match */
  terms: string[]
  /** as a cosine; null while only words are looked at */
  meaning: number | null
}

/** What is known of how an agent did, by our own view. */
export interface Reputation {
  /** in each topic in which it was rated, best first */
  topics: Standing[]
  /** as one who asks others */
  asking: Standing
  /** why we and it don't work with each other, in words; empty when nothing is against it */
  against: string[]
}

/** What a page draws, in one value, when it changes, at most ten times a second. Its size does not grow with what others declare. */
export interface Snapshot {
  status: Status
  /** the others that are here, that our operator has named or that we worked with; and of the rest that is known, as many as can be listed */
  agents: AgentView[]
  /** how many agents are known besides, all of them away */
  moreAgents: number
  /** goes up whenever what agents offer or look for has changed */
  declared: number
  tasks: TaskView[]
  approvals: ApprovalView[]
  permissions: Permission[]
  /** what we offer; `own`: the operator has added it, and can change and delete it; `offered: false` while its declaration is withdrawn */
  offers: Array<{ capability: Capability; own: boolean; offered: boolean; seq: number | null }>
  /** what is looked for until it is found */
  interests: StandingInterest[]
  policy: Policy
  /** agents whose judgement of others counts for us */
  trusted: readonly string[]
  /** lists of others that are followed: what is on them counts as well, a list as much as one agent in `trusted` */
  followed: FollowedJudges[]
  /** the name under which `trusted` is shared with everybody; null: it is not */
  sharing: string | null
  /** goes up whenever what is thought of anybody, or the lists that are followed or looked at, may have changed */
  opinions: number
  /** how we are at this moment, as others are told */
  state: OwnState
  /** number of entries in our own log */
  logLength: number
}

/**
 * A capability to declare. One of our own needs the program that does it: JavaScript that defines
 * `run(input, host)` and returns `{ summary, parts }`; what is left out gets sensible values.
 */
export type CapabilityInput = { id: string; name: string; source?: string } & Partial<
  Pick<Capability, 'kind' | 'description' | 'tags' | 'examples' | 'inputModes' | 'outputModes' | 'limits' | 'terms' | 'input' | 'output' | 'topic'>
>

/** What we look for. Its words become public. */
export type IntentionInput = { goal: string } & Partial<Pick<Intention, 'kind' | 'tags'>>

export interface StarlingClient {
  status(): Promise<Status>
  /**
   * Says what we can do or want: appends to the log and announces. Resolves to the entry's sequence number. A skill takes the place of
   * one of the same id: what was agreed is still done by the program as it was, and what waits for an answer with another one is declined.
   */
  declare(declaration: CapabilityInput | IntentionInput): Promise<{ seq: number }>
  /** Takes a declaration back. */
  withdraw(seq: number): Promise<void>
  /**
   * Who could do this, best first, each with its reasons. `files` narrows by what a skill accepts, `constraints` by the
   * terms: whoever does not meet them is not found. With an `agent` it is only that one, and with a `skill` only what is called so.
   */
  find(
    text: string,
    options?: { files?: Array<{ name: string; type?: string }>; constraints?: Constraints; agent?: string; skill?: string }
  ): Promise<Candidate[]>
  /** Another agent with all that it says of itself; null: it is not here, and nothing that it offers or looks for is known. */
  agent(agent: string): Promise<AgentDetails | null>
  /**
   * Looks for something until it is told not to: offers that come later are told of in the snapshot. Nobody else learns of the text.
   * Resolves to its id.
   */
  listen(text: string, options?: { constraints?: Constraints }): Promise<string>
  stopListening(id: string): Promise<void>
  /** What was found for it has been looked at. */
  seen(id: string): Promise<void>
  /** How an offer would be found, were it declared now. At most 16 requests. */
  preview(offer: Omit<CapabilityInput, 'id' | 'source'>, requests?: readonly string[]): Promise<OfferPreview>
  setPolicy(policy: Policy): Promise<void>
  /** What only the page knows of the device; others are told of it coarsely. */
  setDevice(device: Device): Promise<void>
  /** Whether this agent takes on work for others; kept. */
  setOpen(open: boolean): Promise<void>
  /**
   * This agent, or another as far as it is known, as an A2A AgentCard: JSON that other systems read, and `readAgentCard`. The operator's
   * own name for an agent is not in it.
   *
   * @param options `name`: what the card calls it; absent: the end of its key
   */
  agentCard(options?: { agent?: string; name?: string }): Promise<AgentCard>
  /**
   * An A2A AgentCard, as a JSON value or its text, read: what it offers and wants as declarations, and what of it was passed over. Nothing
   * of it is kept or believed.
   *
   * @throws when it is none, or larger than any that `agentCard` gives
   */
  readAgentCard(card: unknown): Promise<ImportedCard>
  /**
   * Chains of skills that lead from what one has (files, media types, JSON of a schema) to what one wants: the shortest first, of the same
   * length those first of which each step is sure by the schemas that both sides have declared.
   */
  chains(from: Goods, to: Goods): Promise<Array<{ steps: Array<{ agent: string; skill: string; name: string }>; by: Sureness }>>
  /** Loads what finds by meaning (24 MB), where it was not loaded by itself. */
  loadMeaning(): Promise<void>
  /** Starts a task. Resolves once it is kept, to its id. */
  submit(request: SubmitRequest): Promise<string>
  tasks(): Promise<TaskView[]>
  /** The task now and after each change; ends when the task has ended. */
  watch(id: string): AsyncIterable<TaskView>
  /** Stops a task, ours or one that we do for somebody. The sandbox is ended at once. */
  cancel(id: string): Promise<void>
  approvals(): Promise<ApprovalView[]>
  approve(id: string, options?: { always?: AlwaysOptions | boolean }): Promise<void>
  decline(id: string, reason?: string): Promise<void>
  /** Takes a standing permission back. */
  revoke(permission: string): Promise<void>
  /** The entries of a log in order: our own, or another agent's as far as it is held here. */
  log(options?: { author?: string; after?: number }): Promise<LogEntryView[]>
  /** A whole log as one file (CAR): all headers that are held, and the bodies. Our own, or another agent's. */
  exportLog(author?: string): Promise<Uint8Array>
  /**
   * Checks such a file, entry by entry, and keeps what is new of it.
   *
   * @throws when it is no such file, or anything in it is not as its author signed it: then nothing is kept
   */
  importLog(file: Uint8Array): Promise<ImportResult>
  /** Deletes what an entry says from this device, for good. The entry stays in its log, which stays whole. */
  forget(entry: { author?: string; seq: number }): Promise<void>
  /** Switches one of our skills on or off for others. */
  offer(skill: string, offered: boolean): Promise<void>
  /** The program of a skill that the operator has added. @throws RangeError when there is none */
  source(skill: string): Promise<string>
  /**
   * Takes back a skill that the operator has added, and deletes it here for good, with its standing permissions. What was agreed is still
   * done; what waits for an answer is declined.
   *
   * @throws RangeError when it is none: what comes with Starling can only be switched off
   */
  removeOffer(skill: string): Promise<void>
  /** What is known of how an agent did. */
  reputation(agent: string): Promise<Reputation>
  /** Why an agent stands as it does in a topic: whose word, by which ways, what was discounted; null: it was never heard of there. */
  why(agent: string, topic: string): Promise<Why | null>
  /** Has an agent's judgement of others count for us, or not any more. Nobody else is told. @throws RangeError when there are too many */
  trust(agent: string, trusts: boolean): Promise<void>
  /** The list of judges that another agent shares, as far as it is known. For a while what we lack of it is looked for. */
  judges(agent: string): Promise<JudgesOf>
  /** Follows the list that an agent shares, or leaves it. Nobody else is told. @throws RangeError for our own, or one too many */
  follow(agent: string, follows: boolean): Promise<void>
  /** Shares under a name, with everybody, whose judgement counts for us; null: not any more. @throws when the name is none */
  share(name: string | null): Promise<void>
  /**
   * Our operator's own word on how a task's other side did, -100 to 100: public, and in place of what our agent has said by itself.
   *
   * @throws RangeError when it is no such number, or there is no contract
   */
  rate(task: string, score: number): Promise<void>
  /** Our own name for an agent; an empty one removes it. */
  name(agent: string, petname: string): Promise<void>
  /** Everything at once, now and after each change. */
  snapshots(): AsyncIterable<Snapshot>
  /** A file of a task, by hash, while it is held here. */
  file(hash: string): Promise<Uint8Array | null>
  /** Bytes sent and received by protocol since the page was opened. */
  traffic(): Promise<Record<string, { sent: number; received: number }>>
}
