import type { EmulatorClock } from './clock.ts'
import type { FaultScript } from './fault-script.ts'
import type { FileSink } from './file-content.ts'
import type { Journal } from './journal.ts'
import type { RateLimiter } from './rates.ts'
import type { Updates } from './updates.ts'
import type { World } from './world.ts'

/** The line to every client. */
export interface Network {
  /** Added to every call. */
  latencyMs: number
  /** Of each request's body and each answer's; `null` = as fast as it goes. */
  bytesPerSec: number | null
}

/** All parts of one emulated Telegram. */
export interface Emulator {
  readonly clock: EmulatorClock
  readonly world: World
  readonly updates: Updates
  readonly limiter: RateLimiter
  readonly faults: FaultScript
  readonly journal: Journal
  readonly network: Network
  readonly openSink: () => Promise<FileSink>
}
