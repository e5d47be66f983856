import type { DownloadRequest } from '#domain/download.ts'
import { ConflictError, PlaylistUnreadableError, SegmentMissingError } from '#domain/errors.ts'
import type { RecordedSegment, RecordingHead } from '#domain/recording.ts'
import { liveWishes } from './live-wishes.ts'
import type { Pace } from './pace.ts'
import type { PlannedRendition } from './planned-rendition.ts'
import type { PlaylistFeed } from './playlist-feed.ts'
import { refreshWish } from './refresh-wish.ts'
import type { SegmentWish, StreamPlan } from './segment-wish.ts'
import { vodWishes } from './vod-wishes.ts'

export interface OpenedStream {
  /** `main` first. */
  readonly feeds: readonly PlaylistFeed[]
  readonly renditions: readonly Omit<PlannedRendition, 'addresses'>[]
  readonly notes: readonly string[]
}

interface StreamFacts {
  readonly title: string
  /** What an earlier run recorded was live: it goes on by its numbers, also when the stream has ended since. */
  readonly wasLive: boolean
  readonly pace: Pace
}

/** A stream whose playlists have been read. */
export class ReadStream implements StreamPlan {
  readonly head: RecordingHead
  readonly notes: string[]
  readonly #request: DownloadRequest
  readonly #feeds: readonly PlaylistFeed[]
  readonly #pace: Pace
  readonly #wasLive: boolean

  constructor(request: DownloadRequest, opened: OpenedStream, { title, wasLive, pace }: StreamFacts) {
    const { feeds, renditions, notes } = opened
    this.#wasLive = wasLive
    this.#request = request
    this.#feeds = feeds
    this.#pace = pace
    this.head = headOf(title, feeds, renditions)
    // A live stream does without what it loses, this too.
    if (!request.allowGaps && !this.head.live && !wasLive) for (const feed of feeds) requireReadable(feed)
    this.notes = [...notes, ...feeds.flatMap(({ id, snapshot }) => snapshot.notes.map((note) => `${id}: ${note}`))]
  }

  wishes(...[from, signals]: Parameters<StreamPlan['wishes']>): AsyncIterable<SegmentWish> {
    requireKnown(from, this.head)
    if (!this.head.live && !this.#wasLive) return unlessAborted(vodWishes(this.#feeds, from), signals.signal)
    return liveWishes(this.#feeds, {
      ...signals,
      recorded: from,
      live: this.#request.live,
      pace: this.#pace,
      note: (text) => this.notes.push(text),
      isDispensable: (id) =>
        this.head.renditions.some((rendition) => rendition.id === id && rendition.kind === 'subtitles'),
    })
  }

  async refresh(wish: SegmentWish, signal: AbortSignal): Promise<SegmentWish | null> {
    const feed = this.#feeds.find(({ id }) => id === wish.rendition)
    return feed ? refreshWish(wish, feed, signal) : null
  }
}

function headOf(title: string, feeds: readonly PlaylistFeed[], renditions: OpenedStream['renditions']): RecordingHead {
  const [main] = feeds as readonly [PlaylistFeed]
  const { snapshot } = main
  if (snapshot.complete && snapshot.segments.length === 0) throw emptyPlaylist()
  return {
    title,
    url: snapshot.url,
    live: !snapshot.complete,
    renditions: feeds.map((feed) => {
      const { id, kind, name, language, isDefault, forced, hearingImpaired } = renditionOf(feed, renditions)
      const count = snapshot.complete && feed.snapshot.complete ? { segmentCount: feed.snapshot.segments.length } : {}
      return { id, kind, name, language, isDefault, forced, hearingImpaired, url: feed.snapshot.url, ...count }
    }),
    targetDurationSec: Math.ceil(Math.max(...feeds.map(longestSec))),
    durationSec: snapshot.complete ? snapshot.segments.reduce((sum, { durationSec }) => sum + durationSec, 0) : null,
  }
}

function requireReadable({ id, snapshot }: PlaylistFeed): void {
  const found = snapshot.segments.find(({ unreadable, gap }) => unreadable !== null && !gap)
  if (!found) return
  throw new SegmentMissingError(`Segment ${found.msn} of ${id} cannot be had.`, {
    why: `In its playlist ${found.unreadable}: nobody can know which bytes it is made of.`,
    fix: 'The server has to mend its playlist; allow gaps to download the rest without it.',
  })
}

function longestSec({ snapshot }: PlaylistFeed): number {
  return snapshot.segments.reduce((most, { durationSec }) => Math.max(most, durationSec), snapshot.targetDurationSec)
}

function renditionOf({ id }: PlaylistFeed, renditions: OpenedStream['renditions']) {
  return renditions.find((rendition) => rendition.id === id) as OpenedStream['renditions'][number]
}

function requireKnown(from: ReadonlyMap<string, readonly RecordedSegment[]>, { renditions }: RecordingHead): void {
  for (const [id, recorded] of from) {
    if (recorded.length === 0 || id.startsWith('s') || renditions.some((rendition) => rendition.id === id)) continue
    throw new ConflictError(`The stream has no rendition ${id} any more, which this download began with.`, {
      why: `It offers ${renditions.map((rendition) => rendition.id).join(', ')}.`,
      fix: 'Start a new download of this address.',
    })
  }
}

function emptyPlaylist(): PlaylistUnreadableError {
  return new PlaylistUnreadableError('The playlist lists no segment.', null, {
    why: 'It says that nothing more will come, and that nothing came.',
    fix: 'Check the address; the stream may be gone or not have begun.',
  })
}

async function* unlessAborted(wishes: Iterable<SegmentWish>, signal: AbortSignal): AsyncGenerator<SegmentWish> {
  for (const wish of wishes) {
    signal.throwIfAborted()
    yield wish
  }
}
