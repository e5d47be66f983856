import type { FileContent } from './file-content.ts'
import type { ReceivedFile } from './received-file.ts'

/** A bot, with the token that its owner holds. */
export interface EmulatedBot {
  readonly id: number
  readonly token: string
  readonly username: string
}

export interface Bot extends EmulatedBot {
  readonly name: string
  revoked: boolean
  loggedOut: boolean
  /** Ids of its private chats are counted over all of them. */
  lastPrivateMessageId: number
}

export interface Rights {
  post: boolean
  edit: boolean
  delete: boolean
}

export const ALL_RIGHTS: Rights = { post: true, edit: true, delete: true }

export type MemberStatus = 'administrator' | 'member' | 'left' | 'kicked'

export interface Member {
  status: MemberStatus
  rights: Rights
}

export interface Chat {
  readonly id: number
  readonly type: 'channel' | 'supergroup' | 'private'
  readonly title: string
  /** A public chat has one. */
  readonly username: string | undefined
  /** By the id of bots and people. */
  readonly members: Map<number, Member>
  readonly messages: Map<number, Message>
  readonly pinned: Set<number>
  /** The bot of a private chat. */
  readonly botId: number | undefined
  protectedContent: boolean
  deleted: boolean
  lastMessageId: number
}

export interface User {
  readonly id: number
  readonly firstName: string
  readonly username: string | undefined
  /** Bots that may write to this person. */
  readonly started: Set<number>
  readonly blocked: Set<number>
  deactivated: boolean
}

export type FileKind = 'document' | 'video' | 'audio' | 'animation' | 'photo'

/** A file at Telegram's: forwards and copies of a message share it. */
export interface StoredFile extends ReceivedFile {
  readonly uniqueId: string
  content: FileContent
  readonly kind: FileKind
}

export interface Origin {
  readonly chatId: number
  readonly messageId: number
  readonly dateSec: number
}

export type ServiceEvent = { readonly what: 'created' } | { readonly what: 'pinned'; readonly messageId: number }

export interface Message {
  readonly chatId: number
  readonly id: number
  readonly dateSec: number
  /** The bot or person that wrote it; undefined for the chat itself. */
  readonly fromId: number | undefined
  text: string | undefined
  caption: string | undefined
  file: StoredFile | undefined
  readonly origin: Origin | undefined
  /** A service message says what happened. */
  readonly service: ServiceEvent | undefined
  readonly protectedContent: boolean
  readonly mediaGroupId: string | undefined
  editDateSec: number | undefined
  replyMarkup: unknown
  /** Set when it was deleted, by a bot or a person. */
  deletedAtMs: number | undefined
}

/** Answers of the emulator where the live service's are not known, and figures that tests make smaller. */
export interface Habits {
  /** `getFile` serves no larger file. */
  downloadLimitBytes: number
  uploadLimitBytes: number
  captionLimit: number
  /** Bots delete nothing older; `null` = everything. */
  deleteAgeLimitMs: number | null
  fileLinkMs: number
  /** A pin takes a message id in the chat for its service message. */
  pinServiceMessage: boolean
  /** Only so many newest ids of a chat can be reached. */
  horizon: number | null
  /** Beyond the horizon files cannot be fetched either. */
  horizonHidesFiles: boolean
  /** A file can be fetched when all messages with it were deleted. */
  deletedFilesStay: boolean
  /** Share of calls in which another bot's file id works, as luck has it. */
  foreignFileIdLuck: number
  /** Downloads obey `Range`. */
  ranges: boolean
  /** As a server of one's own: other words for a bad token, no files. */
  selfRun: boolean
}

export const STRICT_HABITS: Habits = {
  downloadLimitBytes: 20_971_520,
  uploadLimitBytes: 50_000_000,
  captionLimit: 1024,
  deleteAgeLimitMs: 48 * 3600 * 1000,
  fileLinkMs: 3600 * 1000,
  pinServiceMessage: true,
  horizon: null,
  horizonHidesFiles: true,
  deletedFilesStay: false,
  foreignFileIdLuck: 0,
  ranges: false,
  selfRun: false,
}
