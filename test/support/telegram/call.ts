import type { Args } from './args.ts'
import type { Bot } from './entities.ts'
import type { RateKind } from './rates.ts'
import type { Updates } from './updates.ts'
import type { World } from './world.ts'

/** One call of a method, with all it may look at and change. */
export interface Call {
  readonly world: World
  readonly updates: Updates
  readonly bot: Bot
  readonly args: Args
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal
}

/** What a method costs, and what it does; throws ApiFailure to refuse. */
export interface Method {
  readonly rate: RateKind | null
  /** Messages that a call makes; 1 by default. */
  readonly count?: (args: Args) => number
  readonly run: (call: Call) => unknown
}
