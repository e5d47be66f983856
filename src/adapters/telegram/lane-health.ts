import type { Events } from '#domain/events.ts'
import { TelegramError } from './api-error.ts'
import type { BotLanes, Outage } from './bot-lanes.ts'
import type { BotRights } from './bot-rights.ts'
import { candidatesOf } from './choose-lane.ts'
import type { Clock } from './clock.ts'
import type { CallKind } from './call-kind.ts'
import type { LaneWish } from './lane.ts'

export interface LaneHealthOptions {
  readonly bots: readonly BotLanes[]
  readonly chatIds: readonly number[]
  readonly clock: Clock
  readonly events: Events
  readonly signal: AbortSignal
  /** Something works again. */
  onHealed(): void
}

const RECHECK_MS = 600_000
/** When nothing else is left, it is looked at again after this time. */
const RECHECK_IN_NEED_MS = 10_000

/** Takes bots and lanes out of service, and looks now and then whether they are well again: one question at a time each. */
export class LaneHealth {
  readonly #options: LaneHealthOptions
  readonly #probes = new Map<string, Promise<void>>()

  constructor(options: LaneHealthOptions) {
    this.#options = options
  }

  /** A bare 404 may come from a wrong address as well as from a wrong token: then `getMe` decides. */
  async revoke(lanes: BotLanes, error: TelegramError): Promise<void> {
    if (error.status !== 404) return this.#markRevoked(lanes, error)
    await this.#probeToken(lanes)
    if (!lanes.revoked) throw error
  }

