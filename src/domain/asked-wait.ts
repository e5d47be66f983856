import { RateLimitedError, RemoteRefusedError } from './errors.ts'

/** How long the other side asked us to wait (`Retry-After`, flood waits), from the moment of the error; null when it did not. */
export function askedWaitMs(error: unknown): number | null {
  return error instanceof RateLimitedError || error instanceof RemoteRefusedError ? error.retryAfterMs : null
}
