/** Composition: the relay and the front that serves it, from options to something that can be stopped. */
import { readFile } from 'node:fs/promises'
import { loadRelayKey } from './key.ts'
import { createMetrics } from './metrics.ts'
import type { RelayOptions } from './options.ts'
import { createRelay } from './relay.ts'
import { createFront } from './server.ts'
import { loadStaticFiles } from './static.ts'

export interface RunningRelay {
  /** the relay's peer id */
  peer: string
  port: number
  /** null when there is none */
  loopbackPort: number | null
  /** Ends all connections and frees the ports. */
  stop(): Promise<void>
}

/** Starts everything. @throws when the app is not built, a file can't be read or a port is taken */
export async function startRelay(options: RelayOptions): Promise<RunningRelay> {
  const [files, privateKey, tls] = await Promise.all([
    loadStaticFiles(options.app),
    loadRelayKey(options.data),
    readTls(options.tls)
  ])
  const metrics = createMetrics(() => relay.status())
  const relay = await createRelay({ privateKey, limits: options.limits, onBytes: metrics.countBytes })
  const front = createFront({ files, relay, metrics }, { tls, trustProxy: options.trustProxy, ...options.limits })
  const stop = async () => {
    await Promise.all([front.close(), relay.stop()])
  }
  try {
    const port = await front.listen(options.host, options.port)
    const loopbackPort = options.loopbackPort === null ? null : await front.listenLoopback(options.loopbackPort)
    return { peer: relay.peer, port, loopbackPort, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function readTls(tls: RelayOptions['tls']): Promise<{ cert: string; key: string } | null> {
  if (tls === null) return null
  const [cert, key] = await Promise.all([readFile(tls.cert, 'utf8'), readFile(tls.key, 'utf8')])
  return { cert, key }
}
