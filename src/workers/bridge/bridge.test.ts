import '../../node/net/polyfill.ts'
import { beforeEach, describe, expect, it } from 'vitest'
import { FakeChannel, FakeConnection, fakeLocks, fakePorts } from './testing/fakes.ts'
import { serveConnections, type ServedConnections } from './page.ts'
import { PageGoneError, installStandIns } from './worker.ts'

type Globals = { RTCPeerConnection: typeof RTCPeerConnection; RTCIceCandidate: typeof RTCIceCandidate }

/** Lets everything that is on its way arrive. */
const settle = async () => {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve))
}
const next = (target: EventTarget, type: string) =>
  new Promise<Event>((resolve) => target.addEventListener(type, resolve, { once: true }))

describe('the bridge', () => {
  let reals: FakeConnection[]
  let page: EventTarget
  let served: ServedConnections
  let death: () => void
  let worker: Globals

  beforeEach(() => {
    reals = []
    page = new EventTarget()
    const { locks, die } = fakeLocks()
    death = die
    const [pagePort, workerPort] = fakePorts()
    served = serveConnections(pagePort, {
      createConnection: () => {
        const real = new FakeConnection()
        reals.push(real)
        return real as unknown as RTCPeerConnection
      },
      locks,
      page
    })
    worker = {} as Globals
    installStandIns(workerPort, { locks, target: worker })
  })

  const onlyReal = (): FakeConnection => {
    const [real] = reals
    if (real === undefined || reals.length > 1) throw new Error(`expected one connection, got ${reals.length}`)
    return real
  }
  const firstChannel = (): FakeChannel => {
    const [channel] = onlyReal().channels
    if (channel === undefined) throw new Error('expected a channel')
    return channel
  }

  it('runs calls on the real connection and answers with its state', async () => {
    const connection = new worker.RTCPeerConnection()
    expect(await connection.createOffer()).toEqual({ type: 'offer', sdp: 'an offer' })
    expect(connection.signalingState).toBe('have-local-offer')
    await connection.setRemoteDescription({ type: 'answer', sdp: 'an answer' })
    expect(onlyReal().remote).toEqual({ type: 'answer', sdp: 'an answer' })
    await connection.addIceCandidate(new worker.RTCIceCandidate({ candidate: 'a candidate', sdpMid: '0' }))
    expect(onlyReal().candidates).toEqual([{ candidate: 'a candidate', sdpMid: '0' }])
  })

  it('brings errors with their names', async () => {
    const connection = new worker.RTCPeerConnection()
    await expect(connection.setRemoteDescription({ type: 'answer', sdp: 'bad' })).rejects.toMatchObject({
      name: 'InvalidAccessError',
      message: 'no such description'
    })
  })

  it('passes events on, with the state that they are about', async () => {
    const connection = new worker.RTCPeerConnection()
    await settle()
    const changed = next(connection, 'connectionstatechange')
    onlyReal().become('connected')
    await changed
    expect(connection.connectionState).toBe('connected')

    const gathered = new Promise<RTCPeerConnectionIceEvent>((resolve) => {
      connection.onicecandidate = resolve
    })
    const candidate = { toJSON: () => ({ candidate: 'mine', sdpMid: '0' }) }
    onlyReal().dispatchEvent(Object.assign(new Event('icecandidate'), { candidate }))
    expect((await gathered).candidate?.toJSON()).toMatchObject({ candidate: 'mine', sdpMid: '0' })
  })

  it('gives a channel at once and applies what was set when the real one arrives', async () => {
    const connection = new worker.RTCPeerConnection()
    const channel = connection.createDataChannel('')
    channel.binaryType = 'arraybuffer'
    channel.bufferedAmountLowThreshold = 0
    expect(channel.readyState).toBe('connecting')
    expect(() => channel.send('too early')).toThrow(expect.objectContaining({ name: 'InvalidStateError' }))
    await settle()
    expect(firstChannel()).toMatchObject({ binaryType: 'arraybuffer', bufferedAmountLowThreshold: 0 })

    const opened = next(channel, 'open')
    firstChannel().open()
    await opened
    expect(channel.readyState).toBe('open')
    channel.send('now')
    expect(firstChannel().sent).toEqual(['now'])
    const heard = new Promise((resolve) => {
      channel.onmessage = ({ data }) => resolve(data)
    })
    firstChannel().dispatchEvent(new MessageEvent('message', { data: 'back' }))
    expect(await heard).toBe('back')
  })

  it('says that a channel is open when it was before it arrived', async () => {
    const connection = new worker.RTCPeerConnection()
    await settle()
    const make = onlyReal().createDataChannel.bind(onlyReal())
    onlyReal().createDataChannel = (label) => {
      const channel = make(label)
      channel.open()
      return channel
    }
    const channel = connection.createDataChannel('')
    await next(channel, 'open')
    expect(channel.readyState).toBe('open')
  })

  it('closes a channel on arrival that was closed before', async () => {
    const connection = new worker.RTCPeerConnection()
    const channel = connection.createDataChannel('')
    channel.close()
    expect(channel.readyState).toBe('closed')
    await next(channel, 'close')
    await settle()
    expect(firstChannel().readyState).toBe('closed')
  })

  it('tells of a channel that could not be made', async () => {
    const connection = new worker.RTCPeerConnection()
    await settle()
    onlyReal().createDataChannel = () => {
      throw new DOMException('too many', 'OperationError')
    }
    const channel = connection.createDataChannel('')
    const failed = next(channel, 'error')
    const closed = next(channel, 'close')
    expect((await failed) as RTCErrorEvent).toMatchObject({ error: { message: 'too many' } })
    await closed
    expect(channel.readyState).toBe('closed')
  })

  it('keeps the init channel on the page: open until it is closed', async () => {
    const connection = new worker.RTCPeerConnection()
    const channel = connection.createDataChannel('init')
    expect(channel.readyState).toBe('open')
    await settle()
    expect(firstChannel().readyState).toBe('connecting')
    const closed = next(channel, 'close')
    channel.close()
    await closed
    await settle()
    expect(firstChannel().readyState).toBe('closed')
  })

  it('hands incoming channels over, and not the init channel', async () => {
    const connection = new worker.RTCPeerConnection()
    await settle()
    const labels: string[] = []
    connection.ondatachannel = ({ channel }) => labels.push(channel.label)
    for (const label of ['init', 'a stream']) {
      onlyReal().dispatchEvent(Object.assign(new Event('datachannel'), { channel: new FakeChannel(label) }))
    }
    await settle()
    expect(labels).toEqual(['a stream'])
  })

  it('closes an incoming channel that the page can not transfer', async () => {
    const [port] = fakePorts()
    const real = new FakeConnection()
    const failing = {
      ...port,
      postMessage: (message: { type: string }) => {
        if (message.type === 'incomingChannel') throw new DOMException('no', 'DataCloneError')
      }
    }
    let listener: ((event: MessageEvent) => void) | undefined
    serveConnections(
      { ...failing, addEventListener: (_type, added) => (listener = added) },
      { createConnection: () => real as unknown as RTCPeerConnection, locks: fakeLocks().locks, page }
    )
    listener?.(new MessageEvent('message', { data: { type: 'open', connection: 1 } }))
    const channel = new FakeChannel('a stream')
    real.dispatchEvent(Object.assign(new Event('datachannel'), { channel }))
    expect(channel.readyState).toBe('closed')
  })

  it('closes at once for the worker, and then on the page', async () => {
    const connection = new worker.RTCPeerConnection()
    const arrived = connection.createDataChannel('')
    await settle()
    const early = connection.createDataChannel('')
    const closed = [next(arrived, 'close'), next(early, 'close')]
    connection.close()
    expect(connection.connectionState).toBe('closed')
    expect(early.readyState).toBe('closed')
    await expect(connection.createOffer()).rejects.toMatchObject({ name: 'InvalidStateError' })
    expect(() => connection.createDataChannel('')).toThrow()
    await Promise.all(closed)
    await settle()
    expect(onlyReal().connectionState).toBe('closed')
    expect(onlyReal().channels.map(({ readyState }) => readyState)).toEqual(['closed', 'closed'])
    // what the page says late changes nothing
    onlyReal().become('failed')
    await settle()
    expect(connection.connectionState).toBe('closed')
  })

  it('closes all connections when the worker dies', async () => {
    const connections = [new worker.RTCPeerConnection(), new worker.RTCPeerConnection()]
    await settle()
    expect(reals).toHaveLength(connections.length)
    death()
    await settle()
    expect(reals.map(({ connectionState }) => connectionState)).toEqual(['closed', 'closed'])
  })

  it('closes all connections when the page goes, unless it only rests', async () => {
    const connection = new worker.RTCPeerConnection()
    await settle()
    page.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: true }))
    expect(onlyReal().connectionState).toBe('new')
    page.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: false }))
    // at once: there may be no later
    expect(onlyReal().connectionState).toBe('closed')
    await next(connection, 'connectionstatechange')
    expect(connection.connectionState).toBe('closed')
  })

  it('tells the worker when it serves no more, whatever is under way', async () => {
    const connection = new worker.RTCPeerConnection()
    await settle()
    onlyReal().createOffer = () => new Promise(() => {})
    const offer = connection.createOffer()
    const channel = connection.createDataChannel('init')
    await settle()
    const over = [next(connection, 'connectionstatechange'), next(channel, 'close')]
    served.close()
    await expect(offer).rejects.toBeInstanceOf(PageGoneError)
    await Promise.all(over)
    expect(onlyReal().connectionState).toBe('closed')
    expect(() => new worker.RTCPeerConnection()).toThrow(PageGoneError)
  })
})
