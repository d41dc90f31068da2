/** What comes as values rather than bytes: from a sandboxed program, a worker, another tab, a command line. */
import { decode as decodeCbor } from '@ipld/dag-cbor'
import { parseRelayOptions } from '../../relay/options.ts'
import { fromAgentCard, toAgentCard } from '../../src/node/adapt/agent-card.ts'
import { decode, encode, parse } from '../../src/node/schema/codec.ts'
import { capability, declaration, intention } from '../../src/node/schema/declaration.ts'
import { sketch } from '../../src/node/schema/header.ts'
import { permissionRecord, taskRecord } from '../../src/node/schema/task.ts'
import { createCodebook1 } from '../../src/node/semantic/codebook.ts'
import { createStandIn } from '../../src/node/semantic/stand-in.ts'
import { checkResult } from '../../src/node/skill/check-result.ts'
import { runRequest, workerMessage } from '../../src/node/skill/worker-messages.ts'
import { readChange } from '../../src/node/store/changes.ts'
import type { Target } from '../fuzz.ts'
import { pick, spoilBytes } from '../spoil-bytes.ts'
import { examplesOf, spoiltCbor } from './wire.ts'

/** The value that CBOR stands for; of what is no DAG-CBOR, the text that its bytes are. */
function valueOf(bytes: Uint8Array): unknown {
  try {
    return decodeCbor(bytes)
  } catch {
    return new TextDecoder().decode(bytes)
  }
}

const hash = 'ab'.repeat(32)
const agent = 'did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd'
const progress = { fraction: 0.5, note: 'half of it', at: 1_767_225_600_000 }
const limits = { ms: 1000, memoryBytes: 2 ** 20, inputBytes: 2 ** 20, outputBytes: 2 ** 20 }

const changes = [
  { what: 'task', id: hash },
  { what: 'progress', id: hash, progress },
  { what: 'offers' },
  { what: 'entry', author: agent, seq: 3 }
].map(encode)

const messages = [
  { type: 'started' },
  { type: 'progress', fraction: 0.1, note: 'a tenth' },
  { type: 'done', result: { summary: 'done', parts: [] } },
  { type: 'failed', failure: 'threw', message: 'TypeError' }
].map(encode)

const runs = [
  { source: 'run = () => 1', input: { goal: 'g', files: [{ name: 'a', type: 'b', text: 'c' }] }, limits, time: 1 }
]

const permissions = [
  { revision: 1, id: 'p', agent, skill: 's', limits, perDay: 5, used: { day: 20_000, runs: 2 }, created: 1 },
  { revision: 1, id: 'p', agent: null, skill: 's', limits, perDay: 5, used: { day: 20_000, runs: 2 }, created: 1 }
]

const tasks = [
  {
    revision: 1,
    id: hash,
    role: 'leader',
    goal: 'goal',
    files: [{ name: 'a.csv', type: 'text/csv', hash, size: 3 }],
    wanted: { agent, skill: null },
    contract: null,
    contractHash: null,
    leaderSignature: new Uint8Array(64),
    followerSignature: null,
    state: 'submitted',
    approvedBy: null,
    cancelRequested: false,
    waiting: 'for somebody',
    problem: null,
    outcome: null,
    outcomeSignatures: { leader: null, follower: null },
    breach: null,
    entries: { contract: null, outcome: null, rating: null },
    created: 1,
    updated: 2,
    events: [{ at: 1, text: 'asked' }]
  }
]

/** Ours, and one of another system's that tells less. */
const cards = [
  toAgentCard({
    agent,
    name: 'Agent',
    capabilities: examplesOf('capability').map((bytes) => parse(decodeCbor(bytes), capability)),
    intentions: examplesOf('intention').map((bytes) => parse(decodeCbor(bytes), intention)),
    constraint: { kind: 'constraint', facts: { languages: ['de'], region: 'eu', tier: 1 }, insists: { minTier: 1 } },
    state: { kind: 'state', open: true, load: 'idle', power: 'mains', metered: false, at: 1_767_225_600_000 }
  }),
  { name: 'Other', skills: [{ id: 'a', name: 'A', description: 'does a', tags: ['a'], inputModes: ['image/png'] }] }
]
const cardTexts = cards.map((card) => new TextEncoder().encode(JSON.stringify(card)))

