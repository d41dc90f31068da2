/** Bytes by protocol. Protocols are bounded, since strangers name some of them. */
const MAX_PROTOCOLS = 64
const OTHERS = 'others'

export interface Traffic {
  sent(protocol: string, bytes: number): void
  received(protocol: string, bytes: number): void
  /** What was counted since the start. */
  byProtocol(): Record<string, { sent: number; received: number }>
}

export function createTraffic(): Traffic {
  const counts = new Map<string, { sent: number; received: number }>()
  function entry(protocol: string): { sent: number; received: number } {
    const name = counts.has(protocol) || counts.size < MAX_PROTOCOLS ? protocol : OTHERS
    const found = counts.get(name) ?? { sent: 0, received: 0 }
    counts.set(name, found)
    return found
  }
  return {
    sent(protocol, bytes) {
      entry(protocol).sent += bytes
    },
    received(protocol, bytes) {
      entry(protocol).received += bytes
    },
    byProtocol: () => Object.fromEntries([...counts].map(([protocol, count]) => [protocol, { ...count }]))
  }
}
