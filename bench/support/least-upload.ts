import { REAL_RATES } from '#test/support/telegram/rates.ts'
import { type BucketSize, TokenBucket } from '#test/support/telegram/token-bucket.ts'
import type { Line } from './telegram-emulator.ts'

export interface UploadTask {
  readonly bots: number
  readonly blobSizes: readonly number[]
  /** Sends of one bot that may be under way at once. */
  readonly inFlight: number
  readonly line: Line
}

/**
 * The least time in which the limits let blobs arrive, in seconds: the best schedule that these rules leave, as if bytes cost
 * no work and lay there from the start. A bot sends to its own channel over `inFlight` connections, each at the rate of the
 * line. Its message counts when its last byte has come, and only if all three buckets (1/s with a burst of 3, 20/min, 30/s)
 * hold a token then; the best a sender can do is to be there at the moment when the token is. The answer comes a latency
 * later, and only then is the connection free. Blobs go in the order of the film, each by the bot by which it arrives first.
 */
export function leastUploadSec({ bots, blobSizes, inFlight, line }: UploadTask): number {
  const senders = Array.from({ length: bots }, () => new Sender(inFlight, line))
  for (const byteLength of blobSizes) {
    const soonest = senders.reduce((best, each) =>
      each.arrivalMs(byteLength) < best.arrivalMs(byteLength) ? each : best,
    )
    soonest.send(byteLength)
  }
  return Math.max(...senders.map(({ endMs }) => endMs)) / 1000
}

class Sender {
  readonly #line: Line
  /** When each connection is free. */
  readonly #freeAtMs: number[]
  readonly #buckets = [REAL_RATES.chat, REAL_RATES.chatMinute, REAL_RATES.bot].map(
    (size) => new TokenBucket(size as BucketSize, 0),
  )
  #lastArrivalMs = 0
  endMs = 0

  constructor(inFlight: number, line: Line) {
    this.#line = line
    this.#freeAtMs = Array.from({ length: inFlight }, () => 0)
  }

  arrivalMs(byteLength: number): number {
    const transferredMs = Math.min(...this.#freeAtMs) + (byteLength / this.#line.bytesPerSec) * 1000
    const dueMs = Math.max(transferredMs, this.#lastArrivalMs)
    return dueMs + Math.max(...this.#buckets.map((bucket) => bucket.waitMs(1, dueMs)))
  }

  send(byteLength: number): void {
    const arrivalMs = this.arrivalMs(byteLength)
    for (const bucket of this.#buckets) bucket.take(1, arrivalMs)
    this.#lastArrivalMs = arrivalMs
    this.endMs = arrivalMs + this.#line.latencyMs
    this.#freeAtMs[this.#freeAtMs.indexOf(Math.min(...this.#freeAtMs))] = this.endMs
  }
}
