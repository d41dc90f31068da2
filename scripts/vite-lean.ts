/**
 * Leaves out of the app what dependencies bring along for others: gossipsub's metrics for Prometheus, a fortieth of the start, and the
 * curve secp256k1, another: peers here have Ed25519 keys (PROTOCOL.md), and one with another key is refused as one whose key is wrong.
 */
import type { Plugin } from 'vite'

const METRICS = /@libp2p[\\/]gossipsub[\\/]dist[\\/]src[\\/]metrics\.js$/
/** All after it is the one function that makes metrics, which is called only where there is a register for them. */
const FUNCTION = 'export function getMetrics('

const SECP256K1 = /@noble[\\/]curves[\\/]secp256k1\.js$/
/** What `@libp2p/crypto` uses of it. Where it throws, libp2p takes a key, or a signature, for an invalid one. */
const NO_SECP256K1 = `
const none = () => { throw new Error('this build has no secp256k1') }
export const secp256k1 = {
  sign: none, verify: none, getPublicKey: none, utils: { randomSecretKey: none }, Point: { fromBytes: none }
}
`

/** @throws Error while building, when what is left out is not as it was in the version that is pinned */
export function leanPlugin(): Plugin {
  return {
    name: 'starling-lean',
    transform(code, id) {
      if (SECP256K1.test(id)) return { code: NO_SECP256K1, map: null }
      if (!METRICS.test(id)) return null
      const at = code.indexOf(FUNCTION)
      if (at < 0 || code.indexOf('\nexport ', at) >= 0) throw new Error(`expected ${FUNCTION} to be the last of ${id}`)
      return { code: `${code.slice(0, at)}export function getMetrics() { throw new Error('this build has no metrics') }\n`, map: null }
    }
  }
}
