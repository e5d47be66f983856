import type { CallKind } from './call-kind.ts'
import type { PaceSettings } from './pace.ts'

/** What is assumed as long as nothing better is known. */
export interface LaneTuning {
  /** Messages of one bot in one chat. */
  readonly chat: PaceSettings
  /** Messages of one bot in all chats. */
  readonly bot: PaceSettings
  readonly reads: PaceSettings
  readonly deletes: PaceSettings
  /** Calls of one bot that may be under way at once. */
  readonly inFlight: Readonly<Record<CallKind, number>>
}

/**
 * Telegram's public figures (Bots FAQ): one message a second in a chat with short bursts, about 30 a second in all.
 */
export const DEFAULT_TUNING: LaneTuning = {
  chat: { startPerSec: 1, maxPerSec: 1, burst: 3 },
  bot: { startPerSec: 25, maxPerSec: 30, burst: 10 },
  reads: { startPerSec: 20, maxPerSec: 30, burst: 20 },
  deletes: { startPerSec: 3, maxPerSec: 10, burst: 5 },
  inFlight: { send: 4, delete: 2, read: 8 },
}
