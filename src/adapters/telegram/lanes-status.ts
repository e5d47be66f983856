import type { BotLanes, LastFault } from './bot-lanes.ts'
import type { Clock } from './clock.ts'
import { heldLanes } from './turn-queue.ts'

export interface LanesStatus {
  readonly bots: readonly BotStatus[]
  /** Calls that wait for their turn. */
  readonly queued: number
  /** Set while Telegram asks all bots to wait before they send again. */
  readonly waiting: { readonly message: string; readonly until: Date } | null
}

export interface BotStatus {
  readonly botId: number
  readonly setting: string
  /** Null until Telegram has told it. */
  readonly username: string | null
  readonly state: 'ok' | 'waiting' | 'failing' | 'no-access' | 'revoked'
  readonly lastFault: LastFault | null
  readonly sentBytes: number
  readonly receivedBytes: number
  /** Sends that were begun. */
  readonly sends: number
  /** How often Telegram asked it to wait. */
  readonly limits: number
  readonly inFlight: number
  readonly chats: readonly ChatStatus[]
}

export interface ChatStatus {
  readonly chatId: number
  readonly state: 'ok' | 'waiting' | 'no-access'
  readonly waitingUntil: Date | null
  readonly callsPerSec: number
  readonly why: string | null
  readonly fix: string | null
}

/** Where every bot stands at this moment. */
export function statusOf(
  bots: readonly BotLanes[],
  chatIds: readonly number[],
  queued: number,
  clock: Clock,
): LanesStatus {
  const nowMs = clock.nowMs()
  const held = heldLanes(bots, chatIds, { kind: 'send' }, nowMs)
  return {
    bots: bots.map((lanes) => botStatus(lanes, clock)),
    queued,
    waiting: held && {
      message: wordsOfWait(held.botCount, held.untilMs - nowMs),
      until: new Date(clock.wallMs() + held.untilMs - nowMs),
    },
  }
}

/** In whole seconds, never 0. */
export function wordsOfWait(botCount: number, waitMs: number): string {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000))
  if (botCount === 1) return `The bot is limited by Telegram; it may send again in ${seconds} s.`
  const who = botCount === 2 ? 'Both bots' : `All ${botCount} bots`
  return `${who} are limited by Telegram; the next may send in ${seconds} s.`
}

function botStatus(lanes: BotLanes, clock: Clock): BotStatus {
  const { bot, username, lastFault, started, limits, inFlight } = lanes
  const closed = lanes.homeChatId === null ? [...lanes.outages()].map(({ chatId }) => chatId) : [lanes.homeChatId]
  const chatIds = new Set([...closed, ...lanes.sendChatIds])
  const chats = [...chatIds].map((chatId) => chatStatus(lanes, chatId, clock))
  return {
    botId: bot.id,
    setting: bot.setting,
    username,
    state: stateOf(lanes, chats),
    lastFault,
    sentBytes: bot.traffic.sentBytes,
    receivedBytes: bot.traffic.receivedBytes,
    sends: started.send,
    limits,
    inFlight: inFlight.send + inFlight.read + inFlight.delete,
    chats,
  }
}

function stateOf(lanes: BotLanes, chats: readonly ChatStatus[]): BotStatus['state'] {
  if (lanes.revoked) return 'revoked'
  const home =
    lanes.homeChatId === null
      ? chats.find(({ state }) => state === 'no-access')
      : chats.find(({ chatId }) => chatId === lanes.homeChatId)
  if (home && home.state !== 'ok') return home.state
  return lanes.faultsInARow > 1 ? 'failing' : 'ok'
}

function chatStatus(lanes: BotLanes, chatId: number, clock: Clock): ChatStatus {
  const nowMs = clock.nowMs()
  const outage = lanes.outage('send', chatId) ?? (lanes.homeChatId === null ? lanes.outage('read', chatId) : null)
  const leftMs = lanes.heldUntilMs('send', chatId) - nowMs
  return {
    chatId,
    state: outage ? 'no-access' : leftMs > 0 ? 'waiting' : 'ok',
    waitingUntil: leftMs > 0 ? new Date(clock.wallMs() + leftMs) : null,
    callsPerSec: lanes.pace('send', chatId).callsPerSec(nowMs),
    why: outage?.why ?? null,
    fix: outage?.fix ?? null,
  }
}
