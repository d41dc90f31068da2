import { describe, expect, test } from 'vitest'
import type { Declared } from '../adapt/declarations.ts'
import type { Capability } from '../schema/declaration.ts'
import { createAgentCards } from './agent-cards.ts'

const agent = (letter: string) => `did:key:z6Mk${letter.repeat(44)}`
const [self, ada, ben] = [agent('s'), agent('a'), agent('b')]
const stand = (region: string) => ({ facts: { languages: ['de'], region, tier: 0 }, insists: {} })
const state = { open: true, load: 'idle', power: 'mains', metered: false } as const

function capability(id: string): Capability {
  return {
    kind: 'capability',
    id,
    name: `Skill ${id}`,
    description: '',
    tags: [],
    examples: [],
    inputModes: ['.csv'],
    outputModes: [],
    program: '0'.repeat(64),
    limits: { ms: 1, memoryBytes: 1, inputBytes: 1, outputBytes: 1 }
  }
}

const by = <T>(author: string, declaration: T): Declared<T> => ({ agent: author, seq: 1, expiry: 9, declaration })

const cards = createAgentCards({
  agent: self,
  adaptation: {
    capabilities: () => [by(self, capability('own')), by(ada, capability('first')), by(ada, capability('second'))],
    intentions: () => [by(self, { kind: 'intention', goal: 'Bread', tags: [] }), by(ben, { kind: 'intention', goal: 'Salt', tags: [] })],
    standOf: (other) => (other === ada ? stand('AT') : null),
    stateOf: (other) => (other === ada ? { kind: 'state', ...state, load: 'full', at: 5 } : null)
  },
  policy: { current: () => stand('DE') },
  availability: { current: () => state },
  now: () => 7
})

describe('an agent as a card, and that read again', () => {
  test('ours says what we declare, our stand, and how we are now', async () => {
    const card = await cards.agentCard({ name: 'Amber Heron' })
    expect(await cards.readAgentCard(JSON.stringify(card))).toEqual({
      agent: self,
      name: 'Amber Heron',
      description: 'Offers Skill own',
      capabilities: [capability('own')],
      intentions: [{ kind: 'intention', goal: 'Bread', tags: [] }],
      constraint: { kind: 'constraint', ...stand('DE') },
      state: { kind: 'state', ...state, at: 7 },
      passedOver: []
    })
  })

  test('another’s says what that one declares, and nothing of ours', async () => {
    expect(await cards.readAgentCard(await cards.agentCard({ agent: ada }))).toMatchObject({
      agent: ada,
      name: 'Agent aaaaaa',
      capabilities: [capability('first'), capability('second')],
      intentions: [],
      constraint: { kind: 'constraint', ...stand('AT') },
      state: { load: 'full', at: 5 },
      passedOver: []
    })
  })

  test('of one that has said nothing there is a card, too', async () => {
    const card = await cards.agentCard({ agent: agent('c') })
    expect(await cards.readAgentCard(card)).toMatchObject({ agent: agent('c'), capabilities: [], constraint: null, state: null })
  })
})

test('what is no card is refused', async () => {
  await expect(cards.readAgentCard('{"name":"Ada"}')).rejects.toThrow('“skills” is missing')
})
