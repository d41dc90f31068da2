import { describe, expect, it } from 'vitest'
import { RelayOptionError, parseRelayOptions, relayHelp } from './options.ts'

describe('parseRelayOptions', () => {
  it('has defaults made for tabs that come and go', () => {
    expect(parseRelayOptions([], {})).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      loopbackPort: null,
      tls: null,
      trustProxy: false,
      limits: { maxReservations: 512, circuitBytes: 16 * 1024 * 1024, circuitDuration: 30 * 60_000 }
    })
  })

  it('takes a flag over the environment over the default', () => {
    const env = { STARLING_MAX_RESERVATIONS: '7', STARLING_PORT: '9000' }
    const options = parseRelayOptions(['--max-reservations', '9'], env)
    expect(options.limits.maxReservations).toBe(9)
    expect(options.port).toBe(9000)
  })

  it.each([
    [['--port', 'http'], '--port: expected a whole number from 0 to 65535, got "http"'],
    [['--port', '70000'], '--port'],
    [['--circuit-minutes', '0'], '--circuit-minutes'],
    [['--max-reservations', '1.5'], '--max-reservations'],
    [['--trust-proxy', 'yes'], '--trust-proxy'],
    [['--tls-cert', 'a.pem'], '--tls-cert and --tls-key'],
    [['--colour', 'blue'], '--colour']
  ])('refuses %j and says what was expected', (args, message) => {
    expect(() => parseRelayOptions(args, {})).toThrow(RelayOptionError)
    expect(() => parseRelayOptions(args, {})).toThrow(message)
  })

  it('explains each flag that it takes', () => {
    expect(relayHelp()).toMatch(/--max-reservations +\S.*\(512\)/)
  })
})
