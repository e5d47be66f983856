import { CredentialsRefusedError, type ProductError, StoreUnavailableError } from '#domain/errors.ts'
import type { TelegramError } from './api-error.ts'
import type { BotLanes } from './bot-lanes.ts'
import { candidatesOf } from './choose-lane.ts'
import type { LaneWish } from './lane.ts'

/** The network failed several times in a row. */
export function cannotReach(error: TelegramError): StoreUnavailableError {
  return new StoreUnavailableError('Telegram cannot be reached, or does not answer.', {
    why: error.message,
    fix: 'Check the connection to the internet and BOT_API_ROOT; the work goes on by itself.',
  })
}

/** Every bot that the wish allows is out of service: says which, why, and what mends it. */
export function nothingLeft(bots: readonly BotLanes[], chatIds: readonly number[], wish: LaneWish): ProductError {
  if (bots.length > 0 && bots.every(({ revoked }) => revoked !== null)) return allRevoked(bots)
  const faults = candidatesOf(bots, chatIds, wish)
    .filter(({ isStranger }) => !isStranger)
    .map(({ lanes, chatId }) => ({ lanes, chatId, outage: lanes.revoked ?? lanes.outage(wish.kind, chatId) }))
  const details = faults.map(
    ({ lanes, chatId, outage }) => `${lanes.bot.setting} in ${chatId}: ${outage?.why ?? 'not in service'}`,
  )
  const fixes = new Set(faults.flatMap(({ outage }) => outage?.fix ?? []))
  return new StoreUnavailableError(`No bot can ${WORDS[wish.kind]} the channel now.`, {
    why: details.length > 0 ? details.join('; ') : 'no bot is set up for it',
    fix: [...fixes, '`telereel test-bots` shows every bot and channel.'].join(' '),
  })
}

const WORDS = { send: 'store in', delete: 'delete from', read: 'read from' } as const

function allRevoked(bots: readonly BotLanes[]): CredentialsRefusedError {
  const settings = bots.map(({ bot }) => bot.setting)
  const [only] = settings
  const whose = settings.length === 1 ? `the token of ${only}` : `the tokens of ${listed(settings)}`
  return new CredentialsRefusedError(`Telegram refuses ${whose}.`, {
    why: bots.map(({ revoked }) => revoked?.why).join('; '),
    fix: `Ask @BotFather for the ${settings.length === 1 ? 'token' : 'tokens'} and put ${settings.length === 1 ? 'it' : 'them'} into ${listed(settings)}.`,
  })
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
