import type { Dispatcher } from 'undici'
import type { Connection } from './connection-pool.ts'
import { brokenOff, noAnswer, tooSlow } from './remote-errors.ts'
import { RateGuard, type RateLimits } from './rate-guard.ts'

/** So much waits for its reader before the socket is left alone. */
const READ_AHEAD_BYTES = 65_536
/** A rest of at most this length is read and dropped, so that the connection can be used again. */
const MAX_DROPPED_BYTES = 65_536
const MAX_DROPPING_MS = 1000

export interface ExchangeLimits extends RateLimits {
  /** From the request being sent to the head of the answer. */
  readonly headMs: number
}

export interface Head {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
}

/**
 * One request and its answer on a connection of its own: first the head, then the body as it comes, with back-pressure.
 * The connection goes back by itself when the body has ended or broken.
 */
export class Exchange implements Dispatcher.DispatchHandler, AsyncIterator<Uint8Array, undefined> {
  readonly host: string
  readonly #connection: Connection
  readonly #limits: ExchangeLimits
  readonly #head = Promise.withResolvers<Head>()
  readonly #chunks: Uint8Array[] = []
  #queuedBytes = 0
  #receivedBytes = 0
  #controller: Dispatcher.DispatchController | null = null
  #headTimer: NodeJS.Timeout | undefined
  #rate: RateGuard | null = null
  #reader: PromiseWithResolvers<void> | null = null
  #state: 'head' | 'body' | 'ended' = 'head'
  #failure: { readonly error: unknown } | null = null
  #dropTimer: NodeJS.Timeout | undefined

  constructor(connection: Connection, host: string, limits: ExchangeLimits) {
    this.#connection = connection
    this.host = host
    this.#limits = limits
  }

  get hasHead(): boolean {
    return this.#state === 'body'
  }

  /** Sends the request. Rejects with what went wrong before the head, as it came. */
  async send(request: Pick<Dispatcher.DispatchOptions, 'path' | 'method' | 'headers'>): Promise<Head> {
    if (this.#state === 'head') {
      this.#connection.client.dispatch({ ...request, bodyTimeout: this.#limits.stallMs, headersTimeout: 0 }, this)
    }
    return this.#head.promise
  }

  /** Ends it for this reason; whoever waits for head or body gets it. */
  cancel(reason: unknown): void {
    if (this.#state === 'ended') return
    this.#fail(reason)
    const error = reason instanceof Error ? reason : new Error('Cancelled')
    if (this.#controller) this.#controller.abort(error)
    else this.#connection.destroy(error)
  }

  /** Nobody wants the rest; of `leftBytes` the head told, if any. */
  drop(leftBytes: number | null): void {
    if (this.#state === 'ended' || this.#dropTimer) return
    if ((leftBytes ?? 0) - this.#receivedBytes > MAX_DROPPED_BYTES) {
      this.cancel(new Error('Nobody reads on'))
      return
    }
    this.#dropTimer = setTimeout(() => this.cancel(new Error('Nobody reads on')), MAX_DROPPING_MS)
    this.#chunks.length = 0
    this.#queuedBytes = 0
    this.#goOn()
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    for (;;) {
      const chunk = this.#chunks.shift()
      if (chunk) {
        this.#queuedBytes -= chunk.length
        if (this.#queuedBytes < READ_AHEAD_BYTES / 2) this.#goOn()
        return { done: false, value: chunk }
      }
      if (this.#failure) throw this.#failure.error
      if (this.#state === 'ended') return { done: true, value: undefined }
      this.#reader ??= Promise.withResolvers()
      await this.#reader.promise
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#state === 'ended') {
      controller.abort(new Error('Cancelled'))
      return
    }
    const { headMs } = this.#limits
    this.#headTimer = setTimeout(() => this.cancel(noAnswer(this.host, headMs)), headMs)
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // Informational answers come before the real one; they do not prolong the wait for it.
    if (status < 200 || this.#state !== 'head') return
    clearTimeout(this.#headTimer)
    this.#state = 'body'
    this.#rate = new RateGuard(this.#limits, () => this.cancel(tooSlow(this.host)))
    this.#head.resolve({ status, headers: flat(headers) })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#receivedBytes += chunk.length
    this.#rate?.count(chunk.length)
    this.#queuedBytes += chunk.length
    if (this.#dropTimer) {
      if (this.#queuedBytes > MAX_DROPPED_BYTES) this.cancel(new Error('Nobody reads on'))
      return
    }
    // The parser hands over an empty chunk whenever it goes on after a pause.
    if (chunk.length === 0) return
    this.#chunks.push(chunk)
    if (this.#queuedBytes >= READ_AHEAD_BYTES && !controller.paused) {
      controller.pause()
      this.#rate?.pause()
    }
    this.#wake()
  }

  onResponseEnd(): void {
    this.#finish()
  }

  onResponseError(_: Dispatcher.DispatchController | null, error: Error): void {
    this.#fail(this.#state === 'body' ? brokenOff(this.host, error) : error)
  }

  #goOn(): void {
    if (!this.#controller?.paused || this.#state !== 'body') return
    this.#rate?.resume()
    this.#controller.resume()
  }

  #fail(error: unknown): void {
    if (this.#state === 'ended') return
    this.#failure = { error }
    this.#head.reject(error)
    this.#finish()
  }

  #finish(): void {
    this.#state = 'ended'
    clearTimeout(this.#headTimer)
    clearTimeout(this.#dropTimer)
    this.#rate?.[Symbol.dispose]()
    this.#wake()
    // Whether the connection stands is known when the parser is through with the answer.
    queueMicrotask(() => this.#connection.release())
  }

  #wake(): void {
    this.#reader?.resolve()
    this.#reader = null
  }
}

function flat(headers: Record<string, string | string[] | undefined>): ReadonlyMap<string, string> {
  const entries = Object.entries(headers).map(([name, value = '']) => {
    return [name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value] as const
  })
  return new Map(entries)
}
