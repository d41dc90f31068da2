import { afterEach, expect, test } from 'vitest'
import { DisconnectedError, createRpcClient, serveRpc } from './rpc.ts'

const ports: MessagePort[] = []
afterEach(() => {
  for (const port of ports.splice(0)) port.close()
})

function pair(target: object) {
  const { port1, port2 } = new MessageChannel()
  ports.push(port1, port2)
  serveRpc(port2, target)
  const client = createRpcClient(port1)
  port1.start()
  port2.start()
  return client
}

test('calls a method and gives its value', async () => {
  const rpc = pair({ add: async (a: number, b: number) => a + b })
  expect(await rpc.call('add', [2, 3])).toBe(5)
})

test('memory that is handed over is not copied', async () => {
  const rpc = pair({ size: (bytes: Uint8Array) => bytes.length })
  const bytes = new Uint8Array(1000)
  expect(await rpc.call('size', [bytes], [bytes.buffer])).toBe(1000)
  expect(bytes.length).toBe(0)
})

test('an error arrives with its name and message', async () => {
  const rpc = pair({
    async fail() {
      throw new RangeError('too much')
    }
  })
  await expect(rpc.call('fail', [])).rejects.toMatchObject({ name: 'RangeError', message: 'too much' })
})

test('only the target’s own methods can be called', async () => {
  const rpc = pair({ value: 1 })
  await expect(rpc.call('toString', [])).rejects.toThrow(/no method/)
  await expect(rpc.call('value', [])).rejects.toThrow(/no method/)
})

test('streams, and ends a stream that the reader leaves', async () => {
  let ended = false
  const rpc = pair({
    async *count() {
      try {
        for (let i = 1; ; i++) yield i
      } finally {
        ended = true
      }
    }
  })
  const seen: number[] = []
  for await (const i of rpc.stream<number>('count', [])) {
    seen.push(i)
    if (i === 3) break
  }
  expect(seen).toEqual([1, 2, 3])
  expect(ended).toBe(true)
})

test('a stream that fails fails for its reader', async () => {
  const rpc = pair({
    async *fail() {
      yield 1
      throw new Error('broken')
    }
  })
  const numbers = rpc.stream<number>('fail', [])[Symbol.asyncIterator]()
  expect(await numbers.next()).toEqual({ done: false, value: 1 })
  await expect(numbers.next()).rejects.toThrow('broken')
})

test('what waits when the other end is gone fails at once, and so does what comes after', async () => {
  const rpc = pair({ wait: () => new Promise(() => undefined) })
  const waiting = rpc.call('wait', [])
  rpc.disconnect('the worker died')
  await expect(waiting).rejects.toThrow(DisconnectedError)
  await expect(rpc.call('wait', [])).rejects.toThrow('the worker died')
})
