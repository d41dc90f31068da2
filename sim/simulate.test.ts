import { expect, test } from 'vitest'
import { STOPPED_BY, runAttacks } from './attacks.ts'
import { ATTACKS, MODES, parseOptions, type Defence, type Options } from './options.ts'
import { runMode } from './run.ts'
import { compareModels, simulate } from './simulate.ts'

const quiet = (): undefined => undefined
const small = (args: string): Options => parseOptions(`--fields 8 ${args}`.split(' '))

test('the same seed gives the same figures, another seed others', { timeout: 60_000 }, async () => {
  const options = small('--nodes 24 --announcements 10 --rate 12 --seed 7 --partition 0.5')
  const [once, again] = [await simulate(options, quiet), await simulate(options, quiet)]
  expect(JSON.stringify(again)).toBe(JSON.stringify(once))
  const other = await simulate({ ...options, seed: 8, partition: 0 }, quiet)
  expect(other.modes.full?.bytesByProtocol).not.toEqual(once.modes.full?.bytesByProtocol)

  expect(once.model).toBe('real')
  for (const mode of MODES) expect(once.modes[mode]?.invalidStored).toBe(0)
  for (const mode of ['headers', 'full'] as const) {
    expect(once.modes[mode]?.deliveredShare).toBe(1)
    expect(once.modes[mode]?.missingAfterHeal).toBe(0)
  }
  expect(once.forkKnownShare).toBe(1)
  // gossipsub alone has nothing to catch up by
  expect(once.modes.flood?.missingAfterHeal).toBeGreaterThan(0)
})

test('the reduced model agrees with the real code', { timeout: 60_000 }, async () => {
  const error = await compareModels({ ...small('--nodes 120 --announcements 24 --rate 12 --seed 3'), partition: 0 }, quiet)
  expect(Math.abs(error.bytesPerNodePerAnnouncement)).toBeLessThan(0.2)
  expect(Math.abs(error.recallAt10)).toBeLessThan(0.05)
  expect(Math.abs(error.p50)).toBeLessThan(0.2)
  expect(Math.abs(error.p99)).toBeLessThan(0.4)
})

test('pulling costs less than flooding, and shards less than none', { timeout: 60_000 }, async () => {
  const options = { ...small('--nodes 600 --announcements 24 --rate 12'), partition: 0 }
  const bytes: number[] = []
  for (const mode of MODES) bytes.push((await runMode(options, mode, 'reduced', quiet)).bytesPerNodePerAnnouncement)
  const [flood, headers, full] = bytes
  expect(headers).toBeLessThan(flood! / 2)
  expect(full).toBeLessThan(headers! / 2)
})

const arena = { nodes: 48, announcements: 12, rate: 30, fields: 8 }
// where everybody is a neighbour's neighbour, each finds every fork itself
const wide = { nodes: 160, announcements: 8, rate: 30, fields: 16 }

// many keys take a larger network, which `--attacks` has
test.for(ATTACKS.filter((attack) => attack !== 'many-keys'))('%s fails, and succeeds when its defence is off', { timeout: 120_000 }, async (attack) => {
  const options = small(`--seed 5 --attack ${attack}`)
  const outcomes = await runAttacks(options, quiet, attack === 'fork' ? wide : arena)
  expect(outcomes.map(({ without }) => without)).toEqual([null, ...STOPPED_BY[attack]])
  const wrong = outcomes.filter(({ asExpected }) => !asExpected)
  expect(wrong.map(({ without, harm }) => ({ without, harm }))).toEqual([])
})

test('many keys do not drive out what was known before, but where nothing is settled', { timeout: 120_000 }, async () => {
  const options = small('--nodes 24 --announcements 8 --rate 60 --seed 5 --room 144 --attack many-keys --partition 0 --churn 0')
  const kept = async (without: Defence | null) => (await runMode({ ...options, without }, 'full', 'real', quiet)).keptShare
  expect(await kept(null)).toBeGreaterThan(0.9)
  expect(await kept('settled')).toBeLessThan(0.6)
})
