import './polyfill.ts'
import type { Stream } from '@libp2p/interface'
import { streamPair } from '@libp2p/utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { WINDOW_BYTES } from './credit.ts'
import { frameStream, type FramedStreamWithEnd } from './framed-stream.ts'

const aborted = { name: 'StreamAbortedError' }
const bytes = (text: string) => new TextEncoder().encode(text)

describe('a framed stream', () => {
  let raw: Stream
  let other: Stream
  let offences: string[]
  let stream: FramedStreamWithEnd

  const frame = (end: Stream, maxMessageBytes = 1000) =>
    frameStream(end, { peer: 'p', maxMessageBytes, onOffence: (reason) => offences.push(reason) })

  beforeEach(async () => {
    ;[raw, other] = await streamPair()
    offences = []
    stream = frame(raw)
  })

  it('has frames that another implementation can read and write', async () => {
    const sent: number[] = []
    other.addEventListener('message', ({ data }) => sent.push(...data.subarray()))
    await stream.write(bytes('hi'))
    await stream.close()
    other.send(Uint8Array.of(3, 0, 104, 111))
    other.send(Uint8Array.of(1, 2))
    expect(await stream.read()).toEqual(bytes('ho'))
    expect(await stream.read()).toBeNull()
    expect(sent).toEqual([3, 0, 104, 105, 1, 2])
    expect(stream.ended.aborted).toBe(true)
    expect(offences).toEqual([])
  })

  it('reads frames however they are cut', async () => {
    for (const byte of [3, 0, 104, 111, 1, 2]) other.send(Uint8Array.of(byte))
    expect(await stream.read()).toEqual(bytes('ho'))
    expect(await stream.read()).toBeNull()
  })

  it('reads what came before the end also when the stream breaks after it', async () => {
    other.send(Uint8Array.of(3, 0, 104, 111, 1, 2))
    const broken = new Promise((resolve) => stream.ended.addEventListener('abort', resolve))
    await new Promise((resolve) => raw.addEventListener('message', resolve, { once: true }))
    other.abort(new Error('gone'))
    await broken
    expect(await stream.read()).toEqual(bytes('ho'))
    expect(await stream.read()).toBeNull()
    await expect(stream.write(bytes('x'))).rejects.toMatchObject(aborted)
  })

  it('is broken when it closes without an end', async () => {
    other.send(Uint8Array.of(3, 0, 104))
    const reading = stream.read()
    await Promise.all([expect(reading).rejects.toMatchObject(aborted), other.close(), raw.close()])
    expect(offences).toEqual([])
  })

  it.each([
    ['a kind that is none', [2, 9, 9]],
    ['credit of another size', [3, 1, 0, 0]],
    ['credit that was not used', [5, 1, 0, 0, 1, 0]],
    ['a message after the end', [1, 2, 2, 0, 1]],
    ['a length that is longer than it has to be', [0x82, 0x80, 0, 0, 1]],
    ['a length without end', [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]]
  ])('ends with %s and holds it against the peer', async (_what, garbage) => {
    other.send(Uint8Array.from(garbage))
    if (!stream.ended.aborted) await new Promise((resolve) => stream.ended.addEventListener('abort', resolve))
    expect(offences).toHaveLength(1)
    await expect(stream.read()).rejects.toThrow()
    await expect(stream.write(bytes('x'))).rejects.toThrow()
  })

  it('does not wait for all of a message that is too long', async () => {
    const reading = stream.read()
    // the length of a gigabyte, and nothing of it yet
    other.send(Uint8Array.of(128, 128, 128, 128, 4))
    await expect(reading).rejects.toMatchObject({ name: 'MessageTooLongError' })
    expect(offences).toHaveLength(1)
  })

  it('takes no more than its credit from one who does not wait for the reader', async () => {
    const chunk = new Uint8Array(64 * 1024)
    const polite = frame(other, chunk.length)
    const framed = Uint8Array.from([0x81, 0x80, 0x04, 0, ...chunk])
    const over = new Promise((resolve) => polite.ended.addEventListener('abort', resolve))
    for (let sent = 0; sent <= WINDOW_BYTES; sent += chunk.length) raw.send(framed)
    raw.send(framed)
    await over
    expect(offences.join()).toContain('credit')
  })

  it('takes no more empty messages than the memory that they take up allows', async () => {
    const most = WINDOW_BYTES / 128
    const over = new Promise((resolve) => stream.ended.addEventListener('abort', resolve))
    const empty = Uint8Array.of(1, 0)
    other.send(Uint8Array.from({ length: 2 * most }, (_, i) => empty[i % 2]!))
    await new Promise((resolve) => raw.addEventListener('message', resolve, { once: true }))
    expect(offences).toEqual([])
    other.send(empty)
    await over
    expect(offences.join()).toContain('credit')
  })

  it('writes no more empty messages than that, and goes on as they are read', async () => {
    const far = frame(other)
    let written = 0
    const writing = (async () => {
      for (; written < 5000; written++) await stream.write(new Uint8Array(0))
    })()
    await vi.waitFor(() => expect(written).toBe(WINDOW_BYTES / 128), 10_000)
    for (let i = 0; i < 5000; i++) expect(await far.read()).toHaveLength(0)
    await writing
    expect(offences).toEqual([])
  })

  it('makes a writer wait until the reader has taken something', async () => {
    const far = frame(other, 100_000)
    const message = new Uint8Array(100_000)
    let written = 0
    const writing = (async () => {
      for (; written < 20; written++) await stream.write(message)
    })()
    expect(await far.read()).toHaveLength(message.length)
    await new Promise((resolve) => setImmediate(resolve))
    expect(written).toBeLessThan(8)
    for (let i = 1; i < 20; i++) expect(await far.read()).toHaveLength(message.length)
    await writing
  })

  it('is over for both when both have ended, and only then', async () => {
    const far = frame(other)
    await stream.close()
    expect(await far.read()).toBeNull()
    expect(stream.ended.aborted).toBe(false)
    await far.write(bytes('later'))
    expect(await stream.read()).toEqual(bytes('later'))
    await far.close()
    expect(await stream.read()).toBeNull()
    expect([stream.ended.aborted, far.ended.aborted]).toEqual([true, true])
    await expect(stream.write(bytes('x'))).rejects.toMatchObject(aborted)
  })
})
