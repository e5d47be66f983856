import type { LiveWishes } from '#domain/download.ts'
import type { RecordedSegment } from '#domain/recording.ts'
import { firstPeriods } from './live-start.ts'
import { LiveTrack } from './live-track.ts'
import type { Pace } from './pace.ts'
import type { PlaylistFeed } from './playlist-feed.ts'
import { pollTrack } from './poll-track.ts'
import type { SegmentWish } from './segment-wish.ts'
import { WishQueue } from './wish-queue.ts'

export interface LiveOptions {
  readonly live: LiveWishes
  readonly recorded: ReadonlyMap<string, readonly RecordedSegment[]>
  readonly pace: Pace
  readonly signal: AbortSignal
  readonly finishing: AbortSignal
  readonly note: (text: string) => void
  /** Renditions whose loss does not end the recording. */
  readonly isDispensable: (id: string) => boolean
}

/** Follows a stream that goes on; every rendition is loaded at its own pace, the wishes leave in step. */
export async function* liveWishes(feeds: readonly PlaylistFeed[], options: LiveOptions): AsyncGenerator<SegmentWish> {
  const { live, recorded, pace, signal, finishing, note } = options
  signal.throwIfAborted()
  const left = new AbortController()
  const stop = AbortSignal.any([signal, finishing, left.signal])
  const queue = new WishQueue(feeds.map(({ id }) => id))
  const periods = firstPeriods(feeds, recorded, live.from)
  let mainEndedMs: number | null = null
  const follow = async (feed: PlaylistFeed) => {
    const track = new LiveTrack({ id: feed.id, live, periods, note })
    track.resume(inOrder(recorded.get(feed.id)), pace.now())
    try {
      await pollTrack(feed, track, queue, { pace, stop, mainEndedMs: () => mainEndedMs })
      signal.throwIfAborted()
    } catch (error) {
      if (signal.aborted || !options.isDispensable(feed.id)) queue.fail(error)
      else note(`${feed.id} ended early: ${error instanceof Error ? error.message : String(error)}`)
    }
    if (feed.id === 'main') mainEndedMs = pace.now()
    queue.end(feed.id)
  }
  const following = Promise.all(feeds.map(follow))
  try {
    for (let wish = await queue.next(); wish; wish = await queue.next()) yield wish
  } finally {
    left.abort()
    await following
  }
}

function inOrder(recorded: readonly RecordedSegment[] = []): readonly RecordedSegment[] {
  return recorded.toSorted((a, b) => a.position - b.position)
}
