/** What every network does, whatever carries it. Each adapter's test calls `networkConformance`. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  MAX_TOPIC_MESSAGE_BYTES,
  type FramedStream,
  type MessageOrigin,
  type Network,
  type NetworkEvents,
  type ProtocolOptions,
  type StreamHandler
} from '../network.ts'

export interface NetworkWorld {
  /** A new network that is not started. Those of one world find each other once they are. */
  network(): Promise<Network>
  /** Ends what the world holds. Its networks are stopped before. */
  close(): Promise<void>
}

const ECHO = '/test/echo/1.0.0'
const TOPIC = 'test/1/topic'
const OTHER_TOPIC = 'test/1/other'
const echoOptions: ProtocolOptions = { maxMessageBytes: 1024 * 1024, maxStreamsPerPeer: 4 }
const bytes = (text: string) => new TextEncoder().encode(text)
const words = (message: Uint8Array | null) => (message === null ? null : new TextDecoder().decode(message))

const same = (a: Uint8Array | null, b: Uint8Array) => a?.length === b.length && b.every((byte, i) => byte === a[i])

const echo: StreamHandler = async (stream, signal) => {
  for (;;) {
    const message = await stream.read({ signal })
    if (message === null) return
    await stream.write(message, { signal })
  }
}

/** The next event that fits; rejects when it does not come in time. */
export function nextEvent<K extends keyof NetworkEvents>(
  network: Network,
  event: K,
  fits: (detail: NetworkEvents[K]) => boolean = () => true
): Promise<NetworkEvents[K]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      stop()
      reject(new Error(`expected "${event}"; the network is at ${JSON.stringify(network.status())}`))
    }, 15_000)
    const stop = network.on(event, (detail) => {
      if (!fits(detail)) return
      clearTimeout(timer)
      stop()
      resolve(detail)
    })
  })
}

/** Resolves when `a` can speak to `b` and the other way round. */
export async function connected(a: Network, b: Network): Promise<void> {
  await Promise.all(
    [[a, b] as const, [b, a] as const].map(async ([from, to]) => {
      const wanted = to.peer
      if (from.status().connections.some(({ peer }) => peer === wanted)) return
      await nextEvent(from, 'connect', ({ peer }) => peer === wanted)
    })
  )
}

