/** `run_at` of a job that need not wait: it is due whatever the clock of the machine says, now or after it was set back. */
export const AT_ONCE = 0

/** No job waits so long (`jobWaitMs` in the domain): what seems to has outlived a clock that went wrong. */
export const LONGEST_WAIT_MS = 2 * 86_400_000
