import {
  AddressRefusedError,
  AnswerTooLargeError,
  ProductError,
  ProtectedMediaError,
  RemoteUnreachableError,
} from '#domain/errors.ts'
import type { LiveTrack } from './live-track.ts'
import type { Pace } from './pace.ts'
import type { PlaylistFeed } from './playlist-feed.ts'
import { retryWaitMs } from './retry-wait.ts'
import type { WishQueue } from './wish-queue.ts'

/** Without a good playlist for this long the stream is taken as gone: the longer of the two. */
const PATIENCE_TARGETS = 10
const PATIENCE_MS = 120_000
/** A playlist that answers well but says nothing new for this long: its encoder has left. */
const STANDSTILL_MS = 1_800_000
/** When the main rendition has ended the others may still list what they have. */
const AFTER_MAIN_TARGETS = 3
const JITTER = 0.05

interface PollOptions {
  readonly pace: Pace
  /** Aborts for whatever reason there is to stop: cancelled, finishing, nobody listens any more. */
  readonly stop: AbortSignal
  /** When `main` ended; null while it goes on. */
  readonly mainEndedMs: () => number | null
}

/**
 * Loads the playlist again and again until nothing more comes: a target duration after a load that brought something,
 * half of it after one that did not (RFC 8216bis §6.3.4). Faults are waited out. Resolves when the track is done or
 * `stop` aborts; rejects with RemoteUnreachableError when patience ends, and with what no waiting mends.
 */
export async function pollTrack(
  feed: PlaylistFeed,
  track: LiveTrack,
  queue: WishQueue,
  options: PollOptions,
): Promise<void> {
  const { pace, stop } = options
  const take = () => {
    const { change, wishes } = track.take(feed.snapshot, pace.now())
    queue.push(track.id, wishes)
    return change
  }
  const patience = new Patience(feed, pace)
  let dueMs = feed.loadedMs
  const isYoung = pace.now() - feed.loadedMs < targetMs(feed)
  if (isYoung || stop.aborted) {
    take()
    dueMs += targetMs(feed)
  }
  while (!track.done && !stop.aborted && !isOver(feed, options)) {
    try {
      await pace.wait(Math.max(0, dueMs - pace.now()), stop)
      const startedMs = pace.now()
      await feed.reload(stop)
      const isNew = ['grown', 'restarted'].includes(take())
      patience.good(isNew)
      dueMs = startedMs + targetMs(feed) * (isNew ? 1 : 0.5) * (1 + JITTER * pace.random())
    } catch (error) {
      if (stop.aborted) return
      dueMs = pace.now() + patience.faultWaitMs(error)
    }
  }
}

function targetMs({ snapshot }: PlaylistFeed): number {
  return snapshot.targetDurationSec * 1000
}

function isOver(feed: PlaylistFeed, { pace, mainEndedMs }: PollOptions): boolean {
  const endedMs = mainEndedMs()
  return endedMs !== null && pace.now() - endedMs > AFTER_MAIN_TARGETS * targetMs(feed)
}

/** How long faults and silence are borne. */
class Patience {
  readonly #feed: PlaylistFeed
  readonly #pace: Pace
  #goodMs: number
  #newMs: number
  #faults = 0

  constructor(feed: PlaylistFeed, pace: Pace) {
    this.#feed = feed
    this.#pace = pace
    this.#goodMs = pace.now()
    this.#newMs = pace.now()
  }

  good(isNew: boolean): void {
    const now = this.#pace.now()
    this.#faults = 0
    this.#goodMs = now
    if (isNew) this.#newMs = now
    if (now - this.#newMs > STANDSTILL_MS) throw standsStill(this.#feed, now - this.#newMs)
  }

  /** How long to wait after this fault; throws when it is not worth it. */
  faultWaitMs(error: unknown): number {
    if (isFinal(error)) throw error
    const withoutMs = this.#pace.now() - this.#goodMs
    if (withoutMs > Math.max(PATIENCE_MS, PATIENCE_TARGETS * targetMs(this.#feed)))
      throw gone(this.#feed, withoutMs, error)
    this.#faults++
    return retryWaitMs(error, this.#faults, this.#pace.random(), targetMs(this.#feed))
  }
}

/** Nothing that waiting mends, or no fault of the other side at all. */
function isFinal(error: unknown): boolean {
  const finals = [AddressRefusedError, ProtectedMediaError, AnswerTooLargeError, StandsStillError]
  return !(error instanceof ProductError) || finals.some((kind) => error instanceof kind)
}

class StandsStillError extends RemoteUnreachableError {}

function standsStill({ id }: PlaylistFeed, ms: number): StandsStillError {
  return new StandsStillError('The live stream stands still.', {
    why: `The playlist of ${id} has listed nothing new for ${Math.round(ms / 60_000)} minutes and does not say that it ended.`,
    fix: 'What came is recorded: finish the recording, or resume it when the stream goes on.',
  })
}

function gone({ id }: PlaylistFeed, ms: number, cause: unknown): RemoteUnreachableError {
  return new RemoteUnreachableError('The live stream cannot be reached any more.', {
    why: `No usable playlist of ${id} came for ${Math.round(ms / 1000)} s; at last: ${cause instanceof Error ? cause.message : String(cause)}`,
    fix: 'What came is recorded: resume it when the stream is back, or finish the recording.',
    cause,
  })
}
