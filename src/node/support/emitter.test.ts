import { expect, test, vi } from 'vitest'
import { createEmitter } from './emitter.ts'

interface Events {
  one: number
  two: string
}

test('tells those who listen to that event, until they leave', () => {
  const { on, emit } = createEmitter<Events>()
  const [one, two] = [vi.fn(), vi.fn()]
  const stop = on('one', one)
  on('two', two)
  emit('one', 1)
  stop()
  emit('one', 2)
  expect(one.mock.calls).toEqual([[1]])
  expect(two).not.toHaveBeenCalled()
})

test('a listener that is there twice is told twice, and leaves once at a time', () => {
  const { on, emit } = createEmitter<Events>()
  const listener = vi.fn()
  const stop = on('one', listener)
  on('one', listener)
  emit('one', 1)
  expect(listener).toHaveBeenCalledTimes(2)
  stop()
  emit('one', 2)
  expect(listener).toHaveBeenCalledTimes(3)
})

test('a listener that leaves while it is told does not keep others from being told', () => {
  const { on, emit } = createEmitter<Events>()
  const last = vi.fn()
  const stop = on('one', () => stop())
  on('one', last)
  emit('one', 1)
  expect(last).toHaveBeenCalledOnce()
})

test('a listener that throws stops nobody, and its error is the runtime\u2019s to report', () => {
  const { on, emit } = createEmitter<Events>()
  const later = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => undefined)
  const last = vi.fn()
  on('one', () => {
    throw new RangeError('broken')
  })
  on('one', last)
  emit('one', 1)
  expect(last).toHaveBeenCalledOnce()
  expect(() => later.mock.calls[0]?.[0]()).toThrow('broken')
  later.mockRestore()
})
