import { expect, test } from 'vitest'
import { createTestTime } from '../support/testing/time.ts'
import { createCloseLook } from './close-look.ts'
import type { CloseText } from './embedder.ts'
import { CLOSE_DIMENSIONS } from './sentences/model.ts'
import { aCapability } from './testing/a-capability.ts'

const offer = (name: string) => aCapability({ name })

/** A text is one piece, along the axis of its first letter. */
function closeText(text: string): CloseText {
  const pieces = new Int8Array(CLOSE_DIMENSIONS)
  pieces[text.charCodeAt(0) % CLOSE_DIMENSIONS] = 127
  return { vector: new Float32Array(), pieces, weights: Float32Array.of(1) }
}

function createModel() {
  const asked: string[][] = []
  let failing = false
  let turn = Promise.resolve()
  return {
    asked,
    fail: (does: boolean) => void (failing = does),
    /** What is asked waits. @returns ends that */
    wait(): () => void {
      let go = (): void => undefined
      turn = new Promise((resolve) => (go = resolve))
      return go
    },
    async embedClosely(texts: readonly string[], signal?: AbortSignal) {
      asked.push([...texts])
      await new Promise<void>((resolve, reject) => {
        const stop = () => reject(signal?.reason as Error)
        signal?.addEventListener('abort', stop)
        void turn.then(() => {
          signal?.removeEventListener('abort', stop)
          resolve()
        })
      })
      if (failing) throw new Error('no model')
      return texts.map(closeText)
    }
  }
}

const names = (from: number, count: number) => Array.from({ length: count }, (_, i) => offer(`offer ${from + i}`))

function start() {
  const model = createModel()
  const time = createTestTime()
  const closing = new AbortController()
  const reported: unknown[] = []
  let late = 0
  const look = createCloseLook({
    clock: time,
    embedClosely: model.embedClosely,
    onLate: (isKnown: boolean) => (late += isKnown ? 1 : 0),
    report: (error) => reported.push(error),
    signal: closing.signal
  })
  return { model, time, look, reported, late: () => late, close: () => closing.abort(new Error('over')) }
}

test('tells how well each answers, and works each out once, a few together', async () => {
  const { model, look, time } = start()
  const [apples, bikes] = [offer('apples'), offer('bikes')]
  expect(await look.at(closeText('a'), [bikes, apples])).toEqual([0, 1])
  expect(await look.at(closeText('b'), [bikes, apples])).toEqual([1, 0])
  expect(model.asked).toEqual([['bikes.', 'apples.']])
  await look.at(closeText('o'), names(0, 9))
  expect(model.asked.slice(1).map(({ length }) => length)).toEqual([2, 2, 2, 2, 1])
  await time.pass(0)
  expect(time.waiting).toBe(0)
})

test('two looks at once share what they work out', async () => {
  const { model, look } = start()
  const some = names(0, 3)
  const both = await Promise.all([look.at(closeText('o'), some), look.at(closeText('b'), some)])
  expect(both).toEqual([[1, 1, 1], [0, 0, 0]])
  expect(model.asked.flat()).toEqual(['offer 0.', 'offer 1.', 'offer 2.'])
})

test('is not waited for when it takes long, and tells when it is done', async () => {
  const { model, look, time, late } = start()
  const some = names(0, 4)
  const go = model.wait()
  const first = look.at(closeText('o'), some)
  await time.pass(501)
  expect(await first).toEqual([])
  go()
  expect(late()).toBe(0)
  await time.pass(0)
  expect(late()).toBe(1)
  expect(await look.at(closeText('o'), some)).toEqual(some.map(() => 1))
  expect(model.asked).toHaveLength(2)
  expect(late()).toBe(1)
})

test('looks that nobody waits for end when something else is wanted, all of them, and keep what they worked out', async () => {
  const { model, look, time, reported, late } = start()
  const [some, others] = [names(0, 8), names(20, 8)]
  const go = model.wait()
  const both = [look.at(closeText('o'), some), look.at(closeText('o'), others)]
  await time.pass(501)
  expect(await Promise.all(both)).toEqual([[], []])
  const next = look.at(closeText('o'), names(40, 1))
  go()
  expect(await next).toEqual([1])
  await time.pass(0)
  expect(model.asked.flat()).toEqual(['offer 0.', 'offer 1.', 'offer 40.'])
  expect(await look.at(closeText('o'), some.slice(0, 2))).toEqual([1, 1])
  expect(model.asked).toHaveLength(2)
  expect([late(), reported]).toEqual([0, []])
})

test('the same is looked at on and on, however often it is asked for', async () => {
  const { model, look, time, late } = start()
  const some = names(0, 8)
  const go = model.wait()
  for (let i = 0; i < 3; i++) {
    const found = look.at(closeText('o'), some)
    await time.pass(501)
    expect(await found).toEqual([])
  }
  go()
  await time.pass(0)
  expect(late()).toBe(3)
  expect(model.asked.flat()).toHaveLength(8)
})

test('what was worked out is told at once, whatever else is looked at', async () => {
  const { model, look } = start()
  const some = names(0, 2)
  await look.at(closeText('o'), some)
  model.wait()
  void look.at(closeText('o'), names(20, 2))
  expect(await look.at(closeText('o'), some)).toEqual([1, 1])
  expect(await look.at(closeText('o'), [])).toEqual([])
})

test('of a long text the beginning is looked at', async () => {
  const { model, look } = start()
  await look.at(closeText('a'), [{ ...offer('a'), description: 'word '.repeat(1000) }])
  expect(model.asked[0]?.[0]?.length).toBe(600)
})

test('what fails is told of, and found out anew by the next', async () => {
  const { model, look, reported } = start()
  model.fail(true)
  expect(await look.at(closeText('o'), names(0, 1))).toEqual([])
  expect(reported).toEqual([new Error('no model')])
  model.fail(false)
  expect(await look.at(closeText('o'), names(0, 1))).toEqual([1])
})

test('ends when the matcher closes', async () => {
  const { model, look, time, reported, close } = start()
  model.wait()
  const found = look.at(closeText('o'), names(0, 1))
  await time.pass(0)
  close()
  expect(await found).toEqual([])
  expect(reported).toEqual([])
  await time.pass(0)
  expect(time.waiting).toBe(0)
})

test('keeps a bounded number, those that were looked at last', async () => {
  const { model, look } = start()
  const [wanted, early] = [names(0, 1), names(1, 1)]
  await look.at(closeText('o'), early)
  for (let at = 2; at <= 600; at += 11) {
    await look.at(closeText('o'), [...wanted, ...names(at, 11)])
  }
  const before = model.asked.length
  await look.at(closeText('o'), wanted)
  expect(model.asked).toHaveLength(before)
  await look.at(closeText('o'), early)
  expect(model.asked).toHaveLength(before + 1)
})
