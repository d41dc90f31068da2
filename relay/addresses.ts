/** Who is at the other end, and how many of them there are. */
import type { IncomingMessage } from 'node:http'
import { isIP, isIPv6 } from 'node:net'

/** An address without the IPv6 form of IPv4 and without a zone: `::ffff:10.0.0.1` is `10.0.0.1`. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '').replace(/%.*$/, '')
}

/**
 * The client's address. With `trustProxy` it is the last one in `X-Forwarded-For`, which the proxy in front of us
 * has written; all before it could be anything.
 */
export function clientAddress(request: IncomingMessage, trustProxy: boolean): string {
  const socket = plainAddress(request.socket.remoteAddress ?? '0.0.0.0')
  if (!trustProxy) return socket
  const forwarded = String(request.headers['x-forwarded-for'] ?? '').split(',').at(-1)?.trim() ?? ''
  return isIP(plainAddress(forwarded)) === 0 ? socket : plainAddress(forwarded)
}

/** What counts as one address: an IPv4 address, or an IPv6 network of 64 bits, which one household gets whole. */
export function addressGroup(address: string): string {
  if (!isIPv6(address)) return address
  const [head = '', tail] = address.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0')
  const groups = [...before, ...zeros, ...after].slice(0, 4)
  return `${groups.map((group) => parseInt(group, 16).toString(16)).join(':')}::/64`
}

/** Counts what is open by address, up to a limit each. */
export interface AddressLimit {
  /** Takes a place; null when there is none left. Call what it returns to give the place back. */
  take(address: string): (() => void) | null
}

/** @param max places for each address */
export function createAddressLimit(max: number): AddressLimit {
  const open = new Map<string, number>()
  return {
    take(address) {
      const group = addressGroup(address)
      const count = open.get(group) ?? 0
      if (count >= max) return null
      open.set(group, count + 1)
      let taken = true
      return () => {
        if (!taken) return
        taken = false
        const left = (open.get(group) ?? 1) - 1
        if (left === 0) open.delete(group)
        else open.set(group, left)
      }
    }
  }
}