export function networkConformance(name: string, createWorld: () => Promise<NetworkWorld>): void {
  describe(`${name} is a network`, () => {
    let world: NetworkWorld
    let networks: Network[]
    let signal: AbortSignal

    beforeEach(async () => {
      world = await createWorld()
      networks = []
      signal = AbortSignal.timeout(15_000)
    })
    afterEach(async () => {
      await Promise.all(networks.map((network) => network.stop()))
      await world.close()
    })

    async function pair(prepare: (a: Network, b: Network) => void = () => {}): Promise<[Network, Network]> {
      const [a, b] = [await world.network(), await world.network()]
      networks.push(a, b)
      prepare(a, b)
      const both = connected(a, b)
      await Promise.all([a.start(), b.start()])
      await both
      return [a, b]
    }
    const open = (from: Network, to: Network, options: Partial<ProtocolOptions> = {}): Promise<FramedStream> =>
      from.open(to.peer, ECHO, { ...echoOptions, ...options, signal })

    describe('streams', () => {
      it('carry messages whole and in order, both ways', async () => {
        const [a, b] = await pair((_, b) => b.handle(ECHO, echoOptions, echo))
        const stream = await open(a, b)
        expect(stream.peer).toBe(b.peer)
        const large = new Uint8Array(600_000).map((_, i) => i % 251)
        const messages = [bytes('first'), new Uint8Array(0), large, bytes('last')]
        const writing = (async () => {
          for (const message of messages) await stream.write(message, { signal })
          await stream.close()
        })()
        for (const message of messages) expect(same(await stream.read({ signal }), message)).toBe(true)
        expect(await stream.read({ signal })).toBeNull()
        await writing
      })

      it('tell the handler who opened them', async () => {
        const from = Promise.withResolvers<string>()
        const [a, b] = await pair((_, b) => {
          b.handle(ECHO, echoOptions, async (stream) => from.resolve(stream.peer))
        })
        const stream = await open(a, b)
        await stream.write(bytes('hello'), { signal }).catch(() => {})
        expect(await from.promise).toBe(a.peer)
      })

      it('end in order when the handler returns', async () => {
        const [a, b] = await pair((_, b) => {
          b.handle(ECHO, echoOptions, async (stream, signal) => {
            await stream.read({ signal })
            await stream.write(bytes('one'), { signal })
            await stream.write(bytes('two'), { signal })
          })
        })
        const stream = await open(a, b)
        await stream.write(bytes('go'), { signal })
        expect(words(await stream.read({ signal }))).toBe('one')
        expect(words(await stream.read({ signal }))).toBe('two')
        expect(await stream.read({ signal })).toBeNull()
        await stream.close()
      })

      it('still bring what was written before a close', async () => {
        const got: string[] = []
        const done = Promise.withResolvers<null>()
        const [a, b] = await pair((_, b) => {
          b.handle(ECHO, echoOptions, async (stream, signal) => {
            for (let m = await stream.read({ signal }); m !== null; m = await stream.read({ signal })) {
              got.push(words(m) ?? '')
            }
            done.resolve(null)
          })
        })
        const stream = await open(a, b)
        for (const word of ['a', 'b', 'c']) await stream.write(bytes(word), { signal })
        await stream.close()
        await done.promise
        expect(got).toEqual(['a', 'b', 'c'])
      })

      it('fail to be read after the handler threw, and the node goes on', async () => {
        const [a, b] = await pair((_, b) => {
          b.handle(ECHO, echoOptions, async (stream, signal) => {
            await stream.read({ signal })
            throw new Error('no')
          })
        })
        const stream = await open(a, b)
        await stream.write(bytes('x'), { signal })
        await expect(stream.read({ signal })).rejects.toMatchObject({ name: 'StreamAbortedError' })
        expect(b.status().connections).toHaveLength(1)
      })

      it('end on both sides at once when one aborts', async () => {
        const failed = Promise.withResolvers<unknown>()
        const [a, b] = await pair((_, b) => {
          b.handle(ECHO, echoOptions, async (stream, signal) => {
            await stream.read({ signal })
            await stream.write(bytes('go on'), { signal })
            await stream.read().catch(failed.resolve)
          })
        })
        const stream = await open(a, b)
        await stream.write(bytes('x'), { signal })
        await stream.read({ signal })
        stream.abort(new Error('enough'))
        expect(await failed.promise).toMatchObject({ name: 'StreamAbortedError' })
        await expect(stream.read({ signal })).rejects.toMatchObject({ name: 'StreamAbortedError' })
        await expect(stream.write(bytes('y'), { signal })).rejects.toMatchObject({ name: 'StreamAbortedError' })
      })

      it('stop waiting when a signal aborts, and can be read on', async () => {
        const [a, b] = await pair((_, b) => b.handle(ECHO, echoOptions, echo))
        const stream = await open(a, b)
        const impatient = new AbortController()
        const reading = stream.read({ signal: impatient.signal })
        impatient.abort(new Error('impatient'))
        await expect(reading).rejects.toThrow()
        await stream.write(bytes('still there'), { signal })
        expect(words(await stream.read({ signal }))).toBe('still there')
        await stream.close()
      })

      it('make a writer wait for a reader', async () => {
        const go = Promise.withResolvers<null>()
        let read = 0
        const [a, b] = await pair((_, b) => {
          b.handle(ECHO, { ...echoOptions, maxMessageBytes: 65_536 }, async (stream, signal) => {
            await go.promise
            while ((await stream.read({ signal })) !== null) read += 1
            await stream.write(bytes(String(read)), { signal })
          })
        })
        const stream = await open(a, b)
        const total = 400
        let written = 0
        const writing = (async () => {
          for (; written < total; written++) await stream.write(new Uint8Array(65_536), { signal })
          await stream.close()
        })()
        // the writer gets nowhere any more: it is asked again until two answers are the same
        for (let before = -1; before !== written; ) {
          before = written
          await new Promise((resolve) => setTimeout(resolve, 150))
        }
        expect(written).toBeLessThan(total)
        go.resolve(null)
        await writing
        expect(words(await stream.read({ signal }))).toBe(String(total))
      })

      it('are refused for a protocol that is not spoken', async () => {
        const [a, b] = await pair()
        await expect(open(a, b)).rejects.toMatchObject({ name: 'ProtocolUnsupportedError' })
      })

      it('are refused to a peer that is not there', async () => {
        const [a] = await pair()
        const gone = await world.network()
        networks.push(gone)
        await expect(open(a, gone)).rejects.toMatchObject({ name: 'PeerUnreachableError' })
      })

      it('end with a message over the limit, which is held against the sender', async () => {
        const failed = Promise.withResolvers<unknown>()
        const [a, b] = await pair((_, b) => {
          b.handle(ECHO, { ...echoOptions, maxMessageBytes: 100 }, async (stream, signal) => {
            await stream.read({ signal })
            await stream.read({ signal }).catch(failed.resolve)
          })
        })
        const stream = await open(a, b)
        await stream.write(new Uint8Array(100), { signal })
        await stream.write(new Uint8Array(101), { signal }).catch(() => {})
        expect(await failed.promise).toMatchObject({ name: 'MessageTooLongError' })
        await expect(stream.read({ signal })).rejects.toMatchObject({ name: 'StreamAbortedError' })
        // four times is enough
        const gone = nextEvent(b, 'disconnect', ({ peer }) => peer === a.peer)
        for (let i = 0; i < 5; i++) {
          const next = await open(a, b).catch(() => null)
          if (next === null) break
          await next.write(new Uint8Array(100), { signal }).catch(() => {})
          await next.write(new Uint8Array(101), { signal }).catch(() => {})
          await next.read({ signal }).catch(() => {})
        }
        await gone
      })

      it('are no more than the protocol allows to one peer', async () => {
        const [a, b] = await pair((_, b) => b.handle(ECHO, { ...echoOptions, maxStreamsPerPeer: 2 }, echo))
        const streams = [await open(a, b), await open(a, b)]
        const answer = async (stream: FramedStream): Promise<string | null> => {
          await stream.write(bytes('there?'), { signal })
          return words(await stream.read({ signal }))
        }
        for (const stream of streams) expect(await answer(stream)).toBe('there?')
        await expect(open(a, b).then(answer)).rejects.toThrow()
        // a place is free again when one ends
        await streams[0]?.close()
        expect(await streams[0]?.read({ signal })).toBeNull()
        expect(await answer(await open(a, b))).toBe('there?')
        // and we keep to our own limit
        await expect(open(a, b, { maxStreamsPerPeer: 2 })).rejects.toMatchObject({ name: 'TooManyStreamsError' })
      })

      it('break when the other network stops', async () => {
        const [a, b] = await pair((_, b) => b.handle(ECHO, echoOptions, echo))
        const stream = await open(a, b)
        const reading = stream.read({ signal })
        await Promise.all([b.stop(), expect(reading).rejects.toMatchObject({ name: 'StreamAbortedError' })])
      })

      it('are counted by protocol', async () => {
        const [a, b] = await pair((_, b) => b.handle(ECHO, echoOptions, echo))
        const stream = await open(a, b)
        await stream.write(new Uint8Array(5000), { signal })
        await stream.read({ signal })
        const count = a.bytesByProtocol()[ECHO]
        expect(count?.sent).toBeGreaterThanOrEqual(5000)
        expect(count?.received).toBeGreaterThanOrEqual(5000)
        expect(count?.received).toBeLessThan(6000)
        await stream.close()
      })
    })

    describe('topics', () => {
      it('bring a message to those who take part, with who gave it', async () => {
        const got = Promise.withResolvers<[string | null, string]>()
        const [a, b] = await pair((a, b) => {
          a.subscribe(TOPIC, async () => 'accept')
          b.subscribe(TOPIC, async (message, { from }) => {
            got.resolve([words(message), from])
            return 'accept'
          })
        })
        await published(a, 'hello')
        expect(await got.promise).toEqual(['hello', a.peer])
        expect(b.status().connections).toHaveLength(1)
      })

      it('give nobody anything when nobody takes part', async () => {
        const alone = await world.network()
        networks.push(alone)
        alone.subscribe(TOPIC, async () => 'accept')
        await alone.start()
        expect(await alone.publish(TOPIC, bytes('anybody?'))).toBe(0)
      })

      it('hold a rejected message against whoever gave it, and not an ignored one', async () => {
        const [a, b] = await pair((a, b) => {
          a.subscribe(TOPIC, async () => 'accept')
          b.subscribe(TOPIC, async (message) => (words(message)?.startsWith('bad') ? 'reject' : 'ignore'))
        })
        await published(a, 'whatever')
        for (let i = 0; i < 30; i++) await a.publish(TOPIC, bytes(`dull ${i}`))
        expect(b.status().connections).toHaveLength(1)
        const gone = nextEvent(b, 'disconnect', ({ peer }) => peer === a.peer)
        for (let i = 0; i < 30; i++) await a.publish(TOPIC, bytes(`bad ${i}`))
        await gone
      })

      it('name who published a message that another peer passed on', async () => {
        const origins: MessageOrigin[] = []
        const [a, b] = await pair((a, b) => {
          for (const network of [a, b]) network.subscribe(TOPIC, async () => 'accept')
        })
        const c = await world.network()
        networks.push(c)
        c.subscribe(TOPIC, async (_, origin) => {
          origins.push(origin)
          return 'accept'
        })
        const all = Promise.all([connected(a, c), connected(b, c)])
        await c.start()
        await all
        // one that is said while they find each other may not come round
        for (let i = 0; origins.length === 0; i++) {
          await published(a, `who said it? ${i}`)
          await new Promise((resolve) => setTimeout(resolve, 100))
        }
        for (const { from, publisher } of origins) {
          expect(publisher).toBe(a.peer)
          expect([a.peer, b.peer]).toContain(from)
        }
      })

      it('take the same bytes for one message, whoever publishes them', async () => {
        const heard: string[] = []
        const [a, b] = await pair((a, b) => {
          for (const network of [a, b]) {
            network.subscribe(TOPIC, async (message) => {
              heard.push(`${network.peer} ${words(message)}`)
              return 'accept'
            })
          }
        })
        await published(a, 'the same')
        await until(() => heard.includes(`${b.peer} the same`))
        expect(await a.publish(TOPIC, bytes('the same'))).toBe(0)
        expect(await b.publish(TOPIC, bytes('the same'))).toBe(0)
        // what comes later has come after all that was published before
        await published(a, 'the last word')
        await published(b, 'the very last word')
        await until(() => heard.includes(`${b.peer} the last word`) && heard.includes(`${a.peer} the very last word`))
        expect(heard.filter((line) => line.endsWith('the same'))).toEqual([`${b.peer} the same`])
      })

      it('take the same bytes on two topics for two messages', async () => {
        const heard: string[] = []
        const [a, b] = await pair((a, b) => {
          for (const topic of [TOPIC, OTHER_TOPIC]) {
            a.subscribe(topic, async () => 'accept')
            b.subscribe(topic, async (message) => {
              heard.push(`${topic} ${words(message)}`)
              return 'accept'
            })
          }
        })
        await published(a, 'hello')
        await published(a, 'hello', OTHER_TOPIC)
        await until(() => heard.length >= 2)
        expect(heard.sort()).toEqual([`${OTHER_TOPIC} hello`, `${TOPIC} hello`].sort())
        expect(b.status().connections).toHaveLength(1)
      })

      it('are not gone round by what nobody was there to hear', async () => {
        const got = Promise.withResolvers<string | null>()
        const [a, b] = await pair((a) => a.subscribe(TOPIC, async () => 'accept'))
        expect(await a.publish(TOPIC, bytes('early'))).toBe(0)
        b.subscribe(TOPIC, async (message) => {
          got.resolve(words(message))
          return 'accept'
        })
        await published(a, 'early')
        expect(await got.promise).toBe('early')
      })

      it('know who takes part, from joining to leaving', async () => {
        const heard: Array<string | null> = []
        const [a, b] = await pair((a) => a.subscribe(TOPIC, async () => 'accept'))
        expect(a.subscribers(TOPIC)).toEqual([])
        const leave = b.subscribe(TOPIC, async (message) => {
          heard.push(words(message))
          return 'accept'
        })
        await until(() => a.subscribers(TOPIC).length > 0 && b.subscribers(TOPIC).length > 0)
        expect(a.subscribers(TOPIC)).toEqual([b.peer])
        expect(b.subscribers(TOPIC)).toEqual([a.peer])
        await published(a, 'one')
        await until(() => heard.length === 1)

        leave()
        await until(() => a.subscribers(TOPIC).length === 0)
        expect(await a.publish(TOPIC, bytes('two'))).toBe(0)
        expect(b.subscribers(TOPIC)).toEqual([a.peer])

        const back = b.subscribe(TOPIC, async (message) => {
          heard.push(words(message))
          return 'accept'
        })
        // the one that left before has nothing to leave any more
        leave()
        await published(a, 'three')
        await until(() => heard.length === 2)
        back()
        expect(heard).toEqual(['one', 'three'])
        expect(b.status().connections).toHaveLength(1)
      })

      it('hold a message over the limit against whoever gave it, and ask no handler', async () => {
        const heard: number[] = []
        const [a, b] = await pair((a, b) => {
          a.subscribe(TOPIC, async () => 'accept')
          b.subscribe(TOPIC, async (message) => {
            heard.push(message.length)
            return 'accept'
          })
        })
        const gone = nextEvent(b, 'disconnect', ({ peer }) => peer === a.peer)
        await until(() => a.subscribers(TOPIC).length > 0)
        await a.publish(TOPIC, new Uint8Array(MAX_TOPIC_MESSAGE_BYTES))
        await until(() => heard.length === 1)
        for (let i = 0; i < 30; i++) await a.publish(TOPIC, new Uint8Array(MAX_TOPIC_MESSAGE_BYTES + 1).fill(i))
        await gone
        expect(heard).toEqual([MAX_TOPIC_MESSAGE_BYTES])
      })

      /** Publishes as soon as somebody is known to take part. */
      async function published(from: Network, text: string, topic = TOPIC): Promise<void> {
        while ((await from.publish(topic, bytes(text))) === 0) {
          signal.throwIfAborted()
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
      }

      async function until(holds: () => boolean): Promise<void> {
        while (!holds()) {
          signal.throwIfAborted()
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
      }
    })

    describe('peers', () => {
      it('are listed while connected', async () => {
        const [a, b] = await pair()
        expect(a.status().connections.map(({ peer }) => peer)).toEqual([b.peer])
        expect(['direct', 'relayed']).toContain(a.status().state)
        expect(a.status().peer).toBe(a.peer)
      })

      it('are told goodbye when a network stops', async () => {
        const [a, b] = await pair()
        const gone = nextEvent(b, 'disconnect', ({ peer }) => peer === a.peer)
        await a.stop()
        await gone
        expect(b.status().connections).toEqual([])
        expect(a.status().connections).toEqual([])
      })

      it('are refused once enough is held against them', async () => {
        const [a, b] = await pair((_, b) => b.handle(ECHO, echoOptions, echo))
        const gone = [
          nextEvent(a, 'disconnect', ({ peer }) => peer === b.peer),
          nextEvent(b, 'disconnect', ({ peer }) => peer === a.peer)
        ]
        b.penalise(a.peer, 'a test', 40)
        expect(b.status().connections).toHaveLength(1)
        b.penalise(a.peer, 'a test', 70)
        await Promise.all(gone)
        await expect(open(a, b)).rejects.toMatchObject({ name: 'PeerUnreachableError' })
        await expect(open(b, a)).rejects.toMatchObject({ name: 'PeerUnreachableError' })
      })

      it('are met as the door says, by their card, and the others are not dialled by anybody', async () => {
        const [a, b, c] = [await world.network(), await world.network(), await world.network()]
        networks.push(a, b, c)
        const card = new Map([a, b, c].map((one, i) => [one.peer, Uint8Array.of(i)]))
        const asked = new Map<string, Uint8Array | null>()
        a.guard({
          card: () => card.get(a.peer) ?? null,
          async admits(peer, shown) {
            asked.set(peer, shown)
            return shown?.[0] !== 2
          }
        })
        b.guard({ card: () => card.get(b.peer) ?? null, admits: async () => true })
        c.guard({ card: () => card.get(c.peer) ?? null, admits: async () => true })
        const met: string[] = []
        for (const one of [a, c]) one.on('connect', ({ peer }) => met.push(peer))
        const all = Promise.all([connected(a, b), connected(b, c)])
        await Promise.all([a.start(), b.start(), c.start()])
        await all
        await expect.poll(() => asked.get(c.peer)).toEqual(Uint8Array.of(2))
        expect(asked.get(b.peer)).toEqual(Uint8Array.of(1))
        // it is told no, and tries again, for as long as it likes
        await new Promise((resolve) => setTimeout(resolve, 500))
        expect(met).toEqual(expect.arrayContaining([b.peer]))
        expect(met).not.toContain(c.peer)
        expect(met).not.toContain(a.peer)
      })

      it('are parted from when the door thinks otherwise, and met when it does again', async () => {
        const [a, b] = [await world.network(), await world.network()]
        networks.push(a, b)
        let admits = true
        a.guard({ card: () => null, admits: async () => admits })
        const both = connected(a, b)
        await Promise.all([a.start(), b.start()])
        await both
        const gone = [
          nextEvent(a, 'disconnect', ({ peer }) => peer === b.peer),
          nextEvent(b, 'disconnect', ({ peer }) => peer === a.peer)
        ]
        admits = false
        a.reconsider()
        await Promise.all(gone)
        await expect(open(b, a)).rejects.toMatchObject({ name: 'PeerUnreachableError' })
      })

      it('can be stopped twice', async () => {
        const [a] = await pair()
        await a.stop()
        await a.stop()
        expect(a.status().state).toBe('offline')
      })
    })
  })
}
