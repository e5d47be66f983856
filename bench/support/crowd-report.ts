/** What many viewers of one segment got. */
export interface CrowdReport {
  readonly errors: number
  /** SHA-256 of some of the bodies; one, if all got the same. */
  readonly hashes: readonly string[]
  readonly medianMs: number
  readonly p99Ms: number
}
