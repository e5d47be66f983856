import { botToken, chatId, listOf, password, secretText, webAddress, wholeNumber } from '../format.ts'
import { settingsOf } from '../setting.ts'

const { withDefault, optional } = settingsOf('Telegram')

/** Telegram promises ids of at most 52 significant bits (Bot API, `User.id`). */
const userIds = listOf(wholeNumber({ min: 1, max: 2 ** 52 - 1 }), 'numeric Telegram user ids, separated by commas')

/** The public Bot API; it serves no file above 20 MiB. */
export const PUBLIC_BOT_API = 'https://api.telegram.org'

export const telegramSettings = {
  BOT_TOKEN: optional(botToken, {
    help: 'Token of the first bot. With it, videos are stored in Telegram unless STORE says otherwise.',
    asksPassword: true,
  }),
  CHAT_ID: optional(chatId, {
    help: 'Channel the bots store in. The bot must be an administrator there who may post and delete.',
  }),
  MULTI_BOT_CONFIG: optional(password({ min: 2, max: 8192 }), {
    help: 'All bots at once instead of BOT_TOKEN…: a JSON list like [{"token": "…", "chat_id": "…"}].',
    asksPassword: true,
  }),
  API_ID: optional(wholeNumber({ min: 1, max: 2 ** 31 - 1 }), {
    help: 'Id of your application at my.telegram.org; with API_HASH it allows files above 20 MB (MTProto).',
  }),
  API_HASH: optional(secretText(/^[\da-f]{32}$/i, '32 hexadecimal digits'), {
    help: 'Hash of that application.',
    asksPassword: true,
  }),
  ADMIN_IDS: optional(userIds, { help: 'Telegram users who may do everything through the bot.', asksPassword: true }),
  ALLOWED_USERS: optional(userIds, {
    help: 'Telegram users who may use the bot. Nobody else gets an answer.',
    asksPassword: true,
  }),
  BOT_API_ROOT: withDefault(webAddress, PUBLIC_BOT_API, {
    help: 'Address of a Bot API server you run yourself; it lifts the 20 MB limit.',
    startOnly: true,
  }),
}

/** Most bots that share the storing. */
export const MAX_BOTS = 10

/** BOT_TOKEN_2 to BOT_TOKEN_10. */
export const furtherBotToken = optional(botToken, { help: 'Token of a further bot.', asksPassword: true })

/** CHAT_ID_2 to CHAT_ID_10. */
export const furtherChatId = optional(chatId, { help: 'Channel of that bot; CHAT_ID when empty.' })

/** BOT_TOKEN_1, BOT_TOKEN_11 and the like: no value of theirs is right. */
export const surplusBot = optional(secretText(/^$/, `BOT_TOKEN and CHAT_ID, then numbers 2 to ${MAX_BOTS}`), {
  help: 'A number without meaning.',
})

/** MULTI_TOKEN1 and so on, without end. */
export const streamToken = optional(botToken, {
  help: 'Token of a bot that only reads, to stream more at once. As many as you like: MULTI_TOKEN1, MULTI_TOKEN2, …',
  asksPassword: true,
})
