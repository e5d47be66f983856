import type { BotLanes } from './bot-lanes.ts'
import type { LaneWish } from './lane.ts'

export interface LaneChoice {
  readonly lanes: BotLanes
  readonly chatId: number
  /** At or before the present: now. */
  readonly startAtMs: number
}

/** A bot that is not meant for the chat, and may have no access, is worth trying when it saves this much. */
const STRANGER_PENALTY_MS = 1000
/** A file of the usual size takes about this long on a good line: begun so much earlier, it is there when it may be. */
const LEAD_MS = 2000
/** For the bot that was asked for, this much later is about as soon. */
const PREFERENCE_MS = 250

/** The lane that can start soonest; among equals the one that did least. Null when none is in service. */
export function chooseLane(
  bots: readonly BotLanes[],
  chatIds: readonly number[],
  wish: LaneWish,
  nowMs: number,
): LaneChoice | null {
  const pool = poolOf(bots, chatIds, wish)
  let best: Rated | null = null
  for (const candidate of pool) {
    const rated = rate(candidate, wish, nowMs)
    if (!best || isBetter(rated, best, wish)) best = rated
  }
  return best
}

/** All lanes that the wish allows and that are in service. */
export function poolOf(bots: readonly BotLanes[], chatIds: readonly number[], wish: LaneWish): Candidate[] {
  const all = candidatesOf(bots, chatIds, wish)
  const usable = all.filter(({ lanes, chatId }) => lanes.isUsable(wish.kind, chatId))
  const wanted = usable.filter(({ lanes }) => !wish.avoidBotIds?.includes(lanes.bot.id))
  const pool = wanted.length > 0 ? wanted : usable
  const own = pool.filter(({ isStranger }) => !isStranger)
  // Storing in another bot's channel is only for when that channel would else be lost to us.
  return wish.kind === 'send' && own.length > 0 ? own : pool
}

export interface Candidate {
  readonly lanes: BotLanes
  readonly chatId: number
  /** Nothing in the settings puts this bot into this chat. */
  readonly isStranger: boolean
}

interface Rated extends LaneChoice {
  readonly rankMs: number
  readonly load: number
}

/** Also those out of service. */
export function candidatesOf(bots: readonly BotLanes[], chatIds: readonly number[], wish: LaneWish): Candidate[] {
  if (!wish.chatIds) return bots.flatMap((lanes) => homeOf(lanes, chatIds, wish))
  return wish.chatIds.flatMap((chatId) =>
    bots.flatMap((lanes): Candidate[] => {
      if (lanes.homeChatId === null) return mayReader(lanes, wish) ? [{ lanes, chatId, isStranger: false }] : []
      const isNobodys = !chatIds.includes(chatId)
      return [{ lanes, chatId, isStranger: !isNobodys && lanes.homeChatId !== chatId }]
    }),
  )
}

/** A bot that only reads looks at messages, which is a send, so that it can read them; it stores nothing. */
function mayReader({ bot }: BotLanes, { kind, isLook, preferBotId }: LaneWish): boolean {
  return kind === 'read' || (isLook === true && preferBotId === bot.id)
}

function homeOf(lanes: BotLanes, chatIds: readonly number[], { kind }: LaneWish): Candidate[] {
  const chatId = lanes.homeChatId ?? (kind === 'read' ? chatIds[0] : undefined)
  return chatId === undefined ? [] : [{ lanes, chatId, isStranger: false }]
}

function rate({ lanes, chatId, isStranger }: Candidate, wish: LaneWish, nowMs: number): Rated {
  const startAtMs = lanes.startAtMs(wish.kind, chatId, nowMs, wish.holdsLastByte ? LEAD_MS : 0)
  const penaltyMs = isStranger ? STRANGER_PENALTY_MS : 0
  const bonusMs = lanes.bot.id === wish.preferBotId ? PREFERENCE_MS : 0
  const load =
    wish.kind === 'read' ? lanes.inFlight.read + 3 * lanes.faultsInARow : lanes.started[wish.kind] + lanes.faultsInARow
  return { lanes, chatId, startAtMs, rankMs: Math.max(nowMs, startAtMs + penaltyMs - bonusMs), load }
}

function isBetter(one: Rated, other: Rated, wish: LaneWish): boolean {
  if (one.rankMs !== other.rankMs) return one.rankMs < other.rankMs
  const preferred = Number(one.lanes.bot.id === wish.preferBotId) - Number(other.lanes.bot.id === wish.preferBotId)
  if (preferred !== 0) return preferred > 0
  if (one.load !== other.load) return one.load < other.load
  return one.lanes.started[wish.kind] < other.lanes.started[wish.kind]
}
