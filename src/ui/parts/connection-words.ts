/** The state of the connection in words: what it is, why, and what one can do. Pure. */
import type { Status } from '../../node/client.ts'
import { plural } from '../text/format.ts'

export interface ConnectionWords {
  kind: 'starting' | 'looking' | 'relayed' | 'direct' | 'offline'
  /** for the strip */
  label: string
  why: string
  /** what to do; empty when there is nothing to do */
  advice: string
}

/** @param online what the browser says of the device, `navigator.onLine` */
export function connectionWords(status: Status | null, online: boolean): ConnectionWords {
  if (status === null) {
    return { kind: 'starting', label: 'Starting', why: 'Your agent is waking up.', advice: '' }
  }
  const direct = status.connections.filter((connection) => connection.direct).length
  const relayed = status.connections.length - direct
  switch (status.network) {
    case 'starting':
      return { kind: 'starting', label: 'Starting', why: 'Your agent is waking up.', advice: '' }
    case 'looking':
      return {
        kind: 'looking',
        label: 'Looking for others',
        why: 'The meeting point is reached; nobody else has come yet.',
        advice: 'Send somebody the address of this page, or open it on another device.'
      }
    case 'relayed':
      return {
        kind: 'relayed',
        label: 'Through a relay',
        why:
          `${plural(relayed, 'other')} can be reached, through a relay that passes on sealed messages. ` +
          'A direct way is tried again by itself.',
        advice: 'Some networks allow no direct way. Asking works all the same, with small files.'
      }
    case 'direct':
      return {
        kind: 'direct',
        label: `Direct (${direct})`,
        why: `Your tab and ${plural(direct, 'other')} speak directly, with nobody in between.${
          relayed > 0 ? ` ${plural(relayed, 'more', 'more')} through a relay.` : ''
        }${status.relay ? '' : ' The meeting point is away; those who are connected stay connected.'}`,
        advice: ''
      }
    case 'offline':
      return {
        kind: 'offline',
        label: 'Offline, will retry',
        why: online
          ? 'Neither a meeting point nor anybody else can be reached.'
          : 'This device has no network at the moment.',
        advice: online
          ? 'Nothing to do: it tries again by itself. If it stays so, look whether the page itself still loads.'
          : 'Look whether Wi-Fi or mobile data is on. Your tasks are kept and go on when the network is back.'
      }
  }
}
