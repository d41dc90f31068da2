import { describe, expect, it } from 'vitest'
import { originAddress, relayAtOrigin } from './relay-source.ts'

const PEER = `12D3KooW${'a'.repeat(44)}`
const signal = new AbortController().signal
const answering = (body: BodyInit, status = 200) => {
  const asked: string[] = []
  const fetch: typeof globalThis.fetch = async (url) => {
    asked.push(url instanceof Request ? url.url : url.toString())
    return new Response(body, { status })
  }
  return { fetch, asked }
}

describe('a relay at an origin', () => {
  it('is asked of the origin, whatever page of it is given', async () => {
    const { fetch, asked } = answering(JSON.stringify({ peer: PEER }))
    const relay = relayAtOrigin('https://starling.example/tasks?x#y', { fetch })
    expect(relay.name).toBe('https://starling.example')
    expect(await relay.find({ signal })).toBe(`/dns4/starling.example/tcp/443/tls/ws/p2p/${PEER}`)
    expect(asked).toEqual(['https://starling.example/relay.json'])
  })

  it.each([
    ['http://127.0.0.1:8080', '/ip4/127.0.0.1/tcp/8080/ws'],
    ['http://localhost', '/dns4/localhost/tcp/80/ws'],
    ['https://192.168.1.7:8443', '/ip4/192.168.1.7/tcp/8443/tls/ws'],
    ['http://[::1]:8080', '/ip6/::1/tcp/8080/ws']
  ])('%s is %s', (origin, address) => {
    expect(originAddress(new URL(origin))).toBe(address)
  })

  it.each([
    ['an error', '{}', 503],
    ['no JSON', '<html>', 200],
    ['no peer', '{}', 200],
    ['a peer that is none', JSON.stringify({ peer: '../../etc' }), 200],
    ['too much', JSON.stringify({ peer: PEER, more: 'x'.repeat(10_000) }), 200]
  ])('is not there when the answer is %s', async (_what, body, status) => {
    const { fetch } = answering(body, status)
    await expect(relayAtOrigin('http://a.example', { fetch }).find({ signal })).rejects.toMatchObject({
      name: 'InvalidBytesError'
    })
  })
})
