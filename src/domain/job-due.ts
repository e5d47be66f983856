/** When a job runs that need not wait, in ms since 1970: it is due whatever the clock of the machine says, now or later. */
export const AT_ONCE_MS = 0

/** No job waits so long (`jobWaitMs`): what seems to has outlived a clock that went wrong. */
export const LONGEST_WAIT_MS = 2 * 86_400_000
