/**
 * A data channel that is there at once, as `createDataChannel` promises, while the real one is still on its way from
 * the page. What is set before is applied when the real one arrives; one that was closed before is closed then.
 */
export interface FacadeInit {
  label: string
  protocol: string
  /** a channel that stays on the page: it is open until it is closed here */
  staysOnPage: boolean
  onClose(): void
}

type Handler<E extends Event = Event> = ((event: E) => void) | null

export class ChannelFacade extends EventTarget {
  readonly label: string
  readonly protocol: string
  onopen: Handler = null
  onmessage: Handler<MessageEvent> = null
  onbufferedamountlow: Handler = null
  onclosing: Handler = null
  onclose: Handler = null
  onerror: Handler = null
  #real: RTCDataChannel | null = null
  #ownState: RTCDataChannelState
  #binaryType: BinaryType = 'arraybuffer'
  #threshold = 0
  #onClose: () => void

  constructor({ label, protocol, staysOnPage, onClose }: FacadeInit) {
    super()
    this.label = label
    this.protocol = protocol
    this.#ownState = staysOnPage ? 'open' : 'connecting'
    this.#onClose = onClose
  }

  get readyState(): RTCDataChannelState {
    return this.#real === null || this.#ownState === 'closed' ? this.#ownState : this.#real.readyState
  }

  get id(): number | null {
    return this.#real?.id ?? null
  }

  get bufferedAmount(): number {
    return this.#real?.bufferedAmount ?? 0
  }

  get binaryType(): BinaryType {
    return this.#real?.binaryType ?? this.#binaryType
  }

  set binaryType(type: BinaryType) {
    this.#binaryType = type
    if (this.#real !== null) this.#real.binaryType = type
  }

  get bufferedAmountLowThreshold(): number {
    return this.#real?.bufferedAmountLowThreshold ?? this.#threshold
  }

  set bufferedAmountLowThreshold(bytes: number) {
    this.#threshold = bytes
    if (this.#real !== null) this.#real.bufferedAmountLowThreshold = bytes
  }

  /** @throws InvalidStateError while the real channel is not open, as a real one does */
  send(data: string | Blob | ArrayBuffer | ArrayBufferView<ArrayBuffer>): void {
    if (this.#real === null) throw new DOMException(`the channel is ${this.readyState}`, 'InvalidStateError')
    this.#real.send(data as ArrayBuffer)
  }

  close(): void {
    if (this.#real !== null) this.#real.close()
    else this.closeWithoutReal()
  }

  /** Puts the real channel behind the facade. To be called in the turn in which it arrives, or its events are lost. */
  attach(real: RTCDataChannel): void {
    if (this.#ownState === 'closed') {
      real.close()
      return
    }
    this.#real = real
    real.binaryType = this.#binaryType
    real.bufferedAmountLowThreshold = this.#threshold
    const pass = (event: Event): void => this.#emit(copyOf(event))
    for (const type of ['open', 'message', 'bufferedamountlow', 'closing', 'error'] as const) {
      real.addEventListener(type, pass)
    }
    real.addEventListener('close', () => this.#closed(), { once: true })
    if (real.readyState === 'open') this.#emit(new Event('open'))
    if (real.readyState === 'closed') this.#closed()
  }

  /** There will be no real channel. */
  fail(message: string): void {
    if (this.#ownState === 'closed') return
    const error = new DOMException(message, 'OperationError')
    this.#emit(Object.assign(new Event('error'), { error }))
    this.closeWithoutReal()
  }

  /** The channel is over although no real one says so. */
  closeWithoutReal(): void {
    if (this.#ownState === 'closed') return
    this.#ownState = 'closed'
    // as with a real channel, not before whoever closes it can listen
    queueMicrotask(() => this.#closed())
  }

  #closed(): void {
    this.#ownState = 'closed'
    this.#onClose()
    this.#onClose = () => {}
    this.#emit(new Event('close'))
  }

  #emit(event: Event): void {
    this.dispatchEvent(event)
    switch (event.type) {
      case 'open':
        return this.onopen?.(event)
      case 'message':
        return this.onmessage?.(event as MessageEvent)
      case 'bufferedamountlow':
        return this.onbufferedamountlow?.(event)
      case 'closing':
        return this.onclosing?.(event)
      case 'close':
        return this.onclose?.(event)
      case 'error':
        return this.onerror?.(event)
    }
  }
}

function copyOf(event: Event): Event {
  if (event instanceof MessageEvent) return new MessageEvent('message', { data: event.data as unknown })
  return 'error' in event ? Object.assign(new Event(event.type), { error: event.error }) : new Event(event.type)
}
