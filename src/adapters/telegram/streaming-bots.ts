import type { BotLoads } from './bot-loads.ts'
import type { Clock } from './clock.ts'

/** So many downloads more on the bot that knows a file than on a streaming bot are worth a message that tells it. */
const WORTH_DOWNLOADS = 3
/** A bot that could not be told, because it is not in the channel, say, is left alone so long. */
const REST_MS = 10 * 60_000

/** The bots that only read (MULTI_TOKEN1 …): they know no file until they are told, which costs a message of their own. */
export class StreamingBots {
  readonly #botIds: readonly number[]
  readonly #loads: BotLoads
  readonly #clock: Clock
  readonly #restUntilMs = new Map<number, number>()

  constructor(botIds: readonly number[], loads: BotLoads, clock: Clock) {
    this.#botIds = botIds
    this.#loads = loads
    this.#clock = clock
  }

  /**
   * One that should be told of a file, because the bot that would give it has much more to do, this file included; undefined
   * when none should.
   */
  worthTelling(holders: readonly number[], giverId: number, avoid: ReadonlySet<number>): number | undefined {
    const most = this.#loads.openOf(giverId) - 1 - WORTH_DOWNLOADS
    if (most < 0) return undefined
    const nowMs = this.#clock.nowMs()
    const able = this.#botIds.filter(
      (botId) => !holders.includes(botId) && (this.#restUntilMs.get(botId) ?? nowMs) <= nowMs,
    )
    const botId = this.#loads.leastLoaded(able, avoid)
    return botId !== undefined && this.#loads.openOf(botId) <= most ? botId : undefined
  }

  couldNotBeTold(botId: number): void {
    this.#restUntilMs.set(botId, this.#clock.nowMs() + REST_MS)
  }
}
