import { RateLimitedError } from '#domain/errors.ts'
import type { BotLanes } from './bot-lanes.ts'
import { chooseLane, poolOf } from './choose-lane.ts'
import type { Clock } from './clock.ts'
import type { CallKind } from './call-kind.ts'
import type { LaneWish } from './lane.ts'
import type { Message } from './message-tokens.ts'

/** Permission to make one call now. */
export interface Turn {
  readonly lanes: BotLanes
  readonly chatId: number
  readonly leftMs: number
  /** Of a send. */
  readonly message: Message | null
}

export interface TurnQueueOptions {
  readonly bots: readonly BotLanes[]
  readonly chatIds: readonly number[]
  readonly clock: Clock
  /** A call waits, and Telegram asked all bots it could leave by to wait until then. */
  onAllHeld(held: AllHeld): void
}

export interface AllHeld {
  readonly botCount: number
  readonly untilMs: number
}

interface Waiter {
  readonly wish: LaneWish
  readonly sinceMs: number
  readonly resolve: (turn: Turn | null) => void
  readonly reject: (reason: unknown) => void
}

const READ_WAIT_MS = 15_000
/** Background work gets this share of the starts. */
const BACKGROUND_SHARE = 0.1

/** Calls that wait. None is bound to a bot before it leaves, so what one bot cannot do now another does. */
export class TurnQueue {
  readonly #options: TurnQueueOptions
  readonly #waiters = new Set<Waiter>()
  readonly #backgroundAtMs: Record<CallKind, number> = { send: 0, delete: 0, read: 0 }
  #alarm: AbortController | undefined

  constructor(options: TurnQueueOptions) {
    this.#options = options
  }

  get length(): number {
    return this.#waiters.size
  }

  /**
   * Waits for a turn; whoever got it must call `bot.end` and then `next`. Null when no lane is in service. Rejects with the
   * signal's reason, with RateLimitedError when the wait would be longer than the wish allows.
   */
  async take(wish: LaneWish): Promise<Turn | null> {
    const { signal } = wish
    signal?.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<Turn | null>()
    const waiter: Waiter = { wish, sinceMs: this.#options.clock.nowMs(), resolve, reject }
    const onAbort = () => reject(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
    this.#waiters.add(waiter)
    try {
      this.next()
      return await promise
    } finally {
      signal?.removeEventListener('abort', onAbort)
      this.#waiters.delete(waiter)
      if (signal?.aborted) this.next()
    }
  }

  /** Something has changed: lets go whoever may. */
  next(): void {
    const nowMs = this.#options.clock.nowMs()
    let wakeAtMs = Number.POSITIVE_INFINITY
    for (const waiter of this.#inOrder()) {
      if (waiter.wish.signal?.aborted) continue
      wakeAtMs = Math.min(wakeAtMs, this.#tryStart(waiter, nowMs))
    }
    this.#tellIfHeld(nowMs)
    this.#wakeAt(wakeAtMs, nowMs)
  }

  /** Nobody waits any longer. */
  close(reason: unknown): void {
    this.#alarm?.abort()
    for (const { reject } of this.#waiters) reject(reason)
    this.#waiters.clear()
  }

  /** When to look again; infinite when it is done, or when only the end of another call can change anything. */
  #tryStart(waiter: Waiter, nowMs: number): number {
    const { wish } = waiter
    const choice = chooseLane(this.#options.bots, this.#options.chatIds, wish, nowMs)
    if (!choice) return this.#settle(waiter, () => waiter.resolve(null))
    const startAtMs = wish.background ? Math.max(choice.startAtMs, this.#backgroundTurn(wish.kind)) : choice.startAtMs
    if (startAtMs > nowMs) return this.#keepWaiting(waiter, startAtMs, nowMs)
    const { lanes, chatId } = choice
    const message = lanes.begin(wish.kind, chatId, nowMs)
    if (message && !wish.holdsLastByte) message.leftMs = nowMs
    if (wish.background) this.#backgroundAtMs[wish.kind] = nowMs + this.#backgroundGapMs(wish, nowMs)
    return this.#settle(waiter, () => waiter.resolve({ lanes, chatId, leftMs: nowMs, message }))
  }

  #keepWaiting(waiter: Waiter, startAtMs: number, nowMs: number): number {
    const { kind, background } = waiter.wish
    const mayWaitMs =
      waiter.wish.maxWaitMs ?? (kind === 'read' && !background ? READ_WAIT_MS : Number.POSITIVE_INFINITY)
    const isTooLong = Number.isFinite(startAtMs) && startAtMs - waiter.sinceMs > mayWaitMs
    if (!isTooLong) return startAtMs
    const leftMs = startAtMs - nowMs
    const message = `Telegram asks the bots to wait; the next may go on in ${Math.ceil(leftMs / 1000)} s.`
    return this.#settle(waiter, () => waiter.reject(new RateLimitedError(message, leftMs)))
  }

  #settle(waiter: Waiter, settle: () => void): number {
    this.#waiters.delete(waiter)
    settle()
    return Number.POSITIVE_INFINITY
  }

  /** Those that give way come last. */
  *#inOrder(): Generator<Waiter> {
    const waiters = [...this.#waiters]
    yield* waiters.filter(({ wish }) => !wish.background)
    yield* waiters.filter(({ wish }) => wish.background)
  }

  #backgroundTurn(kind: CallKind): number {
    for (const { wish } of this.#waiters) {
      if (wish.kind === kind && !wish.background) return Number.POSITIVE_INFINITY
    }
    return this.#backgroundAtMs[kind]
  }

  #backgroundGapMs(wish: LaneWish, nowMs: number): number {
    const pool = poolOf(this.#options.bots, this.#options.chatIds, wish)
    const paces = new Set(pool.map(({ lanes, chatId }) => lanes.pace(wish.kind, chatId)))
    const perSec = [...paces].reduce((sum, pace) => sum + pace.callsPerSec(nowMs), 0)
    return 1000 / (perSec * BACKGROUND_SHARE)
  }

  #tellIfHeld(nowMs: number): void {
    const { bots, chatIds, onAllHeld } = this.#options
    for (const { wish } of this.#waiters) {
      if (wish.kind !== 'send' || wish.background) continue
      const held = heldLanes(bots, chatIds, wish, nowMs)
      if (!held) continue
      onAllHeld(held)
      return
    }
  }

  #wakeAt(atMs: number, nowMs: number): void {
    this.#alarm?.abort()
    this.#alarm = undefined
    if (!Number.isFinite(atMs)) return
    const alarm = new AbortController()
    this.#alarm = alarm
    this.#options.clock.sleep(atMs - nowMs, alarm.signal).then(
      () => this.next(),
      () => {},
    )
  }
}

/** Null unless Telegram asked every bot that is in service to wait. */
export function heldLanes(
  bots: readonly BotLanes[],
  chatIds: readonly number[],
  wish: LaneWish,
  nowMs: number,
): AllHeld | null {
  const pool = poolOf(bots, chatIds, wish)
  const untilMs = Math.min(...pool.map(({ lanes, chatId }) => lanes.heldUntilMs(wish.kind, chatId)))
  if (pool.length === 0 || untilMs <= nowMs) return null
  return { botCount: new Set(pool.map(({ lanes }) => lanes)).size, untilMs }
}
