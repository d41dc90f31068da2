import { beforeEach, expect, test } from 'vitest'
import type { Capability, Intention } from '../schema/declaration.ts'
import type { Sketch } from '../schema/header.ts'
import type { Declared } from './declarations.ts'
import { createInterestSketches, type InterestSketches } from './interest-sketches.ts'

/** names of models that are there, each of which sketches a text */
let models: string[]
let capabilities: Array<Declared<Capability>>
let intentions: Array<Declared<Intention>>
/** interests of each kind, as they were set last */
let interests: Record<'declared' | 'listensFor' | 'asked', readonly Sketch[]>
let broken: boolean
let reports: unknown[]
let sketches: InterestSketches

const wordsOf = (of: readonly Sketch[]): string[] => of.map(([, bits]) => new TextDecoder().decode(bits))

beforeEach(() => {
  models = ['words']
  capabilities = []
  intentions = []
  interests = { declared: [], listensFor: [], asked: [] }
  broken = false
  reports = []
  sketches = createInterestSketches({
    self: 'us',
    declarations: { capabilities: () => capabilities, intentions: () => intentions },
    meaning: {
      async sketches(said) {
        if (broken) throw new Error('no model')
        const text = typeof said === 'string' ? said : said.kind === 'intention' ? said.goal : said.kind
        return models.map((model): Sketch => [1, new TextEncoder().encode(`${text} by ${model}`), []])
      }
    },
    interests: {
      declared: (all) => (interests.declared = all),
      listensFor: (all) => (interests.listensFor = all),
      asked: (all) => (interests.asked = all)
    },
    now: () => 0,
    report: (error) => reports.push(error)
  })
})

const wish = (agent: string, goal: string): Declared<Intention> => ({
  agent,
  seq: 1,
  expiry: 1,
  declaration: { kind: 'intention', goal, tags: [] }
})
const settled = () => new Promise((resolve) => setTimeout(resolve))

test('what we declare is among our interests, and not what others do', async () => {
  intentions = [wish('us', 'tea'), wish('them', 'coffee')]
  capabilities = [{ agent: 'us', seq: 2, expiry: 1, declaration: { kind: 'capability' } as Capability }]
  await sketches.declared()
  expect(wordsOf(interests.declared)).toEqual(['tea by words', 'capability by words'])
})

test('so is what is listened for and what was asked', async () => {
  await sketches.listensFor(['tea', 'cake'])
  await sketches.listenFor('coffee')
  expect(wordsOf(interests.listensFor)).toEqual(['tea by words', 'cake by words'])
  expect(wordsOf(interests.asked)).toEqual(['coffee by words'])
  await sketches.listensFor([])
  expect(interests.listensFor).toEqual([])
})

test('what stands is sketched by a model that comes, too', async () => {
  intentions = [wish('us', 'tea')]
  await sketches.declared()
  await sketches.listensFor(['cake'])
  models = ['sentences', 'words']
  sketches.onModel()
  await settled()
  expect(wordsOf(interests.declared)).toEqual(['tea by sentences', 'tea by words'])
  expect(wordsOf(interests.listensFor)).toEqual(['cake by sentences', 'cake by words'])
})

test('a failure then is reported, of each by itself', async () => {
  intentions = [wish('us', 'tea')]
  await sketches.listensFor(['cake'])
  broken = true
  sketches.onModel()
  await settled()
  expect(reports).toHaveLength(2)
})
