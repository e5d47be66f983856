import { setTimeout as sleep } from 'node:timers/promises'

/** Says which failures are worth another try, and when. */
export interface RetryPolicy {
  /** Runs of the operation at most, the first included. */
  readonly attempts: number
  /** How long to wait after `failures` failed runs (from 1), or null to give up now. */
  waitMs(error: unknown, failures: number): number | null
}

export interface RetryOptions {
  /** Ends the wait and every further run; what runs must look at the signal itself. */
  readonly signal?: AbortSignal
  /** Waits; tests pass their own. Rejects when the signal aborts. */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<unknown>
}

/**
 * Runs `operation` until it succeeds or the policy gives up, and then rejects with its last error.
 * Rejects with the signal's reason when that aborts before a run or during a wait.
 * Only for operations that may run twice.
 */
export async function retry<T>(
  operation: (run: number) => Promise<T>,
  policy: RetryPolicy,
  options: RetryOptions = {},
): Promise<T> {
  const { signal, sleep: wait = pause } = options
  for (let run = 1; ; run++) {
    signal?.throwIfAborted()
    try {
      return await operation(run)
    } catch (error) {
      const waitMs = run < policy.attempts ? policy.waitMs(error, run) : null
      if (waitMs === null) throw error
      await wait(waitMs, signal)
    }
  }
}

export interface BackoffLimits {
  /** Longest wait after the first failure; each further failure doubles it. */
  readonly firstMs: number
  readonly maxMs: number
}

/** A growing wait with jitter: between half and all of `firstMs · 2^(failures - 1)`, at most `maxMs`. `random` gives 0 to 1. */
export function backoffMs(failures: number, { firstMs, maxMs }: BackoffLimits, random: () => number): number {
  const ceilingMs = Math.min(maxMs, firstMs * 2 ** (failures - 1))
  return Math.round(ceilingMs * (0.5 + random() / 2))
}

async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, signal && { signal })
  } catch (error) {
    // The timer rejects with an AbortError of its own; callers know the reason they gave.
    signal?.throwIfAborted()
    throw error
  }
}
