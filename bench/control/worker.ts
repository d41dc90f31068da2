/**
 * A tab of `npm run bench -- control`: the network as the peer worker has it, with the data protocol of `src/node/adapt` and an echo
 * on the protocol of contracts' control streams.
 */
import { table } from '../../src/node/adapt/table.ts'
import { fetchData, serveData, type DataComponents } from '../../src/node/adapt/data.ts'
import { digest, toHex } from '../../src/node/crypto/hash.ts'
import type { Network } from '../../src/node/net/network.ts'
import { relayAtOrigin } from '../../src/node/net/relay-source.ts'
import { delay } from '../../src/node/support/wait-for.ts'
import { installStandIns } from '../../src/workers/bridge/worker.ts'
import { serveRpc } from '../../src/workers/rpc.ts'

export interface Start {
  origin: string
  bridge: MessagePort
  rpc: MessagePort
}

/** What the bench asks of a tab. Times are in milliseconds. */
export interface Tab {
  peer(): Promise<string>
  /** Whether it is connected to another one directly. */
  meets(peer: string): Promise<boolean>
  /** Round trips of small messages on one control stream, one after the other, each so long after the one before. */
  ping(peer: string, times: number, everyMs: number): Promise<number[]>
  /** Begins to fetch the file again and again, on so many streams at once, until it is stopped. */
  take(peer: string, streams: number): Promise<void>
  /** Bytes of the data protocol that have come, and when that was so. */
  taken(): Promise<{ bytes: number; at: number }>
  stop(): Promise<void>
}

/** As large as all files of a task may be. */
const FILE_BYTES = 16 * 1024 * 1024
/** An approval: a signature and a few words. */
const MESSAGE_BYTES = 100
const PATIENCE_MS = 30_000

const CONTRACT = 'c'.repeat(64)
const file = Uint8Array.from({ length: FILE_BYTES }, (_, i) => (i * 31) % 251)

async function open({ origin, bridge, rpc }: Start): Promise<void> {
  installStandIns(bridge)
  // libp2p takes WebRTC's globals as it is loaded
  const { createLibp2pNetwork } = await import('../../src/node/net/libp2p.ts')
  const network = await createLibp2pNetwork({ relays: [relayAtOrigin(origin)] })
  serveRpc(rpc, createTab(network))
  rpc.start()
  await network.start()
}

function createTab(network: Network): Tab {
  const { control, data } = table
  // peers stand for themselves here
  const connectionsTo = (peer: string) => network.status().connections.filter((one) => one.peer === peer)
  const components: DataComponents = {
    network,
    directory: { identified: async (peer) => peer, peersOf: connectionsTo, reachable: async () => undefined }
  }
  let ending = new AbortController()
  let taking: Array<Promise<void>> = []

  serveData(components, async () => file)
  network.handle(control.protocol, control, async (stream, signal) => {
    for (let said = await stream.read({ signal }); said !== null; said = await stream.read({ signal })) {
      await stream.write(said, { signal })
    }
  })

  async function takeAgainAndAgain(peer: string, signal: AbortSignal): Promise<void> {
    const wanted = { contract: CONTRACT, hash: toHex(await digest(file)), size: FILE_BYTES }
    while (!signal.aborted) await fetchData(components, peer, wanted, signal)
  }

  return {
    peer: async () => network.peer,
    meets: async (peer) => connectionsTo(peer).some(({ direct }) => direct),
    async ping(peer, times, everyMs) {
      const signal = AbortSignal.timeout(PATIENCE_MS + times * everyMs * 10)
      const stream = await network.open(peer, control.protocol, { ...control, signal })
      const message = new Uint8Array(MESSAGE_BYTES)
      const millis: number[] = []
      for (let i = 0; i < times; i++) {
        const began = performance.now()
        await stream.write(message, { signal })
        await stream.read({ signal })
        millis.push(performance.now() - began)
        await delay(everyMs, signal)
      }
      await stream.close()
      return millis
    },
    async take(peer, streams) {
      ending = new AbortController()
      const { signal } = ending
      taking = Array.from({ length: streams }, () => takeAgainAndAgain(peer, signal))
    },
    taken: async () => ({ bytes: network.bytesByProtocol()[data.protocol]?.received ?? 0, at: performance.now() }),
    async stop() {
      ending.abort(new Error('it has been measured'))
      const ends = await Promise.allSettled(taking)
      const failure = ends.find((end) => end.status === 'rejected' && end.reason !== ending.signal.reason)
      if (failure?.status === 'rejected') throw failure.reason
    }
  }
}

addEventListener('message', ({ data }: MessageEvent<Start>) => void open(data), { once: true })
