import type { BotApi } from './bot-api.ts'
import type { CallKind } from './call-kind.ts'

/** One bot in one channel: a way for calls to leave. */
export interface Lane {
  readonly bot: BotApi
  readonly chatId: number
  /**
   * Of a wish that `holdsLastByte`: resolves when the last byte of the call may leave, to be asked right before. Rejects
   * with TelegramError `rate-limited` when that would take too long to keep a connection waiting.
   */
  lastByte(signal: AbortSignal | undefined): Promise<void>
}

export interface LaneWish {
  readonly kind: CallKind
  /** Only these chats; all by default. */
  readonly chatIds?: readonly number[]
  /** Prefer this bot when it can start about as soon as any other. */
  readonly preferBotId?: number
  /** A look: the preferred bot may do it also when it only reads. */
  readonly isLook?: boolean
  /** Not these bots, as long as there is another that works. */
  readonly avoidBotIds?: readonly number[]
  /** A send that takes its time: it may begin before its message may come, and asks the lane for its last byte. */
  readonly holdsLastByte?: boolean
  /** Gives way to all that is not. */
  readonly background?: boolean
  /**
   * Rather reject with RateLimitedError than wait longer than this for Telegram's limits. 15 seconds for a read that is
   * not background, without end for all else.
   */
  readonly maxWaitMs?: number
  readonly signal?: AbortSignal
}

/** All bots in all their channels; decides who works next, and when. */
export interface Lanes {
  /** Every chat that a bot is configured for, in the order of the settings, without doubles. */
  readonly chatIds: readonly number[]
  /**
   * Waits until a lane may start, and runs the work on it; paces, and learns from what it throws. A limit, a lost right, a
   * revoked token or a fault of the network is the lane's affair: the work is run again, on the lane that can start
   * soonest. Any other error is thrown. Rejects with StoreUnavailableError when no lane is left or the network failed
   * several times in a row, with the signal's reason.
   */
  run<T>(wish: LaneWish, work: (lane: Lane, signal: AbortSignal | undefined) => Promise<T>): Promise<T>
}
