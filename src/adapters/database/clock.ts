/** Time, passed in so that tests can move it. */
export interface Clock {
  /** Milliseconds since 1970; may jump. For what people see and for back-off that outlives the process. */
  wallMs(): number
  /** Milliseconds since some moment; never jumps, stands still while the machine sleeps. For leases. */
  monotonicMs(): number
}

export const SYSTEM_CLOCK: Clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() }
