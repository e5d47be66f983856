import type { BotLedger } from '#domain/channel-ledger.ts'
import { StoreUnavailableError } from '#domain/errors.ts'
import type { Events } from '#domain/events.ts'
import { TelegramError } from './api-error.ts'
import type { BotApi } from './bot-api.ts'
import { BotLanes } from './bot-lanes.ts'
import type { Clock } from './clock.ts'
import type { CallKind } from './call-kind.ts'
import type { Lane, Lanes, LaneWish } from './lane.ts'
import { LaneHealth } from './lane-health.ts'
import type { LaneTuning } from './lane-tuning.ts'
import { type LanesStatus, statusOf, wordsOfWait } from './lanes-status.ts'
import { readLiveFacts, tuningFrom } from './live-facts.ts'
import { cannotReach, nothingLeft } from './no-lane-left.ts'
import { noteClosed, noteSending, resumePaces, savePace } from './saved-paces.ts'
import { type AllHeld, type Turn, TurnQueue } from './turn-queue.ts'

export interface PacedLanesOptions {
  /** `chatId` is where the bot stores; null for one that only reads. */
  readonly bots: readonly { readonly bot: BotApi; readonly chatId: number | null }[]
  readonly ledger: BotLedger
  readonly clock: Clock
  readonly events: Events
  /** By default what `doctor --live` found, else what the documents say. */
  readonly tuning?: LaneTuning
  readonly random?: () => number
}

/** Faults in a row after which a call is given up, and the waits before it is tried again; the first repeat is at once. */
const BACK_OFF_MS = [0, 500, 1000, 2000, 4000, 8000, 16_000]
/** A service that hangs fails slowly: after this time it is given up even when it failed less often. */
const LONGEST_TROUBLE_MS = 180_000
/** How often an answer that may mean something passing is asked for again. */
const SETTLE_MS = [500, 2000]
const SAVE_EVERY_MS = 60_000
/** A connection is not kept waiting longer for its last byte: the file goes by another bot, or later. */
const LONGEST_HOLD_MS = 10_000
/** Shorter waits are not worth a word. */
const WORTH_A_NOTE_MS = 5000

/** The lanes of all bots in all their channels. The only place in which calls to Telegram wait. */
export class PacedLanes implements Lanes, AsyncDisposable {
  readonly chatIds: readonly number[]
  readonly #options: PacedLanesOptions
  readonly #bots: readonly BotLanes[]
  readonly #queue: TurnQueue
  readonly #health: LaneHealth
  readonly #closing = new AbortController()
  readonly #saving = new Set<Promise<void>>()
  #sending: Promise<void> | null = null
  #hasSent = false
  #savedAtMs: number
  #toldUntilMs = Number.NEGATIVE_INFINITY

