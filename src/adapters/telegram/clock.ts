import { setTimeout as wait } from 'node:timers/promises'

/** Time, passed in so that tests can run hours of it in seconds. */
export interface Clock {
  /** Milliseconds since some moment; never jumps. */
  nowMs(): number
  /** Milliseconds since 1970; may jump. Only for what outlives the process. */
  wallMs(): number
  /** Never shorter than asked by `nowMs`. Rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Node's timers fire at once for anything longer (2^31 - 1 ms). */
const LONGEST_TIMER_MS = 2_147_483_647

export const SYSTEM_CLOCK: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  async sleep(ms, signal) {
    const until = performance.now() + ms
    // Timers count whole milliseconds from when the loop last looked at its clock: they may fire a moment early.
    for (let left = ms; left > 0; left = until - performance.now()) {
      await wait(Math.min(Math.ceil(left), LONGEST_TIMER_MS), undefined, { signal }).catch((error: unknown) => {
        throw signal?.aborted ? signal.reason : error
      })
    }
    signal?.throwIfAborted()
  },
}
