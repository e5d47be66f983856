import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Body } from './body.ts'
import type { JournalRequest } from './journal.ts'

/** Bytes of one write without a rate. */
const STEP_BYTES = 256 * 1024
/** Between two writes with one: small beside the time of a segment, long enough not to cost processor time. */
const STEP_MS = 8

export interface Sending {
  readonly first: number
  readonly byteLength: number
  /** Of this connection; null = as fast as it goes. */
  readonly bytesPerSec: number | null
}

/**
 * Sends a part of a body; false when the client left before its end. With a rate, byte n is on its way n / rate seconds after the
 * start whatever the timers do: what is late is made up for, so errors do not add up.
 */
export async function sendBody(
  response: ServerResponse,
  body: Body,
  { first, byteLength, bytesPerSec }: Sending,
  entry: JournalRequest,
): Promise<boolean> {
  const pace = bytesPerSec === null ? null : new Pace(byteLength, bytesPerSec)
  let sent = 0
  while (sent < byteLength) {
    const length = pace ? pace.due() - sent : Math.min(STEP_BYTES, byteLength - sent)
    if (length > 0) {
      const flows = response.write(body.read(first + sent, length))
      sent += length
      entry.sentBytes += length
      if (!flows && !(await drained(response))) return false
    }
    if (pace && sent < byteLength) await sleep(pace.waitMs(sent))
    if (response.destroyed) return false
  }
  return true
}

/** When which byte is due. */
class Pace {
  readonly #startMs = performance.now()
  readonly #byteLength: number
  readonly #bytesPerMs: number

  constructor(byteLength: number, bytesPerSec: number) {
    this.#byteLength = byteLength
    this.#bytesPerMs = bytesPerSec / 1000
  }

  /** Bytes that should be out by now. Timers fire up to a millisecond early: a rest smaller than half of one goes at once. */
  due(): number {
    const bytes = Math.floor((performance.now() - this.#startMs) * this.#bytesPerMs)
    return bytes + this.#bytesPerMs / 2 >= this.#byteLength ? this.#byteLength : bytes
  }

  /** Until the next piece should go. */
  waitMs(sent: number): number {
    const next = Math.min(this.#byteLength / this.#bytesPerMs, sent / this.#bytesPerMs + STEP_MS)
    return Math.max(0, this.#startMs + next - performance.now())
  }
}

async function drained(response: ServerResponse): Promise<boolean> {
  if (response.destroyed) return false
  const ended = new AbortController()
  try {
    const signal = ended.signal
    await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })])
  } catch {
    return false
  } finally {
    ended.abort()
  }
  return !response.destroyed
}
