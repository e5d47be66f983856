import type { Socket } from 'node:net'
import { AnswerTooLargeError } from '#domain/errors.ts'

export interface TrafficLimits {
  /** Passages in which nothing moves are cut after this. */
  readonly idleMs: number
  /** A passage that trickles all through this window with less than this average is cut. */
  readonly windowMs: number
  readonly minBytesPerSec: number
}

/** So many parts of a window have to hold something before it is called a trickle, not a pause between requests. */
const SLOTS = 6

/** Everything that goes through one proxy: counted, bounded, ended together. */
export class Traffic {
  readonly #limits: TrafficLimits
  readonly #maxBytes: number
  readonly #end = new AbortController()
  #byteLength = 0

  constructor(limits: TrafficLimits, maxBytes: number) {
    this.#limits = limits
    this.#maxBytes = maxBytes
  }

  get byteLength(): number {
    return this.#byteLength
  }

  /** Aborts when everything ends. */
  get signal(): AbortSignal {
    return this.#end.signal
  }

  end(reason: Error): void {
    this.#end.abort(reason)
  }

  /** Watches what goes from one socket to another; both are cut when a bound is passed, and when everything ends. */
  watch(...sockets: readonly Socket[]): Passage {
    return new Passage(
      this.#limits,
      (byteLength) => {
        this.#byteLength += byteLength
        if (this.#byteLength > this.#maxBytes) this.end(tooMuch(this.#maxBytes))
      },
      { sockets, signal: this.signal },
    )
  }
}

function tooMuch(maxBytes: number): AnswerTooLargeError {
  const why = `At most ${maxBytes} bytes may go through for this job.`
  return new AnswerTooLargeError('Too much went through the proxy.', { why })
}

/** One connection through a proxy. */
class Passage implements Disposable {
  readonly #limits: TrafficLimits
  readonly #onBytes: (byteLength: number) => void
  readonly #sockets: readonly Socket[]
  readonly #signal: AbortSignal
  readonly #cut = () => this.#destroy()
  readonly #timer: NodeJS.Timeout
  readonly #slots: number[] = []
  #slotBytes = 0
  #emptyMs = 0

  constructor(
    limits: TrafficLimits,
    onBytes: (byteLength: number) => void,
    { sockets, signal }: { readonly sockets: readonly Socket[]; readonly signal: AbortSignal },
  ) {
    this.#limits = limits
    this.#onBytes = onBytes
    this.#sockets = sockets
    this.#signal = signal
    this.#timer = setInterval(() => this.#look(), limits.windowMs / SLOTS)
    signal.addEventListener('abort', this.#cut)
    if (signal.aborted) this.#cut()
  }

  count(byteLength: number): void {
    this.#slotBytes += byteLength
    this.#onBytes(byteLength)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    this.#signal.removeEventListener('abort', this.#cut)
    this.#destroy()
  }

  #look(): void {
    const { windowMs, idleMs, minBytesPerSec } = this.#limits
    this.#slots.push(this.#slotBytes)
    if (this.#slots.length > SLOTS) this.#slots.shift()
    this.#emptyMs = this.#slotBytes === 0 ? this.#emptyMs + windowMs / SLOTS : 0
    this.#slotBytes = 0
    const total = this.#slots.reduce((sum, byteLength) => sum + byteLength, 0)
    const isTrickle = this.#slots.length === SLOTS && this.#slots.every((byteLength) => byteLength > 0)
    if (this.#emptyMs >= idleMs || (isTrickle && total < (windowMs / 1000) * minBytesPerSec)) this.#destroy()
  }

  #destroy(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}
