import type { Habits, Rights } from './entities.ts'
import type { Rates } from './rates.ts'

/** What people, and Telegram, do without being asked by a bot. */
export type Happening =
  | { readonly what: 'revoke-token' | 'restore-token'; readonly botId: number }
  | { readonly what: 'kick' | 'leave'; readonly botId: number; readonly chatId: number }
  | { readonly what: 'join'; readonly botId: number; readonly chatId: number; readonly rights?: Partial<Rights> }
  | { readonly what: 'rights'; readonly botId: number; readonly chatId: number; readonly rights: Partial<Rights> }
  | { readonly what: 'delete-channel'; readonly chatId: number }
  /** A person deletes a message. */
  | { readonly what: 'delete-message'; readonly chatId: number; readonly messageId: number }
  /** A stranger writes in the channel. */
  | { readonly what: 'post'; readonly chatId: number; readonly text?: string; readonly times?: number }
  /** A person pins a message. */
  | { readonly what: 'pin' | 'unpin'; readonly chatId: number; readonly messageId: number }
  | { readonly what: 'edit-caption'; readonly chatId: number; readonly messageId: number; readonly caption: string }
  /** A bit of the stored file turns. */
  | { readonly what: 'flip-bit'; readonly chatId: number; readonly messageId: number; readonly bit?: number }
  | { readonly what: 'protect'; readonly chatId: number; readonly on: boolean }
  /** A person talks to a bot. */
  | { readonly what: 'write-to-bot'; readonly botId: number; readonly userId: number; readonly text: string }
  /** A person forwards a post of a channel to a bot. */
  | { readonly what: 'forward-to-bot'; readonly botId: number; readonly userId: number; readonly post: PostPlace }
  | { readonly what: 'send-file-to-bot'; readonly botId: number; readonly userId: number; readonly file: SentFile }
  /** A person presses a button below a message of the bot. */
  | {
      readonly what: 'press-button'
      readonly botId: number
      readonly userId: number
      readonly messageId: number
      readonly data: string
    }
  | { readonly what: 'start' | 'block'; readonly botId: number; readonly userId: number }
  | { readonly what: 'deactivate'; readonly userId: number }
  | { readonly what: 'rates'; readonly rates: Partial<Rates>; readonly onlyId?: number }
  | { readonly what: 'habits'; readonly habits: Partial<Habits> }
  | { readonly what: 'network'; readonly latencyMs?: number; readonly bytesPerSec?: number | null }
  | { readonly what: 'jump'; readonly ms: number }
  | { readonly what: 'speed'; readonly speed: number }

export interface PostPlace {
  readonly chatId: number
  readonly messageId: number
}

export interface SentFile {
  readonly name: string
  readonly base64: string
  readonly caption?: string
}
