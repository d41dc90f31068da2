import { beforeEach, expect, test } from 'vitest'
import { createAdmission, type Admission } from './admission.ts'

const OLD = Uint8Array.of(1)
const NEW = Uint8Array.of(2)

let admission: Admission
/** cards that are not met, by their first byte */
let refused: Set<number | undefined>
let asked: Array<[peer: string, card: number | undefined]>
/** what the door waits for before it answers of the old card */
let looking: Promise<unknown>

beforeEach(() => {
  refused = new Set()
  asked = []
  looking = Promise.resolve()
  admission = createAdmission()
  admission.guard({
    card: () => null,
    async admits(peer, card) {
      asked.push([peer, card?.[0]])
      if (card === OLD) await looking
      return !refused.has(card?.[0])
    }
  })
})

test('who was met is known by its card, until it shows another or is decided upon anew', async () => {
  expect(admission.known('a', OLD)).toBeNull()
  expect(await admission.ask('a', OLD)).toBe(true)
  expect(admission.known('a', Uint8Array.of(1))).toBe(true)
  expect(admission.known('a', NEW)).toBeNull()
  refused.add(1)
  expect(admission.known('a', OLD)).toBe(true)
  expect(await admission.reconsider()).toEqual(['a'])
  expect([admission.known('a', OLD), admission.refused('a')]).toEqual([false, true])
  expect(await admission.reconsider()).toEqual([])
  refused.clear()
  expect(await admission.reconsider()).toEqual([])
  expect([admission.known('a', OLD), admission.refused('a')]).toEqual([true, false])
})

test('a card that is shown meanwhile counts, not the one before', async () => {
  await admission.ask('a', OLD)
  refused.add(1)
  let answer = (): void => undefined
  looking = new Promise<void>((resolve) => (answer = resolve))
  const gone = admission.reconsider()
  await admission.ask('a', NEW)
  answer()
  expect(await gone).toEqual([])
  expect([admission.known('a', NEW), admission.refused('a')]).toEqual([true, false])
})

test('however often it is to be decided anew, that is done once at a time, and once more for all who asked meanwhile', async () => {
  await admission.ask('a', OLD)
  asked = []
  const first = admission.reconsider()
  await Promise.resolve()
  refused.add(1)
  const later = Array.from({ length: 10 }, () => admission.reconsider())
  await Promise.all([first, ...later])
  expect(asked).toEqual([['a', 1], ['a', 1]])
  expect(admission.refused('a')).toBe(true)
})
