import type { ChannelLedger, MessagePlace } from '#domain/channel-ledger.ts'
import { StoreRefusedError, StoreUnavailableError } from '#domain/errors.ts'
import type { Events } from '#domain/events.ts'
import { NEARLY_FULL_SHARE } from './channel-figures.ts'

/** Users lose sight of messages near a million, some from 650,000 on (telegram.md §2): a channel is full well before. */
export const ROLL_OVER_AT_ID = 400_000

/** Which channels still take blobs. */
export class ChannelRoom {
  readonly rollOverAtId: number
  readonly #ledger: ChannelLedger
  readonly #events: Events
  readonly #chatIds: readonly number[]
  readonly #isOurs: (chatId: number) => boolean
  readonly #onReach: (chatId: number) => void
  readonly #warned = new Set<number>()
  #tops: Promise<Map<number, number>> | null = null

  constructor(about: {
    readonly ledger: ChannelLedger
    readonly events: Events
    readonly chatIds: readonly number[]
    /** Whether anything may be put there now. */
    readonly isOurs: (chatId: number) => boolean
    onReach(chatId: number): void
    readonly rollOverAtId: number
  }) {
    this.#ledger = about.ledger
    this.#events = about.events
    this.#chatIds = about.chatIds
    this.#isOurs = about.isOurs
    this.#onReach = (chatId) => about.onReach(chatId)
    this.rollOverAtId = about.rollOverAtId
  }

  /** Where anything may be put, full or not. */
  get ours(): readonly number[] {
    return this.#chatIds.filter(this.#isOurs)
  }

  /** Those that are ours and not full, in the order of the settings. Rejects with StoreRefusedError when all are. */
  async openChats(): Promise<readonly number[]> {
    const tops = await this.#known()
    const { ours } = this
    if (ours.length === 0) {
      throw new StoreUnavailableError('No channel was looked at yet, so nothing is stored.', {
        fix: 'Check the connection to the internet, CHAT_ID and the bots; `telereel test-bots` shows them all.',
      })
    }
    const open = ours.filter((chatId) => (tops.get(chatId) ?? 0) < this.rollOverAtId)
    if (open.length > 0) return open
    throw new StoreRefusedError('Every channel of the store is full.', {
      why: `A channel takes no new blobs after ${this.rollOverAtId} messages: Telegram loses sight of old ones beyond that.`,
      fix: 'Create one more channel, make the bots its administrators, and add it to the settings (CHAT_ID_2 … CHAT_ID_10).',
    })
  }

  /** An id was seen there. */
  async reach({ chatId, messageId }: MessagePlace): Promise<void> {
    this.#onReach(chatId)
    const tops = await this.#known()
    tops.set(chatId, Math.max(messageId, tops.get(chatId) ?? 0))
    if (messageId < this.rollOverAtId * NEARLY_FULL_SHARE || this.#warned.has(chatId)) return
    this.#warned.add(chatId)
    const percent = Math.floor((100 * messageId) / this.rollOverAtId)
    this.#events.emit({
      kind: 'note',
      level: 'warn',
      message: `Channel ${chatId} is ${percent} % full: add another channel to the settings before it takes no more.`,
      fields: { chatId, topMessageId: messageId, rollOverAtId: this.rollOverAtId },
    })
  }

  #known(): Promise<Map<number, number>> {
    this.#tops ??= this.#load().catch((error) => {
      this.#tops = null
      throw error
    })
    return this.#tops
  }

  async #load(): Promise<Map<number, number>> {
    const figures = await this.#ledger.channelFigures()
    return new Map(figures.map(({ chatId, topMessageId }) => [chatId, topMessageId]))
  }
}
