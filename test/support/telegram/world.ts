import { createHash } from 'node:crypto'
import type { EmulatorClock } from './clock.ts'
import {
  ALL_RIGHTS,
  type Bot,
  type Chat,
  type Habits,
  type MemberStatus,
  type Message,
  type Rights,
  type StoredFile,
  type User,
} from './entities.ts'
import { FileHandles } from './file-handles.ts'
import type { ReceivedFile } from './received-file.ts'

export interface NewMessage {
  readonly fromId?: number | undefined
  readonly text?: string | undefined
  readonly caption?: string | undefined
  readonly file?: StoredFile | undefined
  readonly origin?: Message['origin']
  readonly service?: Message['service']
  readonly protectedContent?: boolean
  readonly mediaGroupId?: string | undefined
  readonly replyMarkup?: unknown
}

export interface NewChannel {
  readonly title?: string
  /** Makes it a public one. */
  readonly username?: string
  readonly type?: 'channel' | 'supergroup'
  readonly protectedContent?: boolean
}

/** Channels' ids begin with this (Bot API: `-100` and the id of MTProto). */
const FIRST_CHANNEL_ID = -1_002_000_000_001
const FIRST_BOT_ID = 7_100_000_001
const FIRST_USER_ID = 500_000_001

/** Everything there is at this Telegram: bots, people, chats, messages, files. */
export class World {
  readonly clock: EmulatorClock
  readonly habits: Habits
  readonly random: () => number
  readonly files: FileHandles
  readonly bots = new Map<number, Bot>()
  readonly users = new Map<number, User>()
  readonly chats = new Map<number, Chat>()
  readonly #dialogs = new Map<string, Chat>()
  readonly #carriers = new Map<StoredFile, Set<Message>>()
  readonly #seed: string

