/**
 * Calls from a page to an object in its worker: plain methods, and methods that give async iterables, over
 * one message port that is theirs alone. Both ends are our own code, so messages are not checked; errors arrive
 * with their name and message.
 */

type Request =
  | { rpc: 'call'; id: number; method: string; args: unknown[] }
  | { rpc: 'next' | 'return'; id: number; stream: number }

type Reply =
  | { rpc: 'value'; id: number; value: unknown }
  | { rpc: 'stream'; id: number }
  | { rpc: 'item'; id: number; done: boolean; value: unknown }
  | { rpc: 'error'; id: number; name: string; message: string }

/** The other end is gone: it died, or the page let go of it. */
export class DisconnectedError extends Error {
  override readonly name = 'DisconnectedError'
}

type Method = (...args: unknown[]) => unknown

/** Answers calls of `target`'s methods that come through `port`. @returns ends that */
export function serveRpc(port: MessagePort, target: object): () => void {
  const methods = target as Record<string, Method | undefined>
  const streams = new Map<number, AsyncIterator<unknown>>()

  async function answer(request: Request): Promise<Reply> {
    const { id } = request
    if (request.rpc === 'call') {
      const method = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined
      if (typeof method !== 'function') throw new TypeError(`there is no method ${request.method}`)
      const value = await method.apply(target, request.args)
      if (!isAsyncIterable(value)) return { rpc: 'value', id, value }
      streams.set(id, value[Symbol.asyncIterator]())
      return { rpc: 'stream', id }
    }
    const stream = streams.get(request.stream)
    if (stream === undefined) return { rpc: 'item', id, done: true, value: undefined }
    const item = request.rpc === 'next' ? await stream.next() : await stream.return?.()
    const done = request.rpc === 'return' || (item?.done ?? true)
    if (done) streams.delete(request.stream)
    return { rpc: 'item', id, done, value: item?.value }
  }

  const listener = ({ data }: MessageEvent) => {
    const request = data as Request
    answer(request).then(
      (reply) => port.postMessage(reply),
      (error: unknown) => {
        const { name, message } = error instanceof Error ? error : new Error(String(error))
        port.postMessage({ rpc: 'error', id: request.id, name, message } satisfies Reply)
      }
    )
  }
  port.addEventListener('message', listener)
  return () => port.removeEventListener('message', listener)
}

/** Methods of `T` as the other end of a port has them: each gives a promise, or an async iterable. */
export interface RpcClient {
  /** @param transfer memory in the arguments that moves to the other end in place of being copied */
  call(method: string, args: unknown[], transfer?: Transferable[]): Promise<unknown>
  stream<T>(method: string, args: unknown[]): AsyncIterable<T>
  /** Ends all that is under way with a `DisconnectedError`; calls after it fail at once. */
  disconnect(reason: string): void
}

/** The calling end. */
export function createRpcClient(port: MessagePort): RpcClient {
  const waiting = new Map<number, { resolve: (reply: Reply) => void; reject: (error: Error) => void }>()
  let lastId = 0
  let gone: string | null = null

  const listener = ({ data }: MessageEvent) => {
    const reply = data as Reply
    const call = waiting.get(reply.id)
    if (call === undefined) return
    waiting.delete(reply.id)
    if (reply.rpc === 'error') call.reject(Object.assign(new Error(reply.message), { name: reply.name }))
    else call.resolve(reply)
  }
  port.addEventListener('message', listener)

  function send(make: (id: number) => Request, transfer: Transferable[] = []): Promise<Reply> {
    if (gone !== null) return Promise.reject(new DisconnectedError(gone))
    const id = ++lastId
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      port.postMessage(make(id), transfer)
    })
  }

  const request = (method: string, args: unknown[], transfer?: Transferable[]) =>
    send((id) => ({ rpc: 'call', id, method, args }), transfer)

  return {
    async call(method, args, transfer) {
      const reply = await request(method, args, transfer)
      return reply.rpc === 'value' ? reply.value : undefined
    },

    async *stream<T>(method: string, args: unknown[]) {
      const opened = await request(method, args)
      if (opened.rpc !== 'stream') throw new TypeError(`expected a stream from ${method}`)
      try {
        for (;;) {
          const item = await send((id) => ({ rpc: 'next', id, stream: opened.id }))
          if (item.rpc !== 'item' || item.done) return
          yield item.value as T
        }
      } finally {
        if (gone === null) await send((id) => ({ rpc: 'return', id, stream: opened.id }))
      }
    },

    disconnect(reason) {
      gone = reason
      port.removeEventListener('message', listener)
      for (const { reject } of waiting.values()) reject(new DisconnectedError(reason))
      waiting.clear()
    }
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}
