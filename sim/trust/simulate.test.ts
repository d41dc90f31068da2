import { expect, test } from 'vitest'
import { AIMS, runAttacks } from './attacks.ts'
import { POLICIES, STRATEGIES, parseOptions, type Options } from './options.ts'
import { reportPage } from './page.ts'
import { simulate } from './simulate.ts'

const small = (args = ''): Options => parseOptions(`--agents 80 --topics 4 --rounds 40 --seeds 2 ${args}`.trim().split(/\s+/))
const arena: Options = parseOptions('--agents 300 --topics 6 --rounds 160 --seeds 1 --seed 3'.split(' '))

test('the same seeds give the same figures, others others', () => {
  const once = simulate(small())
  expect(simulate(small())).toEqual(once)
  expect(simulate(small('--seed 7')).policies.mg).not.toEqual(once.policies.mg)
})

test('says the figures of every policy', () => {
  const { policies } = JSON.parse(JSON.stringify(simulate(small()))) as ReturnType<typeof simulate>
  expect(Object.keys(policies)).toEqual(POLICIES)
  for (const policy of POLICIES) {
    for (const measure of ['attackerShare', 'auc', 'newcomerRounds', 'honestLost', 'utility'] as const) {
      expect(policies[policy]?.[measure]).toHaveProperty('mean')
      expect(policies[policy]?.[measure]).toHaveProperty('ci95')
    }
    expect(policies[policy]?.utility.mean).toBeGreaterThan(0)
  }
})

test('a policy has the same draws, whichever others run', () => {
  const alone = simulate({ ...small(), policies: ['mean'] })
  expect(alone.policies.mean).toEqual(simulate(small()).policies.mean)
})

test('chance gives attackers their part of those on offer, the product next to nothing', () => {
  const { policies: { random, eigentrust, mg } } = simulate(arena)
  expect(random?.attackerShare.mean).toBeGreaterThan(0.6)
  expect(eigentrust?.attackerShare.mean).toBeGreaterThan(0.3)
  expect(mg?.attackerShare.mean).toBeLessThan(0.04)
  expect(mg?.attackerShareChosen.mean).toBeLessThan(0.005)
})

test('costs nothing where nobody attacks', () => {
  const { policies: { mean, mg } } = simulate({ ...arena, attackers: 0, policies: ['mean', 'mg'] })
  expect(mg?.attackerShare.mean).toBe(0)
  expect(mg?.utility.mean).toBeGreaterThan(0.98 * (mean?.utility.mean ?? 1))
})

test.for(STRATEGIES)('%s fails, and succeeds when its defence is off', (strategy) => {
  const outcomes = runAttacks(arena, () => undefined, [strategy])
  expect(outcomes.map(({ without }) => without)).toEqual([null, ...AIMS[strategy].stoppedBy])
  const wrong = outcomes.filter(({ asExpected }) => !asExpected)
  expect(wrong.map(({ without, figure }) => ({ without, figure }))).toEqual([])
})

test('the page has charts and no scripts, and escapes what it shows', () => {
  const result = { ...simulate(small()), without: ['<b>'] }
  const page = reportPage(result, null)
  expect(page.match(/<svg/g)?.length).toBeGreaterThan(5)
  expect(page).not.toMatch(/<script|https?:|NaN|<b>/)
  expect(page).toContain('&lt;b&gt;')
})

test.each(['--agents 3', '--attackers 1.5', '--rounds 10.5', '--strategy nice', '--without luck'])('refuses %s', (args) => {
  expect(() => parseOptions(args.split(' '))).toThrow(RangeError)
})
