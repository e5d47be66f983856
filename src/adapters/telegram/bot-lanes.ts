import type { TelegramError } from './api-error.ts'
import type { BotApi } from './bot-api.ts'
import type { CallKind } from './call-kind.ts'
import type { LaneTuning } from './lane-tuning.ts'
import { type Message, MessageTokens } from './message-tokens.ts'
import { Pace } from './pace.ts'

/** Why a bot cannot be used, for everything or for one kind of call in one chat. */
export interface Outage {
  readonly why: string
  readonly fix: string | undefined
  /** Of the lanes' clock: when it was last looked at. */
  readonly checkedAtMs: number
}

export interface LastFault {
  readonly message: string
  readonly fix: string | undefined
  readonly atWallMs: number
}

/** Of a former process. */
export interface KeptPace {
  readonly callsPerSec: number
  readonly notBeforeMs: number
  /** How long nothing was sent, for certain. */
  readonly restedMs: number
}

/** One bot: how fast it may go where, what it has in hand, and what is wrong with it. Knows no other bot and never waits. */
export class BotLanes {
  readonly bot: BotApi
  /** Where it stores; null for a bot that only reads. */
  readonly homeChatId: number | null
  readonly inFlight: Record<CallKind, number> = { send: 0, delete: 0, read: 0 }
  readonly started: Record<CallKind, number> = { send: 0, delete: 0, read: 0 }
  username: string | null = null
  lastFault: LastFault | null = null
  /** The token is refused. */
  revoked: Outage | null = null
  readonly #tuning: LaneTuning
  readonly #random: () => number
  readonly #paces = new Map<string, Pace>()
  readonly #tokens = new Map<number, MessageTokens>()
  readonly #outages = new Map<string, Outage>()
  #faultsInARow = 0
  #coolUntilMs = Number.NEGATIVE_INFINITY

  constructor(bot: BotApi, homeChatId: number | null, tuning: LaneTuning, random: () => number) {
    this.bot = bot
    this.homeChatId = homeChatId
    this.#tuning = tuning
    this.#random = random
  }

  isUsable(kind: CallKind, chatId: number): boolean {
    return this.revoked === null && !this.#outages.has(laneKey(kind, chatId))
  }

