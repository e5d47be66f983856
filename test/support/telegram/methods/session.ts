import { badRequest, tooManyRequests } from '../api-failure.ts'
import type { Method } from '../call.ts'

/** `getUpdates`. */
export const getUpdates: Method = {
  rate: null,
  run({ updates, bot, args, signal }) {
    const allowed = args.json('allowed_updates')
    const request = {
      offset: args.int('offset') ?? 0,
      limit: Math.min(100, Math.max(1, args.int('limit') ?? 100)),
      timeoutSec: args.int('timeout') ?? 0,
      allowed: Array.isArray(allowed) ? allowed.map(String) : undefined,
    }
    return updates.poll(bot, request, signal)
  },
}

/** `setWebhook`; nothing is ever sent there. */
export const setWebhook: Method = {
  rate: null,
  run({ updates, bot, args }) {
    const url = args.text('url') ?? ''
    if (url !== '' && !/^https:\/\//.test(url))
      throw badRequest('bad webhook: An HTTPS URL must be provided for webhook')
    updates.setWebhook(bot, url)
    return true
  },
}

/** `deleteWebhook`. */
export const deleteWebhook: Method = {
  rate: null,
  run({ updates, bot }) {
    updates.setWebhook(bot, '')
    return true
  },
}

/** `getWebhookInfo`. */
export const getWebhookInfo: Method = { rate: null, run: ({ updates, bot }) => updates.webhookInfo(bot) }

/** `answerCallbackQuery`: queries are not told apart. */
export const answerCallbackQuery: Method = {
  rate: null,
  run({ args }) {
    if (args.text('callback_query_id') === undefined) {
      throw badRequest('query is too old and response timeout expired or query ID is invalid')
    }
    return true
  },
}

/** `logOut`: no calls here any more. */
export const logOut: Method = {
  rate: null,
  run({ bot }) {
    bot.loggedOut = true
    return true
  },
}

/** Bots of a server that has just started may not be closed. */
const CLOSE_AFTER_MS = 600_000

/** `close`. */
export const close: Method = {
  rate: null,
  run({ world }) {
    const leftMs = CLOSE_AFTER_MS - world.clock.nowMs()
    if (leftMs > 0) throw tooManyRequests(Math.ceil(leftMs / 1000))
    return true
  },
}

/** Commands, names and the like are taken and forgotten. */
export const accepted: Method = { rate: null, run: () => true }
