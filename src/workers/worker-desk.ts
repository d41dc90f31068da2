import type { Desk } from '../node/trust/desk.ts'
import { memoryOf } from '../node/trust/packed.ts'
import { createRpcClient } from './rpc.ts'

/** A desk in a worker of its own. Should the worker die, whatever it is asked fails: nobody is trusted then, and the work goes on. */
export function createWorkerDesk(): Desk {
  const worker = new Worker(new URL('./trust.ts', import.meta.url), { type: 'module', name: 'trust' })
  const { port1, port2 } = new MessageChannel()
  const client = createRpcClient(port1)
  port1.start()
  worker.postMessage(null, [port2])
  worker.onerror = (event) => {
    event.preventDefault()
    client.disconnect(`the trust worker failed: ${event.message || 'it could not be loaded'}`)
  }

  const ask =
    <K extends Exclude<keyof Desk, 'close'>>(method: K) =>
    (...args: Parameters<Desk[K]>): ReturnType<Desk[K]> =>
      client.call(method, args) as ReturnType<Desk[K]>

  return {
    // a book of a hundred thousand ratings is ten megabytes
    async open(init) {
      await client.call('open', [init], memoryOf(init.saved))
    },
    hear: ask('hear'),
    has: ask('has'),
    withdrawn: ask('withdrawn'),
    forked: ask('forked'),
    trust: ask('trust'),
    follow: ask('follow'),
    update: ask('update'),
    standings: ask('standings'),
    asking: ask('asking'),
    record: ask('record'),
    why: ask('why'),
    esteem: ask('esteem'),
    doubtful: ask('doubtful'),
    save: ask('save'),
    close() {
      client.disconnect('the trust worker was closed')
      worker.terminate()
    }
  }
}
