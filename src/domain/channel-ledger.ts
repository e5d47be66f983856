import type { BlobRef } from './blob-store.ts'

/**
 * The memory of a store whose blobs are messages in channels: which message holds what, what was begun and not yet
 * answered, and how long each bot has to wait. Like the catalog: a method that writes is one transaction; when it has
 * resolved, a power cut loses nothing. Removing what is not there is not an error.
 */
export interface ChannelLedger extends BlobLedger, IntentLedger, ScanLedger, BotLedger {}

export interface BlobLedger {
  /** Null when nothing is known of it. A blob whose last copy was removed is not known any more. */
  blob(ref: BlobRef): Promise<ChannelBlob | null>
  /**
   * All of them, or those whose name begins with `prefix`, by the bytes of their refs. May be read while others write,
   * for as long as the reader likes: what is there from the beginning to the end comes once, each as it was when read.
   */
  blobs(prefix?: string): AsyncIterable<ChannelBlob>
  /**
   * Adds a copy to the blob, and the blob when it is new; what is known of an older one stays. Adding the same copy again
   * changes its state. Rejects with ConflictError when the message holds another blob.
   */
  addCopy(blob: Omit<ChannelBlob, 'copies'>, copy: ChannelCopy): Promise<void>
  /** Forgets the copy, with the handles of it; the blob with its last copy. */
  removeCopy(ref: BlobRef, place: MessagePlace): Promise<void>
  /** Each chat of which an id is known, by chat id. Looks at every copy: for people, not for every send. */
  channelFigures(): Promise<readonly ChannelFigures[]>
}

export interface IntentLedger {
  /** To be written before the message leaves. Opening the same again changes nothing. */
  openIntent(intent: SendIntent): Promise<void>
  /**
   * The send was answered, or its message was found: adds the copy and closes the intent, in one transaction. Settling
   * the same again changes nothing. Rejects with NotFoundError when neither the intent nor the message is known (closed
   * before its answer came: the scan will find the message), and as `addCopy` does; then nothing has changed.
   */
  settleIntent(nonce: string, copy: ChannelCopy): Promise<void>
  /** It is certain that nothing of it is, or will be, in the channel. */
  closeIntent(nonce: string): Promise<void>
  /** Nobody waits for its answer any more: whether the message is there is for the scan to find out. */
  abandonIntent(nonce: string): Promise<void>
  /** Those that are not closed, oldest first. */
  intents(): Promise<readonly SendIntent[]>
}

export interface ScanLedger {
  /** Every id up to this one was looked at or is owned; 0 at first. */
  mark(chatId: number): Promise<number>
  /** Moves it up, never down. Forgets what was noted up to this id. */
  setMark(chatId: number, messageId: number): Promise<void>
  /** Notes what an id that no blob owns turned out to be. */
  noteId(place: MessagePlace, what: 'foreign' | 'missing'): Promise<void>
  /** Ids from `first` to `last`, inclusive, that a copy owns or that were noted. */
  knownIds(chatId: number, first: number, last: number): Promise<ReadonlySet<number>>
}

export interface BotLedger {
  /** The name by which this bot can fetch the message's file; it is of no use to another bot. */
  handle(place: MessagePlace, botId: number): Promise<string | null>
  saveHandle(place: MessagePlace, botId: number, fileId: string): Promise<void>
  dropHandle(place: MessagePlace, botId: number): Promise<void>
  /** How bots were paced when that was last saved. */
  paces(): Promise<readonly SavedPace[]>
  /** One per bot and chat; replaces the older one. */
  savePace(pace: SavedPace): Promise<void>
  /** Small facts of the store itself, as JSON values: what was measured, which snapshot is the newest. Null at first. */
  fact(name: string): Promise<unknown>
  setFact(name: string, value: unknown): Promise<void>
}

export interface ChannelBlob {
  readonly ref: BlobRef
  /** As it was put. */
  readonly name: string
  /** Of the stored bytes. */
  readonly byteLength: number
  /** Hex, of the stored bytes. */
  readonly sha256: string
  /** By chat id, then message id. */
  readonly copies: readonly ChannelCopy[]
}

/** Message ids count per chat, from 1 (Bot API `Message.message_id`). */
export interface MessagePlace {
  /** Negative for channels (Bot API `Chat.id`). */
  readonly chatId: number
  readonly messageId: number
}

export interface ChannelCopy extends MessagePlace {
  /** Bot API `file_unique_id`: the same for every bot. Proves that a message is the one that is meant. */
  readonly fileUniqueId: string
  /** `deleting`: on its way out, also after a crash. `undeletable`: nobody may delete it any more; it counts as gone. */
  readonly state: 'stored' | 'deleting' | 'undeletable'
}

export interface SendIntent {
  /** Stands in the caption of the message. */
  readonly nonce: string
  readonly chatId: number
  /** The bot's user id. */
  readonly botId: number
  readonly ref: BlobRef
  readonly name: string
  readonly byteLength: number
  readonly sha256: string
  /** `open`: an answer may still come, if the process that sent it lives. `abandoned`: none will. */
  readonly state: 'open' | 'abandoned'
  /** Wall clock. */
  readonly startedAt: Date
}

export interface ChannelFigures {
  readonly chatId: number
  /** Copies that are `stored`. */
  readonly messages: number
  /** Of those. */
  readonly bytes: number
  /** The highest id that a copy owns, that was noted, or that the mark is at. */
  readonly topMessageId: number
}

export interface SavedPace {
  readonly botId: number
  /** Null for the limit over all chats of the bot. */
  readonly chatId: number | null
  /** No call before this moment (wall clock). */
  readonly notBefore: Date
  /** The rate that was last found to be allowed. */
  readonly callsPerSec: number
}
