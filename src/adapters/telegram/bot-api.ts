import { isAbsolute } from 'node:path'
import { Api } from 'grammy'
import type { ApiMethods, Message } from 'grammy/types'
import type { MessagePlace } from '#domain/channel-ledger.ts'
import { errorOfGrammy, errorOfTimeout, TelegramError } from './api-error.ts'
import { type Clock, SYSTEM_CLOCK } from './clock.ts'
import { type DownloadedFile, downloadFile } from './download-file.ts'
import { FloodGate } from './flood-gate.ts'
import type { CallKind } from './call-kind.ts'
import { openLocalFile, unseenLocalFile } from './open-local-file.ts'
import { type BotRights, rightsOf } from './bot-rights.ts'
import { documentOf, type SentDocument, sentDocumentOf } from './sent-document.ts'
import { type DocumentToSend, uploadDocument } from './upload-document.ts'

export type { BotRights } from './bot-rights.ts'
export type { DownloadedFile } from './download-file.ts'
export type { SentDocument } from './sent-document.ts'
export type { DocumentToSend } from './upload-document.ts'

export interface BotApiOptions {
  readonly token: string
  /** The setting the token came from, for messages to people: `BOT_TOKEN_2`. */
  readonly setting: string
  /** Without a slash at its end: `https://api.telegram.org`. */
  readonly apiRoot: string
  readonly clock?: Clock
}

export interface BotIdentity {
  readonly id: number
  readonly username: string
}

export interface ChatInfo {
  readonly id: number
  readonly title: string
  readonly type: string
  /** The pinned message with the newest sending date, when it carries a document. */
  readonly pinned: SentDocument | null
  /** Nothing can be forwarded out of it. */
  readonly isProtected: boolean
}

export interface ForwardedMessage {
  /** Of the copy. */
  readonly messageId: number
  readonly document: SentDocument | null
  readonly caption: string | null
}

/** A call without a file; a self-run server fetches the whole file before it answers `getFile`. */
const CALL_MS = 30_000
const GET_FILE_MS = 300_000
const PUBLIC_HOST = 'api.telegram.org'

/**
 * The Bot API as one bot. Every method rejects with TelegramError or with the signal's reason; neither these errors nor
 * anything that hangs on them carries the token. Nothing here waits for its turn or tries twice: that is for the lanes.
 */
export class BotApi {
  /** The bot's user id: the digits before the colon of its token. */
  readonly id: number
  readonly setting: string
  /** What was moved so far, also by calls that failed. */
  readonly traffic = { sentBytes: 0, receivedBytes: 0 }
  /** Shared with the lanes, which tell it what a former process was asked to wait. */
  readonly gate: FloodGate
  readonly #token: string
  readonly #root: URL
  readonly #clock: Clock
  readonly #api: Api

  constructor({ token, setting, apiRoot, clock = SYSTEM_CLOCK }: BotApiOptions) {
    const parts = /^(\d{1,16}):[A-Za-z0-9_-]+$/.exec(token)
    if (!parts) throw new TypeError(`${setting} is not a bot token.`)
    this.id = Number(parts[1])
    this.setting = setting
    this.gate = new FloodGate(clock)
    this.#token = token
    this.#root = new URL(apiRoot)
    this.#clock = clock
    this.#api = new Api(token, { apiRoot: apiRoot.replace(/\/+$/, '') })
  }

  async getMe(signal?: AbortSignal): Promise<BotIdentity> {
    const me = await this.#call('getMe', undefined, 'read', signal)
    return { id: me.id, username: me.username }
  }

  /** `chat` is a chat id or the `@name` of a public channel. */
  async getChat(chat: number | string, signal?: AbortSignal): Promise<ChatInfo> {
    const info = await this.#call('getChat', { chat_id: chat }, 'read', signal)
    const pinned = info.pinned_message
    return {
      id: info.id,
      title: info.title ?? info.username ?? String(info.id),
      type: info.type,
      pinned: pinned && 'document' in pinned ? sentDocumentOf(pinned as Message) : null,
      isProtected: info.has_protected_content === true,
    }
  }

  /** What this bot may do there. */
  async getMember(chatId: number, signal?: AbortSignal): Promise<BotRights> {
    return rightsOf(await this.#call('getChatMember', { chat_id: chatId, user_id: this.id }, 'read', signal))
  }

  /** Sends a file of a known length. An answer that is not a document of id > 0 in that chat is `ambiguous`. */
  async sendDocument(chatId: number, document: DocumentToSend, signal?: AbortSignal): Promise<SentDocument> {
    const call = this.#nameOf('sendDocument')
    await this.gate.pass('send', call, document.beforeLastByte !== undefined)
    let verdict = (): void => {}
    try {
      const result = await uploadDocument({
        call,
        root: this.#root,
        path: `/bot${this.#token}/sendDocument`,
        fields: {
          chat_id: String(chatId),
          caption: document.caption,
          disable_content_type_detection: 'true',
          disable_notification: 'true',
        },
        document,
        clock: this.#clock,
        signal,
        onBytes: (byteLength) => {
          this.traffic.sentBytes += byteLength
        },
        onLastByte: () => {
          verdict = this.gate.awaitVerdict('send')
        },
      })
      return sentBy(call, chatId, result)
    } catch (error) {
      throw this.#held('send', error)
    } finally {
      verdict()
    }
  }

  /** Copies the message elsewhere, which is the only way to look at it; the copy is the caller's to delete. */
  async forward(from: MessagePlace, toChatId: number, signal?: AbortSignal): Promise<ForwardedMessage> {
    const message = await this.#call(
      'forwardMessage',
      { chat_id: toChatId, from_chat_id: from.chatId, message_id: from.messageId, disable_notification: true },
      'send',
      signal,
    )
    return {
      messageId: message.message_id,
      document: sentDocumentOf(message),
      caption: message.caption ?? message.text ?? null,
    }
  }

