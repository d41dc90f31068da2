import { expect, test } from 'vitest'
import type { Purpose } from '../node/semantic/embedder.ts'
import { createEmbedQueue } from './embed-queue.ts'

function start() {
  const queue = createEmbedQueue()
  let id = 0
  const add = (purpose: Purpose, text: string) => queue.add({ id: id++, texts: [text], closely: false, purpose })
  const rest = () => {
    const texts: string[] = []
    for (let next = queue.next(); next !== undefined; next = queue.next()) texts.push(...next.texts)
    return texts
  }
  return { queue, add, rest }
}

test('searches come first, the last of them before others, then what we say ourselves', () => {
  const { add, rest } = start()
  add('index', 'an offer')
  add('own', 'we say')
  add('search', 'typed')
  add('own', 'we say more')
  add('search', 'typed on')
  expect(rest()).toEqual(['typed on', 'typed', 'we say', 'we say more', 'an offer'])
})

test('however much others say, what they offer has its turns, and what they say is checked in the order in which it came', () => {
  const { queue, add } = start()
  for (let i = 0; i < 4; i++) add('check', `check ${i}`)
  add('index', 'offers 0')
  const order: string[] = []
  for (let i = 0; i < 6; i++) {
    const [text = ''] = queue.next()?.texts ?? []
    order.push(text)
    // more comes than there are turns
    add('check', `check ${4 + 2 * i}`)
    add('check', `check ${5 + 2 * i}`)
    if (text.startsWith('offers')) add('index', `offers ${i + 1}`)
  }
  expect(order).toEqual(['offers 0', 'check 0', 'offers 1', 'check 1', 'offers 3', 'check 2'])
})

test('what is forgotten has no turn', () => {
  const { queue, add, rest } = start()
  add('check', 'a check')
  add('search', 'typed')
  queue.forget(1)
  queue.forget(99)
  expect(rest()).toEqual(['a check'])
  expect(queue.next()).toBeUndefined()
})
