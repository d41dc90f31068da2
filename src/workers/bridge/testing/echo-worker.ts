/** A worker for the browser test: a connection by stand-ins that answers an offer and echoes what it hears. */
import { installStandIns } from '../worker.ts'

export type ToTestWorker =
  | { type: 'bridge'; port: MessagePort }
  | { type: 'answer'; offer: RTCSessionDescriptionInit }
  | { type: 'offer' }
  | { type: 'answered'; answer: RTCSessionDescriptionInit }
  | { type: 'candidate'; candidate: RTCIceCandidateInit }

let connection: RTCPeerConnection | undefined
/** Resolves when the other side is described: candidates of its that come sooner have to wait. */
let onDescribed: () => void = () => undefined
const described = new Promise<void>((resolve) => (onDescribed = resolve))

function connect(): RTCPeerConnection {
  const made = new RTCPeerConnection({ iceServers: [] })
  made.onicecandidate = ({ candidate }) => postMessage({ type: 'candidate', candidate: candidate?.toJSON() ?? null })
  made.onconnectionstatechange = () => postMessage({ type: 'state', state: made.connectionState })
  made.ondatachannel = ({ channel }) => echo(channel)
  return made
}

function echo(channel: RTCDataChannel): void {
  channel.binaryType = 'arraybuffer'
  // Chromium may deliver the first message on a channel that was handed over before it says that it is open
  const open = new Promise<void>((resolve) => {
    if (channel.readyState === 'open') resolve()
    else channel.addEventListener('open', () => resolve(), { once: true })
  })
  channel.onmessage = ({ data }) => void open.then(() => channel.send(data as ArrayBuffer))
  channel.onclose = () => postMessage({ type: 'channelClosed' })
}

addEventListener('message', ({ data }: MessageEvent<ToTestWorker>) => {
  void (async () => {
    switch (data.type) {
      case 'bridge':
        installStandIns(data.port)
        connection = connect()
        return
      case 'answer': {
        await connection?.setRemoteDescription(data.offer)
        onDescribed()
        const answer = await connection?.createAnswer()
        await connection?.setLocalDescription(answer)
        postMessage({ type: 'answer', answer })
        return
      }
      case 'offer': {
        const channel = connection?.createDataChannel('from the worker')
        if (channel === undefined) return
        echo(channel)
        channel.onopen = () => channel.send('the worker is here')
        const offer = await connection?.createOffer()
        await connection?.setLocalDescription(offer)
        postMessage({ type: 'offer', offer })
        return
      }
      case 'answered':
        await connection?.setRemoteDescription(data.answer)
        onDescribed()
        return
      case 'candidate':
        await described
        await connection?.addIceCandidate(data.candidate)
    }
  })()
})
