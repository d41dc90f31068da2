/**
 * What a relay can be told, by flags (`--max-reservations 64`) or by environment (`STARLING_MAX_RESERVATIONS=64`);
 * a flag wins.
 */
import { parseArgs } from 'node:util'

/** Bounds on what strangers can make the relay hold or do. */
export interface RelayLimits {
  /** WebSockets open at once */
  maxConnections: number
  /** WebSockets open at once from one address (IPv4) or one network (IPv6, /64) */
  maxConnectionsPerAddress: number
  /** new WebSockets a second from one address */
  connectionsPerSecond: number
  /** peers that can be reached through this relay at once */
  maxReservations: number
  /** how long a reservation holds until it must be renewed, ms */
  reservationTtl: number
  /** bytes that one relayed connection may carry, both ways together */
  circuitBytes: number
  /** how long one relayed connection may live, ms */
  circuitDuration: number
}

export interface RelayOptions {
  host: string
  port: number
  /** another port, plain HTTP and for this machine only; null: none */
  loopbackPort: number | null
  /** the folder of the built app */
  app: string
  /** the folder where the relay's key is kept */
  data: string
  /** PEM files; null: plain HTTP, for localhost or behind a proxy that does TLS */
  tls: { cert: string; key: string } | null
  /** believe the last address in `X-Forwarded-For`: only behind a proxy that sets it */
  trustProxy: boolean
  limits: RelayLimits
}

/** A flag or variable that can't be used. The message says which, what was expected and what came. */
export class RelayOptionError extends Error {
  override readonly name = 'RelayOptionError'
}

const MINUTE = 60_000
const MIB = 1024 * 1024

const flags = {
  host: { value: '127.0.0.1', help: 'address to listen on' },
  port: { value: '8080', help: 'port for the app and the relay' },
  'loopback-port': { value: '', help: 'a second port, plain HTTP, reachable from this machine only' },
  app: { value: 'dist/app', help: 'folder of the built app' },
  data: { value: '.starling', help: "folder that keeps the relay's key" },
  'tls-cert': { value: '', help: 'certificate (PEM file); HTTPS when given' },
  'tls-key': { value: '', help: "the certificate's private key (PEM file)" },
  'trust-proxy': { value: 'false', help: 'true: believe X-Forwarded-For; only behind a proxy that sets it' },
  'max-connections': { value: '1024', help: 'WebSockets open at once' },
  'max-connections-per-address': { value: '128', help: 'WebSockets open at once from one address' },
  'connections-per-second': { value: '32', help: 'new WebSockets a second from one address' },
  'max-reservations': { value: '512', help: 'peers reachable through this relay at once' },
  'reservation-minutes': { value: '60', help: 'how long a reservation holds until renewed' },
  'circuit-mebibytes': { value: '16', help: 'data that one relayed connection may carry' },
  'circuit-minutes': { value: '30', help: 'how long one relayed connection may live' }
} as const
type Flag = keyof typeof flags

/** The flags with their defaults, for people. */
export function relayHelp(): string {
  const lines = Object.entries(flags).map(
    ([name, { value, help }]) => `  --${name.padEnd(28)} ${help}${value ? ` (${value})` : ''}`
  )
  return ['Starling relay: introduces peers and serves the app, on one port.', '', ...lines].join('\n')
}

/**
 * Options from the command line and the environment.
 *
 * @param args the arguments after the program's name
 * @throws RelayOptionError
 */
export function parseRelayOptions(args: string[], env: Record<string, string | undefined>): RelayOptions {
  const given = parseFlags(args)
  const read = (flag: Flag): string =>
    given[flag] ?? env[`STARLING_${flag.replaceAll('-', '_').toUpperCase()}`] ?? flags[flag].value
  const whole = (flag: Flag, min: number, max: number): number => {
    const value = Number(read(flag))
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new RelayOptionError(`--${flag}: expected a whole number from ${min} to ${max}, got "${read(flag)}"`)
    }
    return value
  }
  const cert = read('tls-cert')
  const key = read('tls-key')
  if ((cert === '') !== (key === '')) {
    throw new RelayOptionError('--tls-cert and --tls-key: expected both or none')
  }
  if (!['true', 'false'].includes(read('trust-proxy'))) {
    throw new RelayOptionError(`--trust-proxy: expected true or false, got "${read('trust-proxy')}"`)
  }
  return {
    host: read('host'),
    port: whole('port', 0, 65_535),
    loopbackPort: read('loopback-port') === '' ? null : whole('loopback-port', 0, 65_535),
    app: read('app'),
    data: read('data'),
    tls: cert === '' ? null : { cert, key },
    trustProxy: read('trust-proxy') === 'true',
    limits: {
      maxConnections: whole('max-connections', 1, 100_000),
      maxConnectionsPerAddress: whole('max-connections-per-address', 1, 100_000),
      connectionsPerSecond: whole('connections-per-second', 1, 10_000),
      maxReservations: whole('max-reservations', 0, 100_000),
      reservationTtl: whole('reservation-minutes', 1, 24 * 60) * MINUTE,
      circuitBytes: whole('circuit-mebibytes', 1, 64 * 1024) * MIB,
      circuitDuration: whole('circuit-minutes', 1, 24 * 60) * MINUTE
    }
  }
}

function parseFlags(args: string[]): Partial<Record<Flag, string>> {
  const options = Object.fromEntries(Object.keys(flags).map((name) => [name, { type: 'string' as const }]))
  try {
    return parseArgs({ args, options, strict: true }).values
  } catch (cause) {
    throw new RelayOptionError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}
