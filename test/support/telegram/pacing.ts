import type { EmulatorClock } from './clock.ts'

/** Whoever could not be served for a while may catch up so much, not more. */
const CATCH_UP_MS = 250

/** Holds a stream of bytes to a rate. */
export interface Pace {
  /** Bytes for one step of it. */
  readonly stepBytes: number
  /** Resolves when so many more bytes may have passed. */
  passed(byteLength: number, signal?: AbortSignal): Promise<void> | void
}

/** Steps are this short, so that a stream at the rate is even. */
const STEP_MS = 8
const UNPACED_STEP_BYTES = 1024 * 1024
const MIN_STEP_BYTES = 1

/** A pace that begins now; none for a rate of `null`. */
export function startPace(clock: EmulatorClock, bytesPerSec: number | null): Pace {
  if (bytesPerSec === null) return { stepBytes: UNPACED_STEP_BYTES, passed: () => undefined }
  const msPerByte = 1000 / bytesPerSec
  let dueMs = clock.nowMs()
  return {
    stepBytes: Math.max(MIN_STEP_BYTES, Math.ceil((bytesPerSec * STEP_MS * clock.speed) / 1000)),
    passed(byteLength, signal) {
      const nowMs = clock.nowMs()
      dueMs = Math.max(dueMs, nowMs - CATCH_UP_MS * clock.speed) + byteLength * msPerByte
      // Less than a timer's grain is made up for by the next step.
      return dueMs - nowMs < clock.speed ? undefined : clock.sleep(dueMs - nowMs, signal)
    },
  }
}
