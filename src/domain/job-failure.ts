import { askedWaitMs } from './asked-wait.ts'
import { PageRefusedError, ProductError, RemoteRefusedError } from './errors.ts'
import type { Job } from './job-queue.ts'

/** What people read about a job that failed: what, why, and what mends it. */
export function jobFailureOf(error: unknown): NonNullable<Job['failure']> {
  if (error instanceof ProductError) return { code: fineCodeOf(error), message: inOneText(error) }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) }
}

/** Its code, and after a dot which of the causes that share it: `page-refused.login-needed`, `remote-refused.403`. */
export function fineCodeOf(error: ProductError): string {
  if (error instanceof PageRefusedError) return `${error.code}.${error.refusal}`
  if (error instanceof RemoteRefusedError) return `${error.code}.${error.status}`
  return error.code
}

function inOneText({ message, why, fix }: ProductError): string {
  const sentences = [message, why, fix].filter((part) => part !== undefined)
  if (sentences.length === 1) return message
  return sentences.map((part) => (/[.!?]$/.test(part) ? part : `${part}.`)).join(' ')
}

/**
 * Whether trying again cannot help, or was tried often enough. What only needs time (a full disk, a store that cannot be
 * reached) is never final: the job waits.
 */
export function isFinalFailure(error: unknown, attempt: number, maxAttempts: number): boolean {
  if (error instanceof ProductError && error.retry !== 'sometimes') return error.retry === 'never'
  return attempt >= maxAttempts
}

const FIRST_WAIT_MS = 2000
const LONGEST_WAIT_MS = 5 * 60_000

/** A server that asks for more is asked again all the same: nobody waits for days, and dates in its answer may be wrong. */
const LONGEST_ASKED_MS = 24 * 3_600_000

/**
 * How long a job waits after its n-th failed attempt: twice as long each time, of that a random part between the half
 * and the whole, so that jobs that failed together do not come back together; never less than what the other side asked
 * for. `random` is in [0, 1).
 */
export function jobWaitMs(error: unknown, attempt: number, random: number): number {
  const backOffMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1)) * (0.5 + random / 2)
  const askedMs = askedWaitMs(error)
  // The first wait on top spreads those that were told the same moment.
  return askedMs === null
    ? backOffMs
    : Math.max(backOffMs, Math.min(LONGEST_ASKED_MS, askedMs) + FIRST_WAIT_MS * random)
}