const OUTPUT_BYTES = 4096
const MAX_SKETCH_BYTES = 64
const MAX_LINE_BYTES = 1000

/** A target for a parser of values that refuses by an error, or by null. */
const valueTarget = (
  name: string,
  examples: readonly Uint8Array[],
  read: (value: unknown) => unknown,
  refuses: string[]
): Target => ({ name, make: spoiltCbor(examples), read: (bytes) => read(valueOf(bytes)) !== null, refuses })

const codebook = createCodebook1()
const sketcher = createStandIn()
const sketches = await Promise.all(
  ['charts of prices', 'guitar'].map(async (text) => encode(await sketcher.sketch(text)))
)
const texts = ['CSV statistics: mean and median', 'Übersetzung ins Französische', '統計データ 🙂'].map((text) =>
  new TextEncoder().encode(text)
)

const commandLines = [
  '--port 8080 --host ::1',
  '--trust-proxy true --max-connections 5',
  '--tls-cert a --tls-key b',
  '--port=1e3 --app x'
]

export const valueTargets: Target[] = [
  valueTarget('result of a program', examplesOf('result'), (value) => checkResult(value, OUTPUT_BYTES), [
    'ProgramError'
  ]),
  valueTarget('word of a run’s worker', messages, (value) => parse(value, workerMessage), ['InvalidBytesError']),
  valueTarget('request to a run’s worker', runs.map(encode), (value) => parse(value, runRequest), [
    'InvalidBytesError'
  ]),
  valueTarget('change in another tab', changes, readChange, []),
  valueTarget('stored task', tasks.map(encode), (value) => parse(value, taskRecord), ['InvalidBytesError']),
  valueTarget('stored permission', permissions.map(encode), (value) => parse(value, permissionRecord), [
    'InvalidBytesError'
  ]),
  valueTarget(
    'declaration of a page',
    [...examplesOf('capability'), ...examplesOf('intention')],
    (value) => parse(value, declaration),
    ['InvalidBytesError']
  ),
  valueTarget('agent card', cards.map(encode), fromAgentCard, ['InvalidBytesError']),
  {
    name: 'agent card as text',
    make: (random) => spoilBytes(pick(random, cardTexts), random, cardTexts),
    read: (bytes) => fromAgentCard(new TextDecoder().decode(bytes)).name !== '',
    refuses: ['InvalidBytesError']
  },
  {
    name: 'sketch',
    make: spoiltCbor(sketches),
    read: (bytes) => codebook.fits(decode(bytes, sketch, MAX_SKETCH_BYTES)),
    refuses: ['InvalidBytesError']
  },
  {
    name: 'text to sketch',
    make: (random) => spoilBytes(pick(random, texts), random, texts),
    async read(bytes) {
      if (!codebook.fits(await sketcher.sketch(new TextDecoder().decode(bytes))))
        throw new TypeError('a sketch does not fit')
      return true
    },
    refuses: [],
    share: 0.3
  },
  {
    name: 'options of the relay',
    make: (random) => {
      const lines = commandLines.map((line) => new TextEncoder().encode(line))
      return spoilBytes(pick(random, lines), random, lines)
    },
    read(bytes) {
      // the operator's own words: Node's parseArgs takes time in the square of a group of one-letter flags
      const line = new TextDecoder().decode(bytes.subarray(0, MAX_LINE_BYTES))
      parseRelayOptions(line.split(' '), {})
      return true
    },
    refuses: ['RelayOptionError'],
    share: 0.3
  }
]
