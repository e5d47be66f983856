/** How patient a download is. Tests are less so. */
export interface FetchSettings {
  /** The first wait; twice as long after each failure, of that a random part between the half and the whole. */
  readonly firstWaitMs: number
  readonly longestWaitMs: number
  /** A server that wishes more than this by `Retry-After` ends the attempt: the job waits instead. */
  readonly longestRetryAfterMs: number
  /** Tries without a byte of progress before it has failed. */
  readonly tries: number
  /** Tries of what the server says it does not have. */
  readonly missingTries: number
  /** How far the newest segment that is being fetched may be ahead of the oldest. */
  readonly window: number
  /** No segment is larger; after decompression too. */
  readonly maxSegmentBytes: number
}

export const FETCH_SETTINGS: FetchSettings = {
  firstWaitMs: 300,
  longestWaitMs: 15_000,
  longestRetryAfterMs: 120_000,
  tries: 6,
  missingTries: 3,
  window: 128,
  maxSegmentBytes: 4 * 1024 ** 3,
}

/** Wait before try number `tries` + 1. `random` is in [0, 1). */
export function backOffMs(tries: number, { firstWaitMs, longestWaitMs }: FetchSettings, random: number): number {
  return Math.min(longestWaitMs, firstWaitMs * 2 ** (tries - 1)) * (0.5 + random / 2)
}
