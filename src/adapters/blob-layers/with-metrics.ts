import type { BlobLimits, BlobRef, BlobSource, BlobStore, ReadOptions, StoredBlob } from '#domain/blob-store.ts'
import { ProductError } from '#domain/errors.ts'

export type MeteredCall = 'put' | 'get' | 'delete'

/** How a call ended. The texts of `outcome` are few, so that they can be labels. */
export interface EndedCall {
  /** `ok`, `left` (the reader stopped before the end), `stopped` (by its signal), the code of a ProductError, or `error`. */
  readonly outcome: string
  /** Put: 0 or all; get: as many as were given. */
  readonly byteLength: number
  /** Of a get: from the call to its first bytes; null when none came. */
  readonly firstByteMs: number | null
  /** Of a get: until the reader took the last bytes, its own time included. */
  readonly totalMs: number
}

/** Where the figures go. Calls that were begun and have not ended are in flight. */
export interface BlobMeter {
  begun(call: MeteredCall): void
  ended(call: MeteredCall, how: EndedCall): void
}

/**
 * The same store, with every put, get and delete told to the meter. What a get gives is in flight until it was read to its
 * end or left. `nowMs` never runs backwards.
 */
export function withMetrics(
  store: BlobStore,
  meter: BlobMeter,
  nowMs: () => number = () => performance.now(),
): BlobStore {
  return new MeteredBlobStore(store, (call) => new RunningCall(call, meter, nowMs))
}

class MeteredBlobStore implements BlobStore {
  readonly limits: BlobLimits
  readonly #store: BlobStore
  readonly #begin: (call: MeteredCall) => RunningCall

  constructor(store: BlobStore, begin: (call: MeteredCall) => RunningCall) {
    this.limits = store.limits
    this.#store = store
    this.#begin = begin
  }

  prepare(): void {
    this.#store.prepare?.()
  }

  async put(source: BlobSource, signal?: AbortSignal): Promise<BlobRef> {
    const call = this.#begin('put')
    try {
      const ref = await this.#store.put(source, signal)
      call.gave(source.byteLength)
      call.end('ok')
      return ref
    } catch (error) {
      call.end(outcomeOf(error, signal))
      throw error
    }
  }

  async get(ref: BlobRef, options: ReadOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    const call = this.#begin('get')
    try {
      return watched(await this.#store.get(ref, options), call, options.signal)
    } catch (error) {
      call.end(outcomeOf(error, options.signal))
      throw error
    }
  }

  async delete(ref: BlobRef, signal?: AbortSignal): Promise<void> {
    const call = this.#begin('delete')
    try {
      await this.#store.delete(ref, signal)
      call.end('ok')
    } catch (error) {
      call.end(outcomeOf(error, signal))
      throw error
    }
  }

  size(ref: BlobRef, signal?: AbortSignal): Promise<number | null> {
    return this.#store.size(ref, signal)
  }

  list(signal?: AbortSignal): AsyncIterable<StoredBlob> {
    return this.#store.list(signal)
  }
}

async function* watched(bytes: AsyncIterable<Uint8Array>, call: RunningCall, signal: AbortSignal | undefined) {
  let outcome = 'left'
  try {
    for await (const chunk of bytes) {
      call.gave(chunk.byteLength)
      yield chunk
    }
    outcome = 'ok'
  } catch (error) {
    outcome = outcomeOf(error, signal)
    throw error
  } finally {
    call.end(outcome)
  }
}

class RunningCall {
  readonly #call: MeteredCall
  readonly #meter: BlobMeter
  readonly #nowMs: () => number
  readonly #startMs: number
  #firstByteMs: number | null = null
  #byteLength = 0

  constructor(call: MeteredCall, meter: BlobMeter, nowMs: () => number) {
    this.#call = call
    this.#meter = meter
    this.#nowMs = nowMs
    this.#startMs = nowMs()
    meter.begun(call)
  }

  gave(byteLength: number): void {
    if (this.#call === 'get') this.#firstByteMs ??= this.#nowMs() - this.#startMs
    this.#byteLength += byteLength
  }

  end(outcome: string): void {
    const totalMs = this.#nowMs() - this.#startMs
    this.#meter.ended(this.#call, { outcome, byteLength: this.#byteLength, firstByteMs: this.#firstByteMs, totalMs })
  }
}

function outcomeOf(error: unknown, signal: AbortSignal | undefined): string {
  if (signal?.aborted) return 'stopped'
  return error instanceof ProductError ? error.code : 'error'
}
