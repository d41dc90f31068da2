/** What tests of the bridge put in the place of a browser. */
import type { BridgePort } from '../messages.ts'

/** Two ports that give what is posted to the other one, as it is, in a later turn. */
export function fakePorts(): [BridgePort, BridgePort] {
  const ends = [createEnd(), createEnd()] as const
  ends[0].other = ends[1]
  ends[1].other = ends[0]
  return [ends[0], ends[1]]
}

interface End extends BridgePort {
  other: End | null
  deliver(message: unknown): void
}

function createEnd(): End {
  const target = new EventTarget()
  const waiting: unknown[] = []
  let started = false
  let closed = false
  const end: End = {
    other: null,
    deliver(message) {
      if (closed) return
      if (!started) waiting.push(message)
      else setImmediate(() => target.dispatchEvent(new MessageEvent('message', { data: message })))
    },
    postMessage(message) {
      if (!closed) end.other?.deliver(message)
    },
    addEventListener: (type, listener) => target.addEventListener(type, listener as (event: Event) => void),
    removeEventListener: (type, listener) => target.removeEventListener(type, listener as (event: Event) => void),
    start() {
      started = true
      for (const message of waiting.splice(0)) end.deliver(message)
    },
    close() {
      closed = true
    }
  }
  return end
}

/** A lock manager whose holders can be made to die. */
export function fakeLocks() {
  const holders = new Map<string, Array<() => void>>()
  return {
    locks: {
      async request(name: string, ...rest: unknown[]) {
        const callback = rest.at(-1) as () => unknown
        const queue = holders.get(name)
        if (queue === undefined) holders.set(name, [])
        else await new Promise<void>((resolve) => queue.push(resolve))
        return callback()
      }
    } as Pick<LockManager, 'request'>,
    /** All who hold a lock are gone. */
    die() {
      for (const queue of holders.values()) queue.shift()?.()
    }
  }
}

export class FakeChannel extends EventTarget {
  readonly label: string
  readyState: RTCDataChannelState = 'connecting'
  binaryType: BinaryType = 'blob'
  bufferedAmountLowThreshold = 7
  bufferedAmount = 0
  id = 3
  sent: unknown[] = []

  constructor(label: string) {
    super()
    this.label = label
  }

  open(): void {
    this.readyState = 'open'
    this.dispatchEvent(new Event('open'))
  }

  send(data: unknown): void {
    this.sent.push(data)
  }

  close(): void {
    if (this.readyState === 'closed') return
    this.readyState = 'closed'
    this.dispatchEvent(new Event('close'))
  }
}

export class FakeConnection extends EventTarget {
  connectionState: RTCPeerConnectionState = 'new'
  iceConnectionState: RTCIceConnectionState = 'new'
  iceGatheringState: RTCIceGatheringState = 'new'
  signalingState: RTCSignalingState = 'stable'
  channels: FakeChannel[] = []
  candidates: unknown[] = []
  remote: unknown = null

  createDataChannel(label: string): FakeChannel {
    const channel = new FakeChannel(label)
    this.channels.push(channel)
    return channel
  }

  async createOffer(): Promise<RTCSessionDescriptionInit> {
    this.signalingState = 'have-local-offer'
    return { type: 'offer', sdp: 'an offer' }
  }

  async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    if (description.sdp === 'bad') throw new DOMException('no such description', 'InvalidAccessError')
    this.remote = description
  }

  async addIceCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    this.candidates.push(candidate)
  }

  become(state: RTCPeerConnectionState): void {
    this.connectionState = state
    this.dispatchEvent(new Event('connectionstatechange'))
  }

  close(): void {
    this.connectionState = 'closed'
    for (const channel of this.channels) channel.close()
  }
}
