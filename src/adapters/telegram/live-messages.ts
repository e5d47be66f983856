import type { BotLedger } from '#domain/channel-ledger.ts'
import { TelegramError } from './api-error.ts'
import type { BotApi, DocumentToSend, SentDocument } from './bot-api.ts'
import { formatCaption } from './caption.ts'
import type { Clock } from './clock.ts'

export interface LiveMessagesOptions {
  readonly chatId: number
  readonly ledger: BotLedger
  readonly clock: Clock
  readonly random: (byteLength: number) => Uint8Array
  readonly libraryId: string
  readonly signal?: AbortSignal
}

/** Between two messages of one bot, when nothing is measured by it. */
const UNHURRIED_MS = 1500

/** The messages by which the live service is measured: written one by one, outside the lanes, and taken away again. */
export class LiveMessages {
  readonly toDelete: number[] = []
  readonly #options: LiveMessagesOptions

  constructor(options: LiveMessagesOptions) {
    this.#options = options
  }

  async resume(bots: readonly BotApi[]): Promise<void> {
    const { ledger, clock } = this.#options
    const paces = await ledger.paces()
    for (const bot of bots) {
      for (const { botId, notBefore } of paces) {
        const waitMs = notBefore.getTime() - clock.wallMs()
        if (botId === bot.id && waitMs > 0) bot.gate.hold('send', clock.nowMs() + waitMs)
      }
    }
  }

  /** How many went until the first 429; null when none came. */
  async sendUntilLimited(bot: BotApi, most: number, everyMs: number): Promise<number | null> {
    const { clock, random, signal } = this.#options
    await this.#waitForGate(bot)
    const startMs = clock.nowMs()
    for (let sent = 0; sent < most; sent++) {
      try {
        await this.#post(bot, random(10 + sent))
      } catch (error) {
        if (error instanceof TelegramError && error.kind === 'rate-limited') return sent
        throw error
      }
      const waitMs = startMs + (sent + 1) * everyMs - clock.nowMs()
      if (waitMs > 0) await clock.sleep(waitMs, signal)
    }
    return null
  }

  /** `caption` marks one that is to stay. Takes its time, so that other questions meet no limit. */
  async send(bot: BotApi, bytes: Uint8Array, caption?: string): Promise<SentDocument> {
    await this.#waitForGate(bot)
    const sent = await this.#post(bot, bytes, caption)
    await this.#options.clock.sleep(UNHURRIED_MS, this.#options.signal)
    return sent
  }

  async #waitForGate(bot: BotApi): Promise<void> {
    const { clock, signal } = this.#options
    const waitMs = bot.gate.heldUntilMs('send') - clock.nowMs()
    if (waitMs > 0) await clock.sleep(waitMs, signal)
  }

  async #post(bot: BotApi, bytes: Uint8Array, caption?: string): Promise<SentDocument> {
    const document: DocumentToSend = {
      fileName: 'measure.bin',
      byteLength: bytes.byteLength,
      caption: caption ?? this.caption(),
      async *open() {
        yield bytes
      },
    }
    const sent = await bot.sendDocument(this.#options.chatId, document, this.#options.signal)
    if (caption === undefined) this.toDelete.push(sent.messageId)
    return sent
  }

  caption(): string {
    const { libraryId, random } = this.#options
    return formatCaption({ kind: 'probe', libraryId, nonce: Buffer.from(random(8)).toString('base64url') })
  }

  /** Writes down who has to wait, and deletes what was written. */
  async cleanUp(bots: readonly BotApi[]): Promise<void> {
    const { chatId, ledger, clock } = this.#options
    for (const bot of bots) {
      const waitMs = bot.gate.heldUntilMs('send') - clock.nowMs()
      if (waitMs <= 0) continue
      const notBefore = new Date(clock.wallMs() + waitMs)
      await ledger.savePace({ botId: bot.id, chatId, notBefore, callsPerSec: 20 / 60 })
    }
    const [bot] = bots
    if (!bot || this.toDelete.length === 0) return
    // What stays behind says of itself that it is a probe: the next scan removes it.
    await bot.deleteMessages(chatId, this.toDelete.splice(0)).catch(() => {})
  }
}
