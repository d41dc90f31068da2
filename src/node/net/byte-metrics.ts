/**
 * Counts bytes by protocol: the part of libp2p's metrics that is of use here. What a relayed connection carries is
 * counted with its own protocol and with that of the circuit.
 */
import type { Metrics, Stream } from '@libp2p/interface'
import type { Traffic } from './traffic.ts'

const none = {
  update() {},
  increment() {},
  decrement() {},
  reset() {},
  observe() {},
  timer: () => () => {}
}

export function createByteMetrics(traffic: Traffic): Metrics {
  return {
    trackMultiaddrConnection() {},
    trackProtocolStream(stream) {
      track(stream, traffic)
    },
    registerMetric: () => none,
    registerMetricGroup: () => none,
    registerCounter: () => none,
    registerCounterGroup: () => none,
    registerHistogram: () => none,
    registerHistogramGroup: () => none,
    registerSummary: () => none,
    registerSummaryGroup: () => none,
    traceFunction<F>(_name: string, fn: F): F {
      return fn
    },
    createTrace: () => undefined
  }
}

function track(stream: Stream, traffic: Traffic): void {
  const send = stream.send.bind(stream)
  stream.send = (data) => {
    traffic.sent(stream.protocol, data.byteLength)
    return send(data)
  }
  // not a listener: the first listener makes a stream flow, before whoever it is for listens
  const dispatch = stream.dispatchEvent.bind(stream)
  stream.dispatchEvent = (event) => {
    if ('data' in event && hasLength(event.data)) traffic.received(stream.protocol, event.data.byteLength)
    return dispatch(event)
  }
}

const hasLength = (data: unknown): data is { byteLength: number } =>
  typeof data === 'object' && data !== null && 'byteLength' in data && typeof data.byteLength === 'number'