  /** At most 100. Missing ones are skipped in silence. `refused`: at least one cannot be deleted any more. */
  async deleteMessages(chatId: number, messageIds: readonly number[], signal?: AbortSignal): Promise<void> {
    await this.#call('deleteMessages', { chat_id: chatId, message_ids: [...messageIds] }, 'delete', signal)
  }

  /** The message as it is now, when Telegram shows it; null too when nothing was to be changed. */
  async editCaption(place: MessagePlace, caption: string, signal?: AbortSignal): Promise<SentDocument | null> {
    const payload = { chat_id: place.chatId, message_id: place.messageId, caption }
    const edited = await this.#call('editMessageCaption', payload, 'send', signal).catch(ignoreUnchanged)
    return typeof edited === 'object' ? sentDocumentOf(edited) : null
  }

  async pin(place: MessagePlace, signal?: AbortSignal): Promise<void> {
    const payload = { chat_id: place.chatId, message_id: place.messageId, disable_notification: true }
    await this.#call('pinChatMessage', payload, 'send', signal)
  }

  async sendText(chatId: number, text: string, signal?: AbortSignal): Promise<{ readonly messageId: number }> {
    const payload = { chat_id: chatId, text, disable_notification: true, link_preview_options: { is_disabled: true } }
    const message = await this.#call('sendMessage', payload, 'send', signal)
    return { messageId: message.message_id }
  }

  /** The link to a file, good for at least an hour: keep it 50 minutes at most. */
  async filePath(fileId: string, signal?: AbortSignal): Promise<{ filePath: string; byteLength: number | null }> {
    const file = await this.#call('getFile', { file_id: fileId }, 'read', signal, GET_FILE_MS)
    if (file.file_path) return { filePath: file.file_path, byteLength: file.file_size ?? null }
    throw new TelegramError(`${this.#nameOf('getFile')}: no path came`, { kind: 'ambiguous' })
  }

  /**
   * The bytes of a file from `offset` on, or from 0 when the service does not heed it. A Bot API server of one's own that
   * runs with `--local` tells a path on its disk: it is read there when this computer sees it.
   */
  async download(
    filePath: string,
    options: { offset?: number; signal?: AbortSignal | undefined } = {},
  ): Promise<DownloadedFile> {
    const { offset = 0, signal } = options
    const call = this.#nameOf('download')
    const onBytes = (byteLength: number) => {
      this.traffic.receivedBytes += byteLength
    }
    const isLocal = isAbsolute(filePath) && this.#root.hostname !== PUBLIC_HOST
    const local = isLocal ? await openLocalFile(filePath, offset, onBytes) : null
    if (local) return local
    await this.gate.pass('read', call)
    const path = filePath.replace(/^\/+/, '').split('/').map(encodeURIComponent).join('/')
    const request = {
      call,
      root: this.#root,
      path: `/file/bot${this.#token}/${path}`,
      offset,
      clock: this.#clock,
      signal,
      onBytes,
    }
    try {
      return await downloadFile(request)
    } catch (error) {
      throw isLocal ? unseenLocalFile(call, error) : this.#held('read', error)
    }
  }

  toString(): string {
    return `${this.setting} (bot ${this.id})`
  }

  async #call<M extends keyof Methods>(
    method: M,
    payload: Parameters<Methods[M]>[0],
    kind: CallKind,
    signal: AbortSignal | undefined,
    limitMs = CALL_MS,
  ): Promise<Awaited<ReturnType<Methods[M]>>> {
    const call = this.#nameOf(method)
    signal?.throwIfAborted()
    await this.gate.pass(kind, call)
    const verdict = kind === 'read' ? () => {} : this.gate.awaitVerdict(kind)
    const timer = new AbortController()
    const limit = AbortSignal.any(signal ? [signal, timer.signal] : [timer.signal])
    const ended = new AbortController()
    this.#clock.sleep(limitMs, ended.signal).then(
      () => timer.abort(),
      () => {},
    )
    try {
      const send = this.#api.raw[method] as (...args: unknown[]) => Promise<Awaited<ReturnType<Methods[M]>>>
      return await (method === 'getMe' ? send(limit) : send(payload, limit))
    } catch (error) {
      signal?.throwIfAborted()
      if (timer.signal.aborted) throw errorOfTimeout(call, `no answer for ${limitMs / 1000} seconds`, true)
      throw this.#held(kind, errorOfGrammy(call, error))
    } finally {
      ended.abort()
      verdict()
    }
  }

  /** Closes the door behind a 429, at once and for all. */
  #held(kind: CallKind, error: unknown): unknown {
    if (error instanceof TelegramError && error.kind === 'rate-limited') {
      this.gate.hold(kind, this.#clock.nowMs() + error.retryAfterMs)
    }
    return error
  }

  #nameOf(method: string): string {
    return `${method} by ${this.setting}`
  }
}

type Methods = ApiMethods

function ignoreUnchanged(error: unknown): true {
  if (error instanceof TelegramError && /message is not modified/i.test(error.message)) return true
  throw error
}

function sentBy(call: string, chatId: number, result: unknown): SentDocument {
  const message = result as Message
  const document = message?.chat?.id === chatId && message.message_id > 0 ? documentOf(message) : undefined
  if (document) return sentDocumentOf(message) as SentDocument
  throw new TelegramError(`${call}: the answer is not the message that was sent`, { kind: 'ambiguous' })
}
