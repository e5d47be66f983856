import { BotApi } from '#adapters/telegram/bot-api.ts'
import type { Config } from '#config/config.ts'
import { InvalidInputError } from '#domain/errors.ts'

export interface ConfiguredBot {
  readonly bot: BotApi
  /** Where it stores, as it is set; null for a bot that only reads. */
  readonly chat: number | string | null
}

/** Those that store, then those that only read. */
export function telegramBots({ telegram }: Config): readonly ConfiguredBot[] {
  const { apiRoot } = telegram
  const storing = telegram.bots.map(({ name, token, chatId = '' }) => ({
    bot: new BotApi({ token: token.reveal(), setting: name, apiRoot }),
    chat: chatId.startsWith('@') ? chatId : Number(chatId),
  }))
  const reading = telegram.streamBots.map(({ name, token }) => ({
    bot: new BotApi({ token: token.reveal(), setting: name, apiRoot }),
    chat: null,
  }))
  return [...storing, ...reading]
}

/** Rejects when there is nothing to test. */
export function requireBots(config: Config): readonly ConfiguredBot[] {
  const bots = telegramBots(config)
  if (bots.length > 0) return bots
  throw new InvalidInputError('No bot is set.', { fix: 'Set BOT_TOKEN and CHAT_ID; the README says how.' })
}
