/** Numbers for operators, in Prometheus' text format. They name nobody: no address, no peer id. */
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client'
import type { RelayStatus } from './relay.ts'

export interface Metrics {
  /** the media type of `text()` */
  contentType: string
  text(): Promise<string>
  countBytes(direction: 'received' | 'sent', bytes: number): void
  countRequest(method: string, status: number): void
  countRefused(reason: 'address' | 'path'): void
}

/** @param status read at each scrape */
export function createMetrics(status: () => RelayStatus): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const gauge = (name: string, help: string, value: (status: RelayStatus) => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value(status()))
      }
    })
  gauge('starling_relay_connections', 'Peers connected now', ({ connections }) => connections)
  gauge('starling_relay_reservations', 'Peers reachable through this relay now', ({ reservations }) => reservations)
  gauge('starling_relay_circuits', 'Relayed connections open now', ({ circuits }) => circuits)
  const bytes = new Counter({
    name: 'starling_relay_bytes_total',
    help: 'Bytes in WebSocket messages from and to peers',
    labelNames: ['direction'] as const,
    registers
  })
  const requests = new Counter({
    name: 'starling_http_requests_total',
    help: 'HTTP requests answered',
    labelNames: ['method', 'status'] as const,
    registers
  })
  const refused = new Counter({
    name: 'starling_relay_refused_total',
    help: 'WebSockets refused: too many from one address, or not at the path of the relay',
    labelNames: ['reason'] as const,
    registers
  })
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    countBytes: (direction, count) => bytes.inc({ direction }, count),
    countRequest: (method, code) => requests.inc({ method: methods.has(method) ? method : 'other', status: code }),
    countRefused: (reason) => refused.inc({ reason })
  }
}

/** Labels are kept for good, so a stranger must not be able to make new ones. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'])
