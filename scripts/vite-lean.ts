/** Leaves out of the app what dependencies bring along for others: gossipsub's metrics for Prometheus are a fortieth of the start. */
import type { Plugin } from 'vite'

const METRICS = /@libp2p[\\/]gossipsub[\\/]dist[\\/]src[\\/]metrics\.js$/
/** All after it is the one function that makes metrics, which is called only where there is a register for them. */
const FUNCTION = 'export function getMetrics('

/** @throws Error while building, when gossipsub's metrics are not where they were in the version that is pinned */
export function leanPlugin(): Plugin {
  return {
    name: 'starling-lean',
    transform(code, id) {
      if (!METRICS.test(id)) return null
      const at = code.indexOf(FUNCTION)
      if (at < 0 || code.indexOf('\nexport ', at) >= 0) throw new Error(`expected ${FUNCTION} to be the last of ${id}`)
      return { code: `${code.slice(0, at)}export function getMetrics() { throw new Error('this build has no metrics') }\n`, map: null }
    }
  }
}
