/**
 * Where a relay is: asked of the origin that it is reached through, since its peer id may change with a restart.
 *
 * `GET <origin>/relay.json` answers `{ "peer": "12D3Koo…" }`; the relay's WebSocket is at the origin's root.
 */
import * as z from 'zod/mini'
import { InvalidBytesError, parse } from '../schema/codec.ts'
import { peerIdText } from '../schema/presence.ts'

export interface RelaySource {
  /** what people call it: its origin */
  readonly name: string
  /** The relay's multiaddr, with its peer id. @throws when it can't be found now */
  find(options: { signal: AbortSignal }): Promise<string>
}

export interface OriginRelaySourceInit {
  /** default `globalThis.fetch` */
  fetch?: typeof globalThis.fetch
}

const MAX_ANSWER_BYTES = 4096
const relayAnswer = z.object({ peer: peerIdText })

/** The relay behind an origin such as `https://starling.example` or `http://127.0.0.1:8080`. */
export function relayAtOrigin(origin: string, init: OriginRelaySourceInit = {}): RelaySource {
  const url = new URL(origin)
  const ask = init.fetch ?? globalThis.fetch.bind(globalThis)
  return {
    name: url.origin,
    async find({ signal }) {
      const response = await ask(new URL('/relay.json', url), { signal, cache: 'no-store' })
      if (!response.ok) {
        throw new InvalidBytesError(`expected relay.json of ${url.origin}, got status ${response.status}`)
      }
      const { peer } = parse(readJson(await readText(response)), relayAnswer)
      return `${originAddress(url)}/p2p/${peer}`
    }
  }
}

/** The multiaddr of the WebSocket at an origin, without a peer id. */
export function originAddress(url: URL): string {
  const secure = url.protocol === 'https:' || url.protocol === 'wss:'
  const port = url.port === '' ? (secure ? 443 : 80) : url.port
  const host = url.hostname.startsWith('[')
    ? `/ip6/${url.hostname.slice(1, -1)}`
    : /^\d+\.\d+\.\d+\.\d+$/.test(url.hostname)
      ? `/ip4/${url.hostname}`
      : `/dns4/${url.hostname}`
  return `${host}/tcp/${port}${secure ? '/tls/ws' : '/ws'}`
}

async function readText(response: Response): Promise<string> {
  if (response.body === null) return ''
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  const reader = response.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    size += value.byteLength
    if (size > MAX_ANSWER_BYTES) {
      await reader.cancel()
      throw new InvalidBytesError(`expected at most ${MAX_ANSWER_BYTES} bytes of relay.json`)
    }
    text += decoder.decode(value, { stream: true })
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new InvalidBytesError('expected relay.json to be JSON', { cause })
  }
}