  constructor(clock: EmulatorClock, habits: Habits, random: () => number, seed: number) {
    this.clock = clock
    this.habits = habits
    this.random = random
    this.#seed = String(seed)
    this.files = new FileHandles(this.#seed, habits, random)
  }

  addBot(name = `Bot ${this.bots.size + 1}`): Bot {
    const id = FIRST_BOT_ID + this.bots.size
    const secret = createHash('sha256').update(`${this.#seed} token ${id}`).digest('base64url').slice(0, 33)
    const bot: Bot = {
      id,
      token: `${id}:AA${secret}`,
      username: `emulated_${this.bots.size + 1}_bot`,
      name,
      revoked: false,
      loggedOut: false,
      lastPrivateMessageId: 0,
    }
    this.bots.set(id, bot)
    return bot
  }

  addUser(firstName = 'Person'): User {
    const id = FIRST_USER_ID + this.users.size
    const user: User = {
      id,
      firstName,
      username: undefined,
      started: new Set(),
      blocked: new Set(),
      deactivated: false,
    }
    this.users.set(id, user)
    return user
  }

  /** Message 1 of it tells of its creation. */
  addChannel({ title, username, type = 'channel', protectedContent = false }: NewChannel = {}): Chat {
    const chat = newChat(FIRST_CHANNEL_ID - this.chats.size, type, title ?? `Channel ${this.chats.size + 1}`, username)
    chat.protectedContent = protectedContent
    this.chats.set(chat.id, chat)
    this.post(chat, { service: { what: 'created' } })
    return chat
  }

  setMember(chat: Chat, memberId: number, status: MemberStatus, rights: Partial<Rights> = {}): void {
    chat.members.set(memberId, { status, rights: { ...ALL_RIGHTS, ...rights } })
  }

  /** The chat that a bot means; a private one is the bot's own with that person. */
  chatOf(bot: Bot, chatId: number): Chat | undefined {
    if (chatId < 0) return this.chats.get(chatId)
    const user = this.users.get(chatId)
    if (!user) return undefined
    const key = `${bot.id} ${user.id}`
    const known = this.#dialogs.get(key)
    if (known) return known
    const dialog = newChat(user.id, 'private', user.firstName, user.username, bot.id)
    this.#dialogs.set(key, dialog)
    return dialog
  }

  publicChat(username: string): Chat | undefined {
    const wanted = username.toLowerCase()
    return [...this.chats.values()].find((chat) => chat.username?.toLowerCase() === wanted && !chat.deleted)
  }

  /** Every chat, those of bots with people too. */
  *allChats(): Iterable<Chat> {
    yield* this.chats.values()
    yield* this.#dialogs.values()
  }

  /** Writes a message; it gets the next id of the chat. */
  post(chat: Chat, message: NewMessage): Message {
    const id = this.#nextId(chat)
    const posted: Message = {
      chatId: chat.id,
      id,
      dateSec: Math.floor(this.clock.wallMs() / 1000),
      fromId: message.fromId,
      text: message.text,
      caption: message.caption,
      file: message.file,
      origin: message.origin,
      service: message.service,
      protectedContent: message.protectedContent ?? chat.protectedContent,
      mediaGroupId: message.mediaGroupId,
      editDateSec: undefined,
      replyMarkup: message.replyMarkup,
      deletedAtMs: undefined,
    }
    chat.messages.set(id, posted)
    if (posted.file) this.#carriersOf(posted.file).add(posted)
    return posted
  }

  /** Puts another file into a message. */
  replaceFile(message: Message, file: StoredFile): void {
    if (message.file) this.#carriersOf(message.file).delete(message)
    message.file = file
    this.#carriersOf(file).add(message)
  }

  /** The message, unless it is deleted or beyond the horizon. */
  reachable(chat: Chat, messageId: number): Message | undefined {
    const message = chat.messages.get(messageId)
    if (message === undefined || message.deletedAtMs !== undefined) return undefined
    return this.isBeyondHorizon(chat, messageId) ? undefined : message
  }

  isBeyondHorizon(chat: Chat, messageId: number): boolean {
    return this.habits.horizon !== null && messageId <= chat.lastMessageId - this.habits.horizon
  }

  /** The message stays in the chat as a deleted one, for whoever asks what there was. */
  delete(message: Message, chat: Chat): void {
    message.deletedAtMs = this.clock.nowMs()
    chat.pinned.delete(message.id)
    if (message.file) this.#carriersOf(message.file).delete(message)
  }

  newFile(received: ReceivedFile, kind: StoredFile['kind']): StoredFile {
    return { ...received, kind, uniqueId: this.files.newUniqueId() }
  }

  /** Whether some message still carries the file, and one that can be reached. */
  isFileReachable(file: StoredFile): boolean {
    const carriers = [...this.#carriersOf(file)]
    if (carriers.length === 0) return this.habits.deletedFilesStay
    if (!this.habits.horizonHidesFiles) return true
    return carriers.some(({ chatId, id }) => {
      const chat = this.chats.get(chatId)
      return chat === undefined || (!chat.deleted && !this.isBeyondHorizon(chat, id))
    })
  }

  #carriersOf(file: StoredFile): Set<Message> {
    const known = this.#carriers.get(file)
    if (known) return known
    const carriers = new Set<Message>()
    this.#carriers.set(file, carriers)
    return carriers
  }

  #nextId(chat: Chat): number {
    const bot = chat.botId === undefined ? undefined : this.bots.get(chat.botId)
    if (bot) {
      bot.lastPrivateMessageId += 1
      chat.lastMessageId = bot.lastPrivateMessageId
    } else chat.lastMessageId += 1
    return chat.lastMessageId
  }
}

function newChat(id: number, type: Chat['type'], title: string, username?: string, botId?: number): Chat {
  return {
    id,
    type,
    title,
    username,
    botId,
    members: new Map(),
    messages: new Map(),
    pinned: new Set(),
    protectedContent: false,
    deleted: false,
    lastMessageId: 0,
  }
}
