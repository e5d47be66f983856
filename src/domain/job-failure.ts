import { ProductError } from './errors.ts'
import type { Job } from './job-queue.ts'

/** What people read about a job that failed. */
export function jobFailureOf(error: unknown): NonNullable<Job['failure']> {
  if (error instanceof ProductError) return { code: error.code, message: error.message }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) }
}

/** Whether trying again cannot help, or was tried often enough. */
export function isFinalFailure(error: unknown, attempt: number, maxAttempts: number): boolean {
  return attempt >= maxAttempts || (error instanceof ProductError && error.retry === 'never')
}

const FIRST_WAIT_MS = 2000
const LONGEST_WAIT_MS = 5 * 60_000

/**
 * How long a job waits after its n-th failed attempt: twice as long each time, of that a random part between the half
 * and the whole, so that jobs that failed together do not come back together. `random` is in [0, 1).
 */
export function jobBackOffMs(attempt: number, random: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1)) * (0.5 + random / 2)
}
