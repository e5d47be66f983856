import type { MessagePlace } from '#domain/channel-ledger.ts'
import { StoreRefusedError } from '#domain/errors.ts'
import { TelegramError } from './api-error.ts'
import type { BotApi, SentDocument } from './bot-api.ts'
import type { Lane } from './lane.ts'
import { type Probe, withProbe } from './probe.ts'
import type { StoreParts } from './store-parts.ts'

/** A message as one bot sees it. */
export interface SeenMessage {
  readonly botId: number
  /** Null when it carries no file. `fileId` is of use to this bot; `messageId` is that of the copy, which is gone again. */
  readonly document: SentDocument | null
  /** Caption or text; null also for what cannot be copied, as service messages. */
  readonly caption: string | null
}

export interface LookWish {
  readonly signal?: AbortSignal | undefined
  readonly background?: boolean
  readonly preferBotId?: number
}

/**
 * Looks at messages. Bots may not read a channel: they copy the message elsewhere, read the answer, and delete the copy.
 * "Not there" is believed only of a bot that sees a message which certainly is there (telegram.md §3).
 */
export class MessageLooker {
  readonly #parts: StoreParts
  readonly #scratchChatId: number | undefined
  /** Bots that were refused by the scratch chat; they copy within the channel. */
  readonly #withoutScratch = new Set<number>()

  /** `scratchChatId`: a private chat with an admin, where copies take no ids of the channel and are allowed more often. */
  constructor(parts: StoreParts, scratchChatId?: number) {
    this.#parts = parts
    this.#scratchChatId = scratchChatId
  }

  /** Null when it certainly is not there. */
  async look(place: MessagePlace, wish: LookWish = {}): Promise<SeenMessage | null> {
    const seen = await this.#run(place, wish, (lane, signal) => this.#lookOn(lane, place, signal))
    if (seen !== UNSEEN) return seen
    return withProbe(this.#parts, place.chatId, wish, (probe) => this.lookWith(probe, place, wish))
  }

  /** The same with a message at hand that is certainly there; bots that saw it need not look at it again. */
  async lookWith(probe: Probe, place: MessagePlace, wish: LookWish): Promise<SeenMessage | null> {
    return this.#run(place, wish, async (lane, signal) => {
      const seen = await this.#lookOn(lane, place, signal, probe)
      if (seen !== UNSEEN) return seen
      if (await this.#sees(probe, lane, signal)) return null
      throw blind(lane)
    })
  }

  #run<T>(place: MessagePlace, wish: LookWish, work: (lane: Lane, signal: AbortSignal | undefined) => Promise<T>) {
    const { signal, background = false, preferBotId } = wish
    const chosen = { ...(signal && { signal }), ...(preferBotId !== undefined && { preferBotId }) }
    return this.#parts.lanes.run({ kind: 'send', isLook: true, chatIds: [place.chatId], background, ...chosen }, work)
  }

  async #lookOn(lane: Lane, place: MessagePlace, signal?: AbortSignal, probe?: Probe): Promise<SeenMessage | 'unseen'> {
    try {
      const copy = await this.#forward(lane, place, signal)
      return { botId: lane.bot.id, document: copy.document, caption: copy.caption }
    } catch (error) {
      if (!(error instanceof TelegramError)) throw error
      if (error.kind === 'not-found') return UNSEEN
      if (error.kind !== 'refused' || !probe) throw error
      // What is there and cannot be copied is a service message, as long as other messages can be copied.
      if (await this.#sees(probe, lane, signal)) return { botId: lane.bot.id, document: null, caption: null }
      throw blind(lane)
    }
  }

  async #sees(probe: Probe, lane: Lane, signal?: AbortSignal): Promise<boolean> {
    if (probe.seenBy.has(lane.bot.id)) return true
    try {
      await this.#forward(lane, probe.place, signal)
    } catch (error) {
      if (!(error instanceof TelegramError)) throw error
      if (error.kind === 'refused') throw protectedChannel(lane, error)
      if (error.kind === 'not-found') return false
      throw error
    }
    probe.seenBy.add(lane.bot.id)
    return true
  }

  async #forward({ bot, chatId }: Lane, place: MessagePlace, signal?: AbortSignal) {
    const scratchId = this.#scratchChatId
    if (scratchId === undefined || this.#withoutScratch.has(bot.id)) return this.#forwardTo(bot, place, chatId, signal)
    try {
      return await this.#forwardTo(bot, place, scratchId, signal)
    } catch (error) {
      if (!(error instanceof TelegramError && error.kind === 'no-access')) throw error
    }
    // Nothing says which of the two chats it was.
    const copy = await this.#forwardTo(bot, place, chatId, signal)
    this.#withoutScratch.add(bot.id)
    return copy
  }

  async #forwardTo(bot: BotApi, place: MessagePlace, toChatId: number, signal?: AbortSignal) {
    const copy = await bot.forward(place, toChatId, signal)
    this.#parts.reached('looked')
    const isGone = await deleteCopy(bot, toChatId, copy.messageId)
    if (isGone && toChatId === place.chatId) {
      await this.#parts.ledger.noteId({ chatId: toChatId, messageId: copy.messageId }, 'missing')
    }
    this.#parts.reached('look-cleared')
    return copy
  }
}

const UNSEEN = 'unseen'

/** A copy that stays carries our caption: the next scan of the channel removes it. */
async function deleteCopy(bot: BotApi, chatId: number, messageId: number): Promise<boolean> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      await bot.deleteMessages(chatId, [messageId])
      return true
    } catch (error) {
      if (!(error instanceof TelegramError)) throw error
      if (error.kind !== 'ambiguous') return false
    }
  }
  return false
}

/** A bot outside a public channel is told that messages do not exist (telegram.md §1). */
function blind({ bot, chatId }: Lane): TelegramError {
  return new TelegramError(`${bot.setting} does not see the messages of chat ${chatId}.`, {
    kind: 'no-access',
    sent: 'no',
    fix: 'Make the bot an administrator of the channel.',
  })
}

function protectedChannel({ chatId }: Lane, cause: TelegramError): StoreRefusedError {
  return new StoreRefusedError(`Channel ${chatId} does not let its messages be forwarded.`, {
    why: cause.message,
    fix: 'Turn off "Restrict saving content" in the settings of the channel.',
    cause,
  })
}