  /** Infinite while as many calls are under way as may be. `leadMs`: how long before its last byte the call may begin. */
  startAtMs(kind: CallKind, chatId: number, nowMs: number, leadMs: number): number {
    if (this.inFlight[kind] >= this.#tuning.inFlight[kind]) return Number.POSITIVE_INFINITY
    const ownMs =
      kind === 'send' ? this.messages(chatId).startAtMs(nowMs, leadMs) : this.pace(kind, chatId).nextAtMs(nowMs)
    const allMs = kind === 'send' ? this.#allSends.nextAtMs(nowMs) : nowMs
    return Math.max(this.bot.gate.heldUntilMs(kind), this.#coolUntilMs, ownMs, allMs)
  }

  /** When the last byte of a send that has begun may leave. */
  lastByteAtMs(chatId: number, nowMs: number): number {
    return Math.max(this.bot.gate.heldUntilMs('send'), this.messages(chatId).lastByteAtMs(nowMs))
  }

  /** Until when Telegram itself asked to wait; long past when it did not. */
  heldUntilMs(kind: CallKind, chatId: number): number {
    return Math.max(this.bot.gate.heldUntilMs(kind), this.pace(kind, chatId).notBeforeMs)
  }

  /** Of a send its message: to be told when its last byte leaves, and handed back at the end. */
  begin(kind: CallKind, chatId: number, nowMs: number): Message | null {
    for (const pace of this.#pacesOf(kind, chatId)) pace.take(nowMs)
    this.inFlight[kind]++
    this.started[kind]++
    return kind === 'send' ? this.messages(chatId).begin() : null
  }

  end(kind: CallKind): void {
    this.inFlight[kind]--
  }

  /** The service did what was asked. */
  succeeded(kind: CallKind, chatId: number, leftMs: number): void {
    for (const pace of this.#pacesOf(kind, chatId)) pace.accepted(leftMs)
    this.#faultsInARow = 0
    this.#coolUntilMs = Number.NEGATIVE_INFINITY
  }

  limited(kind: CallKind, chatId: number, nowMs: number, leftMs: number, retryAfterMs: number): void {
    this.pace(kind, chatId).limited(nowMs, leftMs, retryAfterMs)
    if (kind === 'send') this.messages(chatId).restart(nowMs)
  }

  /** Goes on where a former process was. */
  resume(kind: CallKind, chatId: number, nowMs: number, { callsPerSec, notBeforeMs, restedMs }: KeptPace): void {
    this.pace(kind, chatId).resume(nowMs, callsPerSec, notBeforeMs)
    if (kind === 'send') this.messages(chatId).restart(nowMs, restedMs)
  }

  /** Other processes sent before, the last of them so long ago. */
  rested(nowMs: number, restedMs: number): void {
    if (this.homeChatId !== null) this.messages(this.homeChatId).restart(nowMs, restedMs)
  }

  /** The call was held back at the last moment. */
  heldBack(kind: CallKind, chatId: number): void {
    for (const pace of this.#pacesOf(kind, chatId)) pace.giveBack()
    this.started[kind]--
  }

  /** A fault that may be of the network or of this bot's way: others go first for a while. */
  failed(nowMs: number): void {
    this.#faultsInARow++
    const coolMs = Math.min(LONGEST_COOL_MS, FIRST_COOL_MS * 2 ** (this.#faultsInARow - 1))
    this.#coolUntilMs = nowMs + coolMs
  }

  get faultsInARow(): number {
    return this.#faultsInARow
  }

  /** How often Telegram asked it to wait. */
  get limits(): number {
    return [...this.#paces.values()].reduce((sum, pace) => sum + pace.limits, 0)
  }

  note(error: TelegramError, atWallMs: number): void {
    this.lastFault = { message: error.message, fix: error.fix, atWallMs }
  }

  setOutage(kind: CallKind, chatId: number, outage: Outage | null): void {
    if (outage) this.#outages.set(laneKey(kind, chatId), outage)
    else this.#outages.delete(laneKey(kind, chatId))
  }

  outage(kind: CallKind, chatId: number): Outage | null {
    return this.#outages.get(laneKey(kind, chatId)) ?? null
  }

  /** All that is out of service, by kind and chat. */
  *outages(): Generator<{ readonly kind: CallKind; readonly chatId: number; readonly outage: Outage }> {
    for (const [key, outage] of this.#outages) {
      const [kind, chatId] = key.split(' ') as [CallKind, string]
      yield { kind, chatId: Number(chatId), outage }
    }
  }

  /** Of sends, one per chat; of reads and deletes, one for all chats. */
  pace(kind: CallKind, chatId: number): Pace {
    if (kind === 'send') return this.#pace(`send ${chatId}`, this.#tuning.chat)
    return kind === 'read' ? this.#pace('read', this.#tuning.reads) : this.#pace('delete', this.#tuning.deletes)
  }

  messages(chatId: number): MessageTokens {
    const known = this.#tokens.get(chatId)
    if (known) return known
    const tokens = new MessageTokens(this.pace('send', chatId), this.#tuning.chat.burst)
    this.#tokens.set(chatId, tokens)
    return tokens
  }

  /** The chats it sent to in this process. */
  get sendChatIds(): number[] {
    return [...this.#paces.keys()].filter((key) => key.startsWith('send ')).map((key) => Number(key.slice(5)))
  }

  #pacesOf(kind: CallKind, chatId: number): Pace[] {
    const own = this.pace(kind, chatId)
    return kind === 'send' ? [own, this.#allSends] : [own]
  }

  get #allSends(): Pace {
    return this.#pace('all sends', this.#tuning.bot)
  }

  #pace(key: string, settings: LaneTuning['chat']): Pace {
    const known = this.#paces.get(key)
    if (known) return known
    const pace = new Pace(settings, this.#random)
    this.#paces.set(key, pace)
    return pace
  }
}

const FIRST_COOL_MS = 500
const LONGEST_COOL_MS = 30_000

function laneKey(kind: CallKind, chatId: number): string {
  return `${kind} ${chatId}`
}
