/** What a player made of a stream. */
export interface Played {
  /** It came to the end by itself. */
  readonly ended: boolean
  /** What it complained about; empty when all is well. */
  readonly errorLines: readonly string[]
  /** Decoded pictures, where the player tells. */
  readonly frames?: number
  /** Seconds of sound that came out, where the player tells. */
  readonly soundSec?: number
  /** How far it came, where the player tells. */
  readonly reachedSec?: number
  /** Addresses that it asked for, where the player tells. */
  readonly asked?: readonly string[]
}
