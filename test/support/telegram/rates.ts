import { tooManyRequests } from './api-failure.ts'
import { type BucketSize, TokenBucket } from './token-bucket.ts'

/** What Telegram lets through; `null` switches a limit off. */
export interface Rates {
  /** Messages of one bot in one chat, over seconds. */
  readonly chat: BucketSize | null
  /** Messages of one bot in one group or channel, over a minute. */
  readonly chatMinute: BucketSize | null
  /** All bots of a group or channel share the bucket of the minute. */
  readonly minuteShared: boolean
  /** Messages of one bot in all chats. */
  readonly bot: BucketSize | null
  /** Calls that delete, of one bot. */
  readonly deletes: BucketSize | null
  /** Calls that read (getFile, getChat and the like), of one bot. */
  readonly reads: BucketSize | null
  /** Uploads over 100 kB of equal size by one bot are stored one after another. */
  readonly equalSize: boolean
  /** Added to every `retry_after`. */
  readonly penaltySec: number
}

/** The public figures (telegram FAQ: 1/s in a chat with short bursts, 20/min in a group, 30/s in all). */
export const REAL_RATES: Rates = {
  chat: { perSec: 1, burst: 3 },
  chatMinute: { perSec: 20 / 60, burst: 20 },
  minuteShared: false,
  bot: { perSec: 30, burst: 30 },
  deletes: null,
  reads: null,
  equalSize: true,
  penaltySec: 0,
}

export const NO_RATES: Rates = {
  chat: null,
  chatMinute: null,
  minuteShared: false,
  bot: null,
  deletes: null,
  reads: null,
  equalSize: false,
  penaltySec: 0,
}

export type RateKind = 'message' | 'delete' | 'read'

export interface RatedCall {
  readonly botId: number
  readonly chatId: number | null
  readonly kind: RateKind
  /** Messages that it makes. */
  readonly count: number
  /** When its first byte came in. */
  readonly arrivedMs: number
  /** What it came over: whoever was told there knows of it. */
  readonly connection?: object
}

/** The rule of equal sizes is for uploads larger than this. */
const EQUAL_SIZE_FROM_BYTES = 100_000
/** So much of a backlog of equal uploads passes at once. */
const EQUAL_SIZE_BURST_MS = 1000
/** A longer backlog is refused. */
const EQUAL_SIZE_BACKLOG_MS = 5000

interface Ban {
  readonly untilMs: number
  /** On other connections, calls were perhaps on their way when it was said. */
  readonly graceMs: number
  saidAtMs: number
  readonly saidOn: WeakSet<object>
}

/** At most this share of a waiting time is not held against calls on other connections. */
const MAX_GRACE_SHARE = 0.25

/** Holds all buckets, remembers who was told to wait, and counts who did not. */
export class RateLimiter {
  #rates: Rates
  readonly #ratesOf = new Map<string, Partial<Rates>>()
  readonly #buckets = new Map<string, TokenBucket>()
  readonly #bans = new Map<string, Ban>()
  readonly #equalSizes = new Map<string, number>()

  readonly #graceMs: () => number

  /** `graceMs` says how long a call may be on its way, in the emulator's time. */
  constructor(rates: Rates, graceMs: () => number = () => 0) {
    this.#rates = rates
    this.#graceMs = graceMs
  }

