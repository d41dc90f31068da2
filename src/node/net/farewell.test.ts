import type { Connection, Logger } from '@libp2p/interface'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../support/clock.ts'
import { StreamAbortedError } from './errors.ts'
import { FAREWELL_PROTOCOL, createFarewell } from './farewell.ts'
import type { FramedStreamWithEnd } from './framed-stream.ts'
import type { ConnectionStreamHandler } from './streams.ts'

/** A connection over which somebody has opened the stream, and says this: messages, then its end or an error. */
async function hear(...said: Array<Uint8Array | null | Error>) {
  const goodbyes: string[] = []
  const offences: Array<[peer: string, points: number]> = []
  let [reads, ended] = [0, 0]
  let accept: ConnectionStreamHandler = async () => undefined
  createFarewell(
    {
      streams: {
        handle: (protocol, _options, handler) => {
          expect(protocol).toBe(FAREWELL_PROTOCOL)
          accept = handler
        },
        open: () => Promise.reject(new Error('nobody opens one here'))
      },
      clock: systemClock,
      log: Object.assign(() => undefined, { error: () => undefined }) as unknown as Logger,
      penalise: (peer, _reason, points) => void offences.push([peer, points])
    },
    { onGoodbye: (peer) => void goodbyes.push(peer) }
  )
  const stream = {
    peer: 'p',
    async read() {
      const next = said[reads++]
      if (next instanceof Error) throw next
      return next ?? null
    }
  } as unknown as FramedStreamWithEnd
  const connection = { abort: () => ended++ } as unknown as Connection
  await accept(stream, new AbortController().signal, connection)
  return { goodbyes, offences, reads, ended }
}

describe('a farewell', () => {
  it('is the end of a stream on which nothing is said', async () => {
    expect(await hear(null)).toEqual({ goodbyes: ['p'], offences: [], reads: 1, ended: 0 })
  })

  it('is none when the stream breaks: the connection is dead', async () => {
    expect(await hear(new StreamAbortedError('gone'))).toEqual({ goodbyes: [], offences: [], reads: 1, ended: 1 })
  })

  it('with a message is an offence, and no second one is read', async () => {
    const messages = Array.from({ length: 100 }, () => new Uint8Array(0))
    expect(await hear(...messages, null)).toEqual({ goodbyes: [], offences: [['p', 20]], reads: 1, ended: 1 })
  })
})
