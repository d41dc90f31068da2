import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ToTestWorker } from './testing/echo-worker.ts'
import { serveConnections, type ServedConnections } from './page.ts'

type FromTestWorker =
  | { type: 'candidate'; candidate: RTCIceCandidateInit | null }
  | { type: 'state'; state: RTCPeerConnectionState }
  | { type: 'answer'; answer: RTCSessionDescriptionInit }
  | { type: 'offer'; offer: RTCSessionDescriptionInit }
  | { type: 'channelClosed' }

const heard = (target: EventTarget, type: string) =>
  new Promise<Event>((resolve) => target.addEventListener(type, resolve, { once: true }))
const message = async (channel: RTCDataChannel) => ((await heard(channel, 'message')) as MessageEvent).data as unknown

describe('the bridge in a browser', () => {
  let worker: Worker
  let served: ServedConnections
  /** a real connection in the page, for the worker to talk to */
  let real: RTCPeerConnection
  /** describes the worker's side to it; candidates that come sooner wait for that */
  let takeDescription: (description: RTCSessionDescriptionInit) => Promise<void>

  beforeEach(() => {
    worker = new Worker(new URL('./testing/echo-worker.ts', import.meta.url), { type: 'module' })
    const { port1, port2 } = new MessageChannel()
    served = serveConnections(port1)
    tell({ type: 'bridge', port: port2 }, [port2])
    real = new RTCPeerConnection({ iceServers: [] })
    real.onicecandidate = ({ candidate }) => {
      if (candidate !== null) tell({ type: 'candidate', candidate: candidate.toJSON() })
    }
    let onDescribed: () => void = () => undefined
    const described = new Promise<void>((resolve) => (onDescribed = resolve))
    takeDescription = async (description) => {
      await real.setRemoteDescription(description)
      onDescribed()
    }
    worker.addEventListener('message', ({ data }: MessageEvent<FromTestWorker>) => {
      const { candidate } = data.type === 'candidate' ? data : { candidate: null }
      if (candidate !== null) void described.then(() => real.addIceCandidate(candidate))
    })
  })
  afterEach(() => {
    real.close()
    served.close()
    worker.terminate()
  })

  const tell = (said: ToTestWorker, transfer: Transferable[] = []) => worker.postMessage(said, transfer)
  const told = <Type extends FromTestWorker['type']>(
    type: Type,
    fits: (said: Extract<FromTestWorker, { type: Type }>) => boolean = () => true
  ) =>
    new Promise<Extract<FromTestWorker, { type: Type }>>((resolve) => {
      const listener = ({ data }: MessageEvent<FromTestWorker>) => {
        if (data.type !== type || !fits(data as Extract<FromTestWorker, { type: Type }>)) return
        worker.removeEventListener('message', listener)
        resolve(data as Extract<FromTestWorker, { type: Type }>)
      }
      worker.addEventListener('message', listener)
    })

  /** The page offers and the worker answers. */
  async function connect(): Promise<RTCDataChannel> {
    const channel = real.createDataChannel('from the page')
    channel.binaryType = 'arraybuffer'
    const opened = heard(channel, 'open')
    await real.setLocalDescription(await real.createOffer())
    const answered = told('answer')
    tell({ type: 'answer', offer: { type: 'offer', sdp: real.localDescription?.sdp ?? '' } })
    await takeDescription((await answered).answer)
    await opened
    return channel
  }

  it('echoes data over a channel that the page opened', async () => {
    const connected = told('state', ({ state }) => state === 'connected')
    const channel = await connect()
    await connected
    const sent = crypto.getRandomValues(new Uint8Array(10_000))
    const echoed = message(channel)
    channel.send(sent)
    expect(new Uint8Array((await echoed) as ArrayBuffer)).toEqual(sent)
  })

  it('echoes data over a channel that the worker opened', async () => {
    const incoming = heard(real, 'datachannel')
    const offered = told('offer')
    tell({ type: 'offer' })
    await takeDescription((await offered).offer)
    const answer = await real.createAnswer()
    await real.setLocalDescription(answer)
    tell({ type: 'answered', answer: { type: 'answer', sdp: answer.sdp ?? '' } })
    const { channel } = (await incoming) as RTCDataChannelEvent
    expect(channel.label).toBe('from the worker')
    expect(await message(channel)).toBe('the worker is here')
    const echoed = message(channel)
    channel.send('so is the page')
    expect(await echoed).toBe('so is the page')
  })

  it('closes what the worker had when the worker dies, so that the other side sees it', async () => {
    const channel = await connect()
    const closed = heard(channel, 'close')
    worker.terminate()
    await closed
  })

  it('closes what the worker had when the page lets go, and tells the worker', async () => {
    const channel = await connect()
    const over = Promise.all([heard(channel, 'close'), told('state', ({ state }) => state === 'closed')])
    served.close()
    await over
  })

  it('closes what the worker had when the page goes away', async () => {
    const channel = await connect()
    const closed = heard(channel, 'close')
    dispatchEvent(new PageTransitionEvent('pagehide', { persisted: false }))
    await closed
  })
})