  #markRevoked(lanes: BotLanes, error: TelegramError): void {
    const wasFine = lanes.revoked === null
    lanes.revoked = this.#outage(error)
    if (wasFine) this.#tell('error', `Telegram refuses the token of ${nameOf(lanes)}.`, error)
  }

  close(lanes: BotLanes, kind: CallKind, chatId: number, error: TelegramError): void {
    const wasFine = lanes.outage(kind, chatId) === null
    lanes.setOutage(kind, chatId, this.#outage(error))
    // What a bot may not do in the channel of another is nothing to worry about.
    const { homeChatId } = lanes
    const isOurs = homeChatId === null || homeChatId === chatId || !this.#options.chatIds.includes(chatId)
    if (wasFine && isOurs) this.#tell('warn', `${nameOf(lanes)} cannot ${WORDS[kind]} in chat ${chatId}.`, error)
  }

  /** Every bot and its own channel, of one that only reads every channel, so that what is wrong is known before it is needed. */
  async checkAll(): Promise<void> {
    await Promise.all(
      this.#options.bots.map(async (lanes) => {
        await this.#probeToken(lanes)
        if (lanes.revoked) return
        if (lanes.homeChatId !== null) return this.#probeChat(lanes, lanes.homeChatId, 'send')
        // One that only reads is of use wherever something may lie.
        for (const chatId of this.#options.chatIds) await this.#probeChat(lanes, chatId, 'read')
      }),
    )
  }

  /** Begins to look at what has been out of service for ten minutes. Does not wait. */
  recheckDue(): void {
    for (const lanes of this.#options.bots) {
      if (lanes.revoked) {
        if (this.#isDue(lanes.revoked, RECHECK_MS)) void this.#probeToken(lanes)
        continue
      }
      for (const { kind, chatId, outage } of lanes.outages()) {
        if (this.#isDue(outage, RECHECK_MS)) void this.#probeChat(lanes, chatId, kind)
      }
    }
  }

  /** Looks now at all that the wish could use and that was not looked at a moment ago. */
  async recheckFor(wish: LaneWish): Promise<void> {
    const candidates = candidatesOf(this.#options.bots, this.#options.chatIds, wish)
    await Promise.all(
      candidates.map(async ({ lanes, chatId }) => {
        if (lanes.revoked) {
          if (this.#isDue(lanes.revoked, RECHECK_IN_NEED_MS)) await this.#probeToken(lanes)
          return
        }
        const outage = lanes.outage(wish.kind, chatId)
        if (outage && this.#isDue(outage, RECHECK_IN_NEED_MS)) await this.#probeChat(lanes, chatId, wish.kind)
      }),
    )
  }

  /** Whether a refusal in words that are not known comes from a lost right or token; then the lane is out of service. */
  async isLost(lanes: BotLanes, kind: CallKind, chatId: number): Promise<boolean> {
    await this.#probeChat(lanes, chatId, kind)
    return !lanes.isUsable(kind, chatId)
  }

  async #probeToken(lanes: BotLanes): Promise<void> {
    await this.#once(`${lanes.bot.id}`, async () => {
      const { username } = await lanes.bot.getMe(this.#options.signal)
      lanes.username = username
      if (!lanes.revoked) return
      lanes.revoked = null
      this.#heal(lanes, `Telegram takes the token of ${nameOf(lanes)} again.`)
    }).catch((error: unknown) => this.#learn(lanes, error))
  }

  async #probeChat(lanes: BotLanes, chatId: number, kind: CallKind): Promise<void> {
    await this.#once(`${lanes.bot.id} ${kind} ${chatId}`, async () => {
      const rights = await lanes.bot.getMember(chatId, this.#options.signal)
      if (!mayDo(kind, rights, chatId)) throw lacking(kind, rights)
      if (!lanes.outage(kind, chatId)) return
      lanes.setOutage(kind, chatId, null)
      this.#heal(lanes, `${nameOf(lanes)} can ${WORDS[kind]} in chat ${chatId} again.`)
    }).catch((error: unknown) => this.#learn(lanes, error, { kind, chatId }))
  }

  #learn(lanes: BotLanes, error: unknown, lane?: { kind: CallKind; chatId: number }): void {
    if (!(error instanceof TelegramError)) return
    if (error.kind === 'revoked') this.#markRevoked(lanes, error)
    else if (error.kind === 'no-access' && lane) this.close(lanes, lane.kind, lane.chatId, error)
    else this.#postpone(lanes, lane)
  }

  /** No answer to the question: it is put again after a while, not at once. */
  #postpone(lanes: BotLanes, lane: { kind: CallKind; chatId: number } | undefined): void {
    const checkedAtMs = this.#options.clock.nowMs()
    const outage = lane ? lanes.outage(lane.kind, lane.chatId) : lanes.revoked
    if (!outage) return
    if (lane) lanes.setOutage(lane.kind, lane.chatId, { ...outage, checkedAtMs })
    else lanes.revoked = { ...outage, checkedAtMs }
  }

  /** Whoever was away does not have to catch up with all that the others did meanwhile. */
  #heal(lanes: BotLanes, message: string): void {
    for (const kind of ['send', 'delete', 'read'] as const) {
      const others = this.#options.bots.filter((other) => other !== lanes && other.revoked === null)
      const least = Math.min(...others.map((other) => other.started[kind]))
      if (Number.isFinite(least)) lanes.started[kind] = Math.max(lanes.started[kind], least)
    }
    this.#options.events.emit({ kind: 'note', level: 'info', message })
    this.#options.onHealed()
  }

  async #once(key: string, probe: () => Promise<void>): Promise<void> {
    const running = this.#probes.get(key)
    if (running) return running.catch(() => {})
    const started = probe().finally(() => this.#probes.delete(key))
    this.#probes.set(key, started)
    return started
  }

  #isDue({ checkedAtMs }: Outage, afterMs: number): boolean {
    return this.#options.clock.nowMs() - checkedAtMs >= afterMs
  }

  #outage(error: TelegramError): Outage {
    return { why: error.message, fix: error.fix, checkedAtMs: this.#options.clock.nowMs() }
  }

  #tell(level: 'warn' | 'error', what: string, error: TelegramError): void {
    this.#options.events.emit({
      kind: 'note',
      level,
      message: error.fix ? `${what} ${error.fix}` : what,
      fields: { why: error.message },
    })
  }
}

const WORDS: Readonly<Record<CallKind, string>> = { send: 'post', delete: 'delete messages', read: 'read' }

/** `@name (BOT_TOKEN_2)`, or the setting alone as long as the name is not known. */
function nameOf({ username, bot }: Pick<BotLanes, 'username' | 'bot'>): string {
  return username ? `@${username} (${bot.setting})` : bot.setting
}

function mayDo(kind: CallKind, rights: BotRights, chatId: number): boolean {
  // A private chat has no rights: whoever is in it may write.
  if (chatId > 0) return rights.status !== 'left' && rights.status !== 'kicked'
  if (kind === 'send') return rights.canPost
  if (kind === 'delete') return rights.canDelete
  return rights.status !== 'left' && rights.status !== 'kicked'
}

function lacking(kind: CallKind, { status }: BotRights): TelegramError {
  const right = kind === 'send' ? 'Post Messages' : 'Delete Messages of Others'
  const isOut = status === 'left' || status === 'kicked'
  return new TelegramError(isOut ? `the bot is not in the chat (${status})` : `the bot lacks the right “${right}”`, {
    kind: 'no-access',
    sent: 'no',
    fix: isOut
      ? 'Add the bot to the channel as an administrator.'
      : `Make the bot an administrator of the channel with the right “${right}”.`,
  })
}
