import type { Fault } from './fault.ts'
import { botToken, chatId } from './format.ts'
import type { Reading } from './read-settings.ts'
import { MASK, Secret } from './secrets.ts'
import { FURTHER_BOT_NUMBERS } from './settings.ts'
import { MAX_BOTS } from './settings/telegram.ts'

/** One bot that stores. */
export interface BotConfig {
  /** The setting its token came from, for messages to the operator. Never an identity: the order may change. */
  readonly name: string
  readonly token: Secret
  readonly chatId?: string
}

/** One bot that only reads. */
export type StreamBotConfig = Pick<BotConfig, 'name' | 'token'>

export interface Bots {
  readonly bots: readonly BotConfig[]
  /** Bots that only read. */
  readonly streamBots: readonly StreamBotConfig[]
  readonly faults: readonly Fault[]
}

/** The bots of `BOT_TOKEN`, `BOT_TOKEN_2`…`_10` or of `MULTI_BOT_CONFIG`; a bot without a channel takes `CHAT_ID`. */
export function readBots(readings: readonly Reading[]): Bots {
  const values = new Map(readings.map(({ name, value }) => [name, value]))
  const numbered = numberedBots(values)
  const list = values.get('MULTI_BOT_CONFIG')
  const listed = list instanceof Secret ? listedBots(list.reveal(), textOf(values.get('CHAT_ID'))) : undefined
  const bots = listed?.bots ?? numbered
  const streamBots = readings.flatMap(({ name, value }) =>
    name.startsWith('MULTI_TOKEN') && value instanceof Secret ? [{ name, token: value }] : [],
  )
  return {
    bots,
    streamBots,
    faults: [
      ...(listed?.faults ?? []),
      ...(listed && numbered.length > 0
        ? [{ name: 'MULTI_BOT_CONFIG', shown: MASK, allowed: `either this or ${numbered[0]?.name}, not both` }]
        : []),
      ...sameBotTwice([...bots, ...streamBots]),
    ],
  }
}

function numberedBots(values: ReadonlyMap<string, unknown>): BotConfig[] {
  const first = { name: 'BOT_TOKEN', token: values.get('BOT_TOKEN'), chatId: values.get('CHAT_ID') }
  const further = FURTHER_BOT_NUMBERS.map((number) => ({
    name: `BOT_TOKEN_${number}`,
    token: values.get(`BOT_TOKEN_${number}`),
    chatId: values.get(`CHAT_ID_${number}`) ?? values.get('CHAT_ID'),
  }))
  return [first, ...further].flatMap(({ name, token, chatId }) =>
    token instanceof Secret ? [toBot(name, token, textOf(chatId))] : [],
  )
}

function listedBots(json: string, sharedChatId: string | undefined): { bots: BotConfig[]; faults: Fault[] } {
  const rows = parseJson(json)
  const isList = Array.isArray(rows) && rows.length > 0 && rows.length <= MAX_BOTS
  const read = isList ? rows.map((row: unknown, index) => readRow(row, index, sharedChatId)) : [{ wrongAt: '' }]
  const wrong = read.find((row) => 'wrongAt' in row)
  if (!wrong) return { bots: read.filter((row) => 'token' in row), faults: [] }
  const allowed = `a JSON list of 1 to ${MAX_BOTS} bots like [{"token": "…", "chat_id": "…"}]`
  const where = wrong.wrongAt && `; wrong at ${wrong.wrongAt}`
  return { bots: [], faults: [{ name: 'MULTI_BOT_CONFIG', shown: MASK, allowed: `${allowed}${where}` }] }
}

function readRow(row: unknown, index: number, sharedChatId: string | undefined): BotConfig | { wrongAt: string } {
  if (typeof row !== 'object' || row === null) return { wrongAt: `${index}` }
  const { token, chat_id } = row as { readonly token?: unknown; readonly chat_id?: unknown }
  const secret = typeof token === 'string' ? botToken.read(token) : undefined
  if (!secret) return { wrongAt: `${index}.token` }
  // Whoever writes the list by a program leaves it out in one of these ways.
  if (chat_id === undefined || chat_id === null || chat_id === '')
    return toBot(`MULTI_BOT_CONFIG[${index}]`, secret, sharedChatId)
  const written = Number.isSafeInteger(chat_id) ? `${chat_id as number}` : chat_id
  const chat = typeof written === 'string' ? chatId.read(written) : undefined
  return chat === undefined ? { wrongAt: `${index}.chat_id` } : toBot(`MULTI_BOT_CONFIG[${index}]`, secret, chat)
}

/** The same bot twice would take its own updates away and share one pace. The number before the colon is the bot's id. */
function sameBotTwice(bots: readonly StreamBotConfig[]): Fault[] {
  const nameOfBot = new Map<string | undefined, string>()
  return bots.flatMap(({ name, token }) => {
    const botId = token.reveal().split(':')[0]
    const earlier = nameOfBot.get(botId)
    if (earlier)
      return [{ name: name.replace(/\[.*/, ''), shown: MASK, allowed: `another bot than that of ${earlier}` }]
    nameOfBot.set(botId, name)
    return []
  })
}

function toBot(name: string, token: Secret, chatId: string | undefined): BotConfig {
  return chatId === undefined ? { name, token } : { name, token, chatId }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
