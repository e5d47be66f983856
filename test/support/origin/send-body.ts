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
    const end = pace ? pace.due() : Math.min(sent + STEP_BYTES, byteLength)
    if (end > sent) {
      const flows = response.write(body.read(first + sent, end - sent))
      entry.sentBytes += end - sent
      sent = end
      if (!flows) await drained(response)
    }
    if (response.destroyed) return false
    await pace?.wait(sent)
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
  async wait(sent: number): Promise<void> {
    if (sent === this.#byteLength) return
    const next = Math.min(this.#byteLength / this.#bytesPerMs, sent / this.#bytesPerMs + STEP_MS)
    await sleep(Math.max(0, this.#startMs + next - performance.now()))
  }
}

async function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed) return
  const ended = new AbortController()
  const { signal } = ended
  // Rejects when the client leaves with an error: `destroyed` says so too.
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]).catch(() => undefined)
  ended.abort()
}