  /** Goes on where the last process was: no bot calls before it may. */
  static async open(options: PacedLanesOptions): Promise<PacedLanes> {
    const tuning = options.tuning ?? tuningFrom(await readLiveFacts(options.ledger))
    const lanes = new PacedLanes(options, tuning)
    await resumePaces(lanes.#bots, options.ledger, options.clock)
    return lanes
  }

  private constructor(options: PacedLanesOptions, tuning: LaneTuning) {
    const { bots, clock, events, random = Math.random } = options
    this.#options = options
    this.#bots = bots.map(({ bot, chatId }) => new BotLanes(bot, chatId, tuning, random))
    this.chatIds = [...new Set(bots.flatMap(({ chatId }) => chatId ?? []))]
    this.#savedAtMs = clock.nowMs()
    const shared = { bots: this.#bots, chatIds: this.chatIds, clock }
    this.#queue = new TurnQueue({ ...shared, onAllHeld: (held) => this.#tellHeld(held) })
    const onHealed = () => this.#queue.next()
    this.#health = new LaneHealth({ ...shared, events, signal: this.#closing.signal, onHealed })
  }

  async run<T>(wish: LaneWish, work: (lane: Lane, signal: AbortSignal | undefined) => Promise<T>): Promise<T> {
    const tries = new Tries()
    for (;;) {
      const turn = await this.#turn(tries.applyTo(wish))
      const { lanes, chatId } = turn
      try {
        if (wish.kind === 'send') await this.#noteSending()
        const result = await work(this.#laneOf(turn), wish.signal)
        lanes.succeeded(wish.kind, chatId, turn.leftMs)
        this.#saveNowAndThen(lanes, wish.kind, chatId)
        return result
      } catch (error) {
        if (isRefusedToSend(error)) this.#endMessage(turn, false)
        wish.signal?.throwIfAborted()
        await this.#learn(turn, wish.kind, error, tries)
      } finally {
        this.#endMessage(turn, true)
        lanes.end(wish.kind)
        this.#queue.next()
      }
      if (tries.waitMs > 0) await this.#options.clock.sleep(tries.waitMs, wish.signal)
    }
  }

  /** Asks every bot who it is and what it may do in its channel; what is wrong shows in `status` and as notes. */
  async check(): Promise<void> {
    await this.#health.checkAll()
  }

  status(): LanesStatus {
    this.#health.recheckDue()
    return statusOf(this.#bots, this.chatIds, this.#queue.length, this.#options.clock)
  }

  /** Ends what waits, keeps the paces. */
  async [Symbol.asyncDispose](): Promise<void> {
    const reason = new StoreUnavailableError('The store is being closed.')
    this.#closing.abort(reason)
    this.#queue.close(reason)
    for (const lanes of this.#bots) for (const chatId of lanes.sendChatIds) void this.#save(lanes, 'send', chatId)
    await Promise.all(this.#saving)
    if (this.#hasSent) await noteClosed(this.#options.ledger, this.#options.clock)
  }

  async #turn(wish: LaneWish): Promise<Turn> {
    this.#closing.signal.throwIfAborted()
    this.#health.recheckDue()
    const turn = await this.#queue.take(wish)
    if (turn) return turn
    await this.#health.recheckFor(wish)
    const second = await this.#queue.take(wish)
    if (second) return second
    throw nothingLeft(this.#bots, this.chatIds, wish)
  }

  #laneOf({ lanes, chatId, message }: Turn): Lane {
    const { clock } = this.#options
    return {
      bot: lanes.bot,
      chatId,
      lastByte: async (signal) => {
        if (!message || message.leftMs !== null) return
        for (let waitMs = 1; waitMs > 0; ) {
          const nowMs = clock.nowMs()
          waitMs = lanes.lastByteAtMs(chatId, nowMs) - nowMs
          if (waitMs > LONGEST_HOLD_MS) throw heldTooLong(lanes, waitMs)
          if (waitMs > 0) await clock.sleep(waitMs, signal)
          else message.leftMs = nowMs
        }
      },
    }
  }

  #endMessage({ lanes, chatId, message }: Turn, mayCount: boolean): void {
    if (message) lanes.messages(chatId).end(message, this.#options.clock.nowMs(), mayCount)
  }

  /** Returns when the work is worth another try; throws what is not the lane's affair. */
  async #learn(turn: Turn, kind: CallKind, error: unknown, tries: Tries): Promise<void> {
    if (!(error instanceof TelegramError)) throw error
    const { lanes, chatId } = turn
    const nowMs = this.#options.clock.nowMs()
    tries.waitMs = 0
    if (error.kind === 'rate-limited') return await this.#learnWait(turn, kind, error, tries)
    lanes.note(error, this.#options.clock.wallMs())
    if (error.kind === 'revoked') return await this.#health.revoke(lanes, error)
    if (error.kind === 'no-access') return this.#health.close(lanes, kind, chatId, error)
    if (error.kind === 'ambiguous') {
      lanes.failed(nowMs)
      return tries.afterFault(lanes.bot.id, error, nowMs)
    }
    if (error.maySettle && tries.maySettle()) return
    // Words that nobody knows may hide a lost right (telegram.md §3).
    if (error.kind === 'refused' && kind === 'send' && (await this.#health.isLost(lanes, kind, chatId))) return
    throw error
  }

  async #learnWait(
    { lanes, chatId, message, leftMs }: Turn,
    kind: CallKind,
    error: TelegramError,
    tries: Tries,
  ): Promise<void> {
    const nowMs = this.#options.clock.nowMs()
    const wasHeldBack = error.status === 0
    if (wasHeldBack) {
      // Within the work another kind of call may be what has to wait.
      if (lanes.bot.gate.heldUntilMs(kind) <= nowMs) tries.waitMs = error.retryAfterMs
      return lanes.heldBack(kind, chatId)
    }
    lanes.note(error, this.#options.clock.wallMs())
    // Held back beyond a limit, it met another one: what counts is when its last byte left.
    lanes.limited(kind, chatId, nowMs, message?.leftMs ?? leftMs, error.retryAfterMs)
    // Before anything else happens: a process that dies now must not call early when it starts again.
    await this.#save(lanes, kind, chatId)
  }

  /** Before anything is sent, and now and then: another process that ended meanwhile has said that nobody does. */
  #noteSending(): Promise<void> {
    this.#hasSent = true
    this.#sending ??= noteSending(this.#options.ledger)
    return this.#sending
  }

  #saveNowAndThen(lanes: BotLanes, kind: CallKind, chatId: number): void {
    const nowMs = this.#options.clock.nowMs()
    if (kind !== 'send' || nowMs - this.#savedAtMs < SAVE_EVERY_MS) return
    this.#savedAtMs = nowMs
    this.#sending = null
    void this.#save(lanes, kind, chatId)
  }

  async #save(lanes: BotLanes, kind: CallKind, chatId: number): Promise<void> {
    const saving = savePace(lanes, kind, chatId, this.#options).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error)
      const message = 'How long Telegram asked a bot to wait could not be written down.'
      this.#options.events.emit({ kind: 'note', level: 'warn', message, fields: { why } })
    })
    this.#saving.add(saving)
    await saving
    this.#saving.delete(saving)
  }

  /** Once per wait. */
  #tellHeld({ botCount, untilMs }: AllHeld): void {
    const nowMs = this.#options.clock.nowMs()
    if (nowMs < this.#toldUntilMs || untilMs - nowMs < WORTH_A_NOTE_MS) return
    this.#toldUntilMs = untilMs
    const message = wordsOfWait(botCount, untilMs - nowMs)
    this.#options.events.emit({ kind: 'note', level: 'info', message, fields: { waitMs: Math.round(untilMs - nowMs) } })
  }
}

/** It costs no token; whether any other failure does, nobody knows. */
function isRefusedToSend(error: unknown): boolean {
  return error instanceof TelegramError && error.kind === 'rate-limited'
}

function heldTooLong({ bot }: BotLanes, waitMs: number): TelegramError {
  const message = `sendDocument by ${bot.setting}: given up before its end, since Telegram asked to wait`
  return new TelegramError(message, { kind: 'rate-limited', sent: 'no', retryAfterMs: waitMs })
}

/** What happened to one call so far. */
class Tries {
  waitMs = 0
  #faults = 0
  #settled = 0
  #firstFaultMs: number | undefined
  #lastFailedBotId: number | undefined

  /** After a fault, rather by another bot. */
  applyTo(wish: LaneWish): LaneWish {
    if (this.#lastFailedBotId === undefined) return wish
    return { ...wish, avoidBotIds: [...(wish.avoidBotIds ?? []), this.#lastFailedBotId] }
  }

  afterFault(botId: number, error: TelegramError, nowMs: number): void {
    const waitMs = BACK_OFF_MS[this.#faults++]
    this.#firstFaultMs ??= nowMs
    if (waitMs === undefined || nowMs - this.#firstFaultMs > LONGEST_TROUBLE_MS) throw cannotReach(error)
    this.#lastFailedBotId = botId
    this.waitMs = waitMs
  }

  maySettle(): boolean {
    const waitMs = SETTLE_MS[this.#settled++]
    if (waitMs === undefined) return false
    this.waitMs = waitMs
    return true
  }
}
