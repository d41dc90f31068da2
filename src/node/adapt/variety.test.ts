import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lotsOf, varied } from './variety.ts'

const offer = (agent: string, worth: number) => ({ agent, worth })
const order = (all: Array<ReturnType<typeof offer>>, more: { setBack?: number; most?: number; lot?: (agent: string) => string } = {}) =>
  varied(all, { worth: ({ worth }) => worth, setBack: 0.1, most: Infinity, lot: (agent) => agent, ...more })
const said = (all: Array<ReturnType<typeof offer>>) => all.map(({ agent, worth }) => `${agent} ${worth}`).join(', ')

test('a second offer of an agent comes after others’ that are about as good, and before those that are far worse', () => {
  const all = [offer('a', 0.9), offer('a', 0.88), offer('a', 0.87), offer('b', 0.8), offer('c', 0.75), offer('d', 0.3)]
  expect(said(order(all))).toBe('a 0.9, b 0.8, a 0.88, c 0.75, a 0.87, d 0.3')
})

test('many of the same of one agent let everybody else through', () => {
  const all = [...Array.from({ length: 40 }, () => offer('a', 0.9)), offer('b', 0.9), offer('c', 0.85), offer('d', 0.82)]
  expect(order(all).slice(0, 4).map(({ agent }) => agent)).toEqual(['a', 'b', 'c', 'd'])
})

test('of one agent so many are left, the best', () => {
  const all = [offer('a', 0.5), offer('a', 0.7), offer('b', 0.1), offer('a', 0.6)]
  expect(said(order(all, { most: 2 }))).toBe('a 0.7, a 0.6, b 0.1')
})

test('whatever is offered, the best is first, nothing is lost or made, and of one agent the better is before the worse', () => {
  const some = fc.array(fc.record({ agent: fc.constantFrom('a', 'b', 'c'), worth: fc.integer({ min: 0, max: 8 }).map((n) => n / 8) }), { maxLength: 30 })
  fc.assert(
    fc.property(some, (all) => {
      const found = order(all)
      expect(found.map(({ worth }) => worth).sort()).toEqual(all.map(({ worth }) => worth).sort())
      expect(found[0]?.worth ?? 0).toBe(Math.max(0, ...all.map(({ worth }) => worth)))
      for (const agent of ['a', 'b', 'c']) {
        const own = found.filter((one) => one.agent === agent).map(({ worth }) => worth)
        expect(own).toEqual([...own].sort((x, y) => y - x))
      }
    })
  )
})

test('of agents with one offer each the order is that of what they are worth, and nothing else', () => {
  const some = fc.uniqueArray(fc.record({ agent: fc.string(), worth: fc.integer({ min: 0, max: 8 }) }), { selector: ({ agent }) => agent })
  fc.assert(
    fc.property(some, (all) => {
      const plain = [...all].sort((a, b) => b.worth - a.worth || (a.agent < b.agent ? -1 : 1))
      expect(order(all)).toEqual(plain)
    })
  )
})

test('of those that are as good, another one is first at another node, and always the same at the same', () => {
  const all = Array.from({ length: 20 }, (_, i) => offer(`agent ${i}`, 0.5))
  const firstAt = (self: string) => order(all, { lot: lotsOf(self) })[0]?.agent
  const first = Array.from({ length: 40 }, (_, i) => firstAt(`node ${i}`))
  expect(new Set(first).size).toBeGreaterThan(10)
  expect(Array.from({ length: 40 }, (_, i) => firstAt(`node ${i}`))).toEqual(first)
  expect(order([...all].reverse(), { lot: lotsOf('node 0') })).toEqual(order(all, { lot: lotsOf('node 0') }))
})
