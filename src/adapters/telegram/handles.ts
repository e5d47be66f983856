import type { ChannelBlob, ChannelCopy, ChannelLedger } from '#domain/channel-ledger.ts'
import type { BotApi } from './bot-api.ts'
import type { Clock } from './clock.ts'
import { MessageMissingError, MessageReplacedError } from './copy-faults.ts'
import type { MessageLooker, SeenMessage } from './look-at-message.ts'
import { sentLengthOf } from './send-blob.ts'

/** Links are good for at least an hour (Bot API `getFile`). */
const LINK_MS = 50 * 60_000
const MAX_LINKS = 5000

/** The names by which bots fetch files: `file_id` per bot (kept in the ledger) and, for a while, links. */
export class Handles {
  readonly #ledger: ChannelLedger
  readonly #clock: Clock
  readonly #looker: MessageLooker
  readonly #links = new Map<string, { readonly filePath: Promise<string>; readonly goodUntilMs: number }>()
  readonly #making = new Map<string, Promise<number>>()

  constructor(parts: { readonly ledger: ChannelLedger; readonly clock: Clock; readonly looker: MessageLooker }) {
    this.#ledger = parts.ledger
    this.#clock = parts.clock
    this.#looker = parts.looker
  }

  /** Which of the bots have a handle of the copy. */
  async holders(copy: ChannelCopy, botIds: Iterable<number>): Promise<number[]> {
    const holders: number[] = []
    for (const botId of botIds) if (await this.#ledger.handle(copy, botId)) holders.push(botId)
    return holders
  }

  /** Null when this bot has none. Throws TelegramError, `stale-file` when the handle is of no use any more. */
  async link(bot: BotApi, copy: ChannelCopy): Promise<{ readonly filePath: string; forget(): void } | null> {
    const fileId = await this.#ledger.handle(copy, bot.id)
    if (fileId === null) return null
    const key = `${bot.id}/${fileId}`
    const forget = () => this.#links.delete(key)
    const known = this.#links.get(key)
    if (known && known.goodUntilMs > this.#clock.nowMs()) return { filePath: await known.filePath, forget }
    // Not under anybody's signal: others wait for the same answer.
    const filePath = bot.filePath(fileId).then((file) => file.filePath)
    this.#links.delete(key)
    this.#links.set(key, { filePath, goodUntilMs: this.#clock.nowMs() + LINK_MS })
    filePath.catch(forget)
    for (const oldest of this.#links.keys()) {
      if (this.#links.size <= MAX_LINKS) break
      this.#links.delete(oldest)
    }
    return { filePath: await filePath, forget }
  }

  async drop(bot: BotApi, copy: ChannelCopy): Promise<void> {
    await this.#ledger.dropHandle(copy, bot.id)
  }

  /**
   * Gives some bot a handle of the copy, the preferred one when it can; answers with that bot. However many ask at once,
   * the message is looked at once. Rejects with MessageMissingError, MessageReplacedError.
   */
  make(blob: ChannelBlob, copy: ChannelCopy, preferBotId: number): Promise<number> {
    const key = `${copy.chatId}/${copy.messageId}`
    const running = this.#making.get(key)
    if (running) return running
    const making = this.#make(blob, copy, preferBotId).finally(() => this.#making.delete(key))
    this.#making.set(key, making)
    return making
  }

  async #make(blob: ChannelBlob, copy: ChannelCopy, preferBotId: number): Promise<number> {
    const seen = await this.#looker.look(copy, { preferBotId })
    if (seen === null) throw new MessageMissingError(copy)
    return this.accept(blob, copy, seen)
  }

  /** Keeps the handle that came with a look at the copy. Rejects with MessageReplacedError when it is not our file. */
  async accept(blob: ChannelBlob, copy: ChannelCopy, { document, botId }: SeenMessage): Promise<number> {
    if (!document || !holds(document, blob, copy)) throw new MessageReplacedError(copy)
    await this.#ledger.saveHandle(copy, botId, document.fileId)
    return botId
  }
}

function holds(
  document: NonNullable<SeenMessage['document']>,
  blob: ChannelBlob,
  { fileUniqueId }: ChannelCopy,
): boolean {
  const { byteLength } = document
  return document.fileUniqueId === fileUniqueId && (byteLength === null || byteLength === sentLengthOf(blob))
}
