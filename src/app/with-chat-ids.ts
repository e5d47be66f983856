import { TelegramError } from '#adapters/telegram/api-error.ts'
import type { BotApi } from '#adapters/telegram/bot-api.ts'
import type { ChannelLedger } from '#domain/channel-ledger.ts'
import { CredentialsRefusedError, InvalidInputError, RateLimitedError, StoreUnavailableError } from '#domain/errors.ts'
import type { ConfiguredBot } from './telegram-bots.ts'

/** A public channel may be set by its name; Telegram is asked for its number once, through any bot that gets an answer. */
export async function withChatIds(bots: readonly ConfiguredBot[], ledger: ChannelLedger) {
  const numbers = new Map<string, number>()
  for (const { chat } of bots) {
    if (typeof chat === 'string' && !numbers.has(chat)) numbers.set(chat, await resolveName(chat, bots, ledger))
  }
  return bots.map(({ bot, chat }) => ({ bot, chatId: typeof chat === 'string' ? (numbers.get(chat) ?? null) : chat }))
}

async function resolveName(name: string, bots: readonly ConfiguredBot[], ledger: ChannelLedger): Promise<number> {
  const fact = `chat ${name}`
  const known = await ledger.fact(fact)
  if (typeof known === 'number') return known
  const id = await askedFor(name, bots)
  await ledger.setFact(fact, id)
  return id
}

/** First those that store there. */
async function askedFor(name: string, bots: readonly ConfiguredBot[]): Promise<number> {
  const inOrder = [...bots.filter(({ chat }) => chat === name), ...bots.filter(({ chat }) => chat !== name)]
  const failures: { readonly bot: BotApi; readonly error: TelegramError }[] = []
  for (const { bot } of inOrder) {
    try {
      return (await bot.getChat(name)).id
    } catch (error) {
      if (!(error instanceof TelegramError)) throw error
      failures.push({ bot, error })
    }
  }
  throw unresolved(name, failures)
}

/** What passes by itself first: then nobody has to mend anything. */
function unresolved(name: string, failures: readonly { readonly bot: BotApi; readonly error: TelegramError }[]) {
  const message = `Telegram did not tell which channel ${name} is.`
  const why = failures.map(({ error }) => error.message).join('; ')
  const ofKind = (kind: TelegramError['kind']) => failures.find(({ error }) => error.kind === kind)
  const limited = ofKind('rate-limited')
  if (limited) return new RateLimitedError(message, limited.error.retryAfterMs, { why })
  if (ofKind('ambiguous')) {
    const fix = 'Check the connection to the internet and BOT_API_ROOT, or set CHAT_ID to the number of the channel.'
    return new StoreUnavailableError(message, { why, fix })
  }
  const [first] = failures
  if (failures.every(({ error }) => error.kind === 'revoked') && first) {
    return new CredentialsRefusedError(message, { why, ...(first.error.fix && { fix: first.error.fix }) })
  }
  const fix = 'Check the name of the channel and that the bots are in it; the number of the channel (-100…) works too.'
  return new InvalidInputError(message, { why, fix })
}