  /** Forgets who was told to wait, and fills all buckets. */
  reset(): void {
    for (const known of [this.#buckets, this.#bans, this.#equalSizes]) known.clear()
  }

  /** Changes limits, for all or for one bot or chat (by its id); buckets start full again. */
  set(rates: Partial<Rates>, onlyId?: number): void {
    if (onlyId === undefined) this.#rates = { ...this.#rates, ...rates }
    else this.#ratesOf.set(String(onlyId), rates)
    this.#buckets.clear()
  }

  /** Whether the call came although its bot had been told to wait longer. */
  isEarly(call: RatedCall): boolean {
    return banKeys(call).some((key) => {
      const ban = this.#bans.get(key)
      if (ban === undefined || call.arrivedMs >= ban.untilMs) return false
      const knew = call.connection !== undefined && ban.saidOn.has(call.connection)
      return call.arrivedMs > ban.saidAtMs + (knew ? 0 : ban.graceMs)
    })
  }

  /** Takes what the call costs; throws 429 when it is not there. */
  admit(call: RatedCall, nowMs: number): void {
    const waitingMs = Math.max(0, ...banKeys(call).map((key) => (this.#bans.get(key)?.untilMs ?? 0) - nowMs))
    if (waitingMs > 0) throw tooManyRequests(Math.ceil(waitingMs / 1000))
    const wanted = this.#bucketsFor(call, nowMs)
    for (const { bucket, banKey } of wanted) {
      const waitMs = bucket.waitMs(call.count, nowMs)
      if (waitMs > 0) throw this.#ban(banKey, Math.max(1, Math.ceil(waitMs / 1000)), nowMs)
    }
    for (const { bucket } of wanted) bucket.take(call.count, nowMs)
  }

  /** Tells the bot to wait, in one chat or (without one) everywhere; returns what it is told. */
  flood(call: RatedCall, retryAfterSec: number, nowMs: number): Error {
    return this.#ban(banKeys(call)[0] ?? '', retryAfterSec, nowMs)
  }

  /** An answer with the waiting time has left now: calls that came before it could not know. */
  told(call: RatedCall, nowMs: number): void {
    for (const key of banKeys(call)) {
      const ban = this.#bans.get(key)
      if (!ban) continue
      ban.saidAtMs = Math.min(ban.saidAtMs, nowMs)
      if (call.connection) ban.saidOn.add(call.connection)
    }
  }

  /** Milliseconds that an upload is held up because another of the same size came just before; throws 429 for a jam. */
  equalSizeWaitMs(botId: number, byteLength: number, nowMs: number): number {
    if (!this.#ratesFor(botId, null).equalSize || byteLength <= EQUAL_SIZE_FROM_BYTES) return 0
    const key = `${botId}:${byteLength}`
    const gapMs = Math.min(900, Math.max(200, byteLength * 1e-4))
    const dueMs = Math.max(nowMs, this.#equalSizes.get(key) ?? 0)
    const waitMs = Math.max(0, dueMs - EQUAL_SIZE_BURST_MS - nowMs)
    if (waitMs > EQUAL_SIZE_BACKLOG_MS) throw this.#ban(`bot ${botId}`, 60, nowMs)
    this.#equalSizes.set(key, dueMs + gapMs)
    return waitMs
  }

  #ban(key: string, retryAfterSec: number, nowMs: number): Error {
    const sec = retryAfterSec + this.#rates.penaltySec
    const untilMs = nowMs + sec * 1000
    if ((this.#bans.get(key)?.untilMs ?? 0) < untilMs) {
      const graceMs = Math.min(this.#graceMs(), sec * 1000 * MAX_GRACE_SHARE)
      this.#bans.set(key, { untilMs, graceMs, saidAtMs: Number.POSITIVE_INFINITY, saidOn: new WeakSet() })
    }
    return tooManyRequests(sec)
  }

  #ratesFor(botId: number, chatId: number | null): Rates {
    return { ...this.#rates, ...this.#ratesOf.get(String(chatId)), ...this.#ratesOf.get(String(botId)) }
  }

  #bucketsFor(call: RatedCall, nowMs: number): { bucket: TokenBucket; banKey: string }[] {
    const rates = this.#ratesFor(call.botId, call.chatId)
    const botKey = `bot ${call.botId}`
    const found: { bucket: TokenBucket; banKey: string }[] = []
    const add = (key: string, size: BucketSize | null, banKey: string) => {
      if (size) found.push({ bucket: this.#bucket(key, size, nowMs), banKey })
    }
    if (call.kind === 'delete') add(`${botKey} deletes`, rates.deletes, `${botKey} deletes`)
    if (call.kind === 'read') add(`${botKey} reads`, rates.reads, `${botKey} reads`)
    if (call.kind !== 'message') return found
    if (call.chatId !== null) {
      const chatKey = `bot ${call.botId} in ${call.chatId}`
      add(chatKey, rates.chat, chatKey)
      const minuteKey = rates.minuteShared ? `minute in ${call.chatId}` : `${chatKey} minute`
      if (call.chatId < 0) add(minuteKey, rates.chatMinute, chatKey)
    }
    add(botKey, rates.bot, botKey)
    return found
  }

  #bucket(key: string, size: BucketSize, nowMs: number): TokenBucket {
    const known = this.#buckets.get(key)
    if (known) return known
    const bucket = new TokenBucket(size, nowMs)
    this.#buckets.set(key, bucket)
    return bucket
  }
}

/** Where a waiting time for such a call may be noted; the narrowest first. */
function banKeys({ botId, chatId, kind }: RatedCall): string[] {
  if (kind !== 'message') return [`bot ${botId} ${kind}s`]
  return chatId === null ? [`bot ${botId}`] : [`bot ${botId} in ${chatId}`, `bot ${botId}`]
}
