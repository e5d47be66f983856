import { ApiFailure } from './api-failure.ts'
import type { EmulatorClock } from './clock.ts'
import type { Bot } from './entities.ts'

type Update = Readonly<Record<string, unknown>>

interface Queue {
  lastId: number
  waiting: { readonly id: number; readonly update: Update }[]
  webhookUrl: string
  allowed: readonly string[] | undefined
  poll: { end(reason: Error): void; wake(): void } | undefined
}

/** The longest poll (server's own bound). */
const MAX_POLL_SEC = 50
/** A second poller is let in after so long. */
const CONFLICT_HOLD_MS = 3000

/** What happened for each bot, until it fetches it. */
export class Updates {
  readonly #clock: EmulatorClock
  readonly #queues = new Map<number, Queue>()

  constructor(clock: EmulatorClock) {
    this.#clock = clock
  }

  /** Tells a bot of something, unless it asked not to be told of such things. */
  push(bot: Bot, update: Update): void {
    const queue = this.#queue(bot)
    const [kind = ''] = Object.keys(update)
    if (queue.allowed && queue.allowed.length > 0 && !queue.allowed.includes(kind)) return
    queue.lastId += 1
    queue.waiting.push({ id: queue.lastId, update })
    queue.poll?.wake()
  }

  async poll(bot: Bot, request: PollRequest, signal: AbortSignal): Promise<unknown> {
    const queue = this.#queue(bot)
    if (queue.webhookUrl !== '') throw conflict(WEBHOOK_ACTIVE)
    if (request.allowed) queue.allowed = request.allowed
    if (queue.poll) {
      queue.poll.end(conflict(OTHER_POLLER))
      await this.#clock.sleep(CONFLICT_HOLD_MS, signal)
    }
    confirm(queue, request.offset)
    if (queue.waiting.length === 0 && request.timeoutSec > 0) await this.#wait(queue, request.timeoutSec, signal)
    return queue.waiting.slice(0, request.limit).map(({ id, update }) => ({ update_id: id, ...update }))
  }

  setWebhook(bot: Bot, url: string): void {
    const queue = this.#queue(bot)
    queue.webhookUrl = url
    if (url !== '') queue.poll?.end(conflict('terminated by setWebhook request'))
  }

  webhookInfo(bot: Bot): Update {
    const queue = this.#queue(bot)
    return {
      url: queue.webhookUrl,
      has_custom_certificate: false,
      pending_update_count: queue.waiting.length,
    }
  }

  #queue(bot: Bot): Queue {
    const known = this.#queues.get(bot.id)
    if (known) return known
    const queue: Queue = { lastId: 0, waiting: [], webhookUrl: '', allowed: undefined, poll: undefined }
    this.#queues.set(bot.id, queue)
    return queue
  }

  async #wait(queue: Queue, timeoutSec: number, signal: AbortSignal): Promise<void> {
    const ending = new AbortController()
    const woken = new Promise<void>((resolve, reject) => {
      queue.poll = { wake: resolve, end: reject }
    })
    const mine = queue.poll
    const time = this.#clock.sleep(Math.min(timeoutSec, MAX_POLL_SEC) * 1000, AbortSignal.any([signal, ending.signal]))
    try {
      await Promise.race([woken, time])
    } finally {
      ending.abort()
      time.catch(() => undefined)
      if (queue.poll === mine) queue.poll = undefined
    }
  }
}

export interface PollRequest {
  readonly offset: number
  readonly limit: number
  readonly timeoutSec: number
  readonly allowed: readonly string[] | undefined
}

const WEBHOOK_ACTIVE =
  "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
const OTHER_POLLER = 'terminated by other getUpdates request; make sure that only one bot instance is running'

function conflict(text: string): ApiFailure {
  return new ApiFailure(409, `Conflict: ${text}`)
}

/** An offset says that everything before it has been dealt with; a negative one counts from the end. */
function confirm(queue: Queue, offset: number): void {
  if (offset > 0) queue.waiting = queue.waiting.filter(({ id }) => id >= offset)
  if (offset < 0) queue.waiting = queue.waiting.slice(offset)
}
