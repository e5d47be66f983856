import { memoryChannelLedger } from '#adapters/memory/memory-channel-ledger.ts'
import type { ChannelLedger } from '#domain/channel-ledger.ts'
import type { ProductEvent } from '#domain/events.ts'
import { type EmulatedTelegram, startTelegram, type TelegramOptions } from '#test/support/telegram/start-telegram.ts'
import { BotApi } from './bot-api.ts'
import { documentOf } from './bot-api.test-support.ts'
import type { Lane } from './lane.ts'
import { PacedLanes, type PacedLanesOptions } from './paced-lanes.ts'

export interface LanesInTelegram extends AsyncDisposable {
  readonly telegram: EmulatedTelegram
  readonly lanes: PacedLanes
  readonly ledger: ChannelLedger
  readonly events: ProductEvent[]
  readonly chatId: number
  notes(): string[]
  /** Lanes of another process with the same ledger; the first ones just stop to exist, as after a kill. */
  restart(): Promise<PacedLanes>
}

/** All bots store in the first channel, unless `homes` says in which (null: in none). Time runs fast. */
export async function lanesInTelegram(
  options: TelegramOptions & { readonly homes?: readonly (number | null)[] } & Pick<
      Partial<PacedLanesOptions>,
      'tuning'
    > = {},
): Promise<LanesInTelegram> {
  const telegram = await startTelegram({ speed: 50, ...options })
  const { clock, root, channels } = telegram
  const chatId = channels[0]?.id ?? 0
  const events: ProductEvent[] = []
  const ledger = memoryChannelLedger()
  const homeOf = (index: number) => {
    const home = options.homes ? options.homes[index] : 0
    return home === null || home === undefined ? null : (channels[home]?.id ?? null)
  }
  const open = () =>
    PacedLanes.open({
      bots: telegram.bots.map(({ token }, index) => ({
        bot: new BotApi({ token, setting: index === 0 ? 'BOT_TOKEN' : `BOT_TOKEN_${index + 1}`, apiRoot: root, clock }),
        chatId: homeOf(index),
      })),
      ledger,
      clock,
      events: { emit: (event) => void events.push(event) },
      ...(options.tuning && { tuning: options.tuning }),
    })
  const opened = [await open()]
  return {
    telegram,
    lanes: opened[0] as PacedLanes,
    ledger,
    events,
    chatId,
    notes: () => events.flatMap((event) => (event.kind === 'note' ? [event.message] : [])),
    async restart() {
      const next = await open()
      opened.push(next)
      return next
    },
    async [Symbol.asyncDispose]() {
      for (const lanes of opened) await lanes[Symbol.asyncDispose]()
      await telegram[Symbol.asyncDispose]()
    },
  }
}

/** Posts a few bytes; gives the bot that did it. */
export async function postSome({ bot, chatId }: Lane, signal?: AbortSignal): Promise<number> {
  await bot.sendDocument(chatId, documentOf(Uint8Array.of(1, 2, 3)), signal)
  return bot.id
}
