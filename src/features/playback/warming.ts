import type { VideoCatalog } from '#domain/catalog.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Slice, Video } from '#domain/video.ts'
import type { PlayableVideo } from './playable-video.ts'

export interface WarmingPorts {
  readonly catalog: Pick<VideoCatalog, 'videos'>
  playable(id: VideoId): Promise<PlayableVideo>
  scoreOf(id: VideoId): number
  /** Whether a video of that size may push other things out of the cache. */
  isCacheable(video: Video): boolean
  isHeld(slice: Slice): boolean
  fetch(slice: Slice, signal: AbortSignal): Promise<void>
}

export interface WarmingLimits {
  /** Segments of each track at the beginning of a popular video; of the others one. */
  readonly segments: number
  /** What is kept warm has at most so many bytes. */
  readonly maxBytes: number
}

/** So many videos are looked at; a cache has no room for the beginnings of more. */
const MAX_VIDEOS = 500
/** Of what may be kept warm, so much goes to the first segments of all videos before popular ones get more. */
const HEADS_SHARE = 0.5
/** A video is popular that somebody watched within a week: a view counts half after that time. */
const POPULAR_SCORE = 0.5

/**
 * Brings the beginnings of videos into the cache: the first segment of each, the most popular and the newest first, then
 * more of the popular ones. Resolves with the number of slices that were fetched; a video that cannot be read is left out.
 */
export async function warmBeginnings(ports: WarmingPorts, limits: WarmingLimits, signal: AbortSignal): Promise<number> {
  const ranked = await rankedVideos(ports)
  const popular = ranked.filter(({ id }) => ports.scoreOf(id) >= POPULAR_SCORE)
  const warmed = { bytes: 0, slices: 0, seen: new Set<string>() }
  await warm(ranked, 1, limits.maxBytes * HEADS_SHARE)
  await warm(popular, limits.segments, limits.maxBytes)
  return warmed.slices

  async function warm(videos: readonly Video[], segments: number, maxBytes: number): Promise<void> {
    for (const { id } of videos) {
      const slices = await beginningOf(id, segments).catch(() => [])
      const more = slices.filter(({ sha256 }) => !warmed.seen.has(sha256))
      const bytes = more.reduce((sum, { length }) => sum + length, 0)
      if (signal.aborted || warmed.bytes + bytes > maxBytes) return
      for (const { sha256 } of more) warmed.seen.add(sha256)
      warmed.bytes += bytes
      // Together: what lies in one pack comes with one read.
      const missing = more.filter((slice) => !ports.isHeld(slice))
      const ends = await Promise.allSettled(missing.map((slice) => ports.fetch(slice, signal)))
      warmed.slices += ends.filter(({ status }) => status === 'fulfilled').length
    }
  }

  async function beginningOf(id: VideoId, segments: number): Promise<readonly Slice[]> {
    return beginningSlices(await ports.playable(id), segments)
  }
}

async function rankedVideos({ catalog, scoreOf, isCacheable }: WarmingPorts): Promise<readonly Video[]> {
  // Newest first; sorting keeps that order among equals.
  const { videos } = await catalog.videos({ states: ['ready'], limit: MAX_VIDEOS })
  return videos.filter((video) => isCacheable(video)).sort((one, other) => scoreOf(other.id) - scoreOf(one.id))
}

/** What a player asks for first: of the first picture and of the voice that is chosen by default. */
function beginningSlices({ tracks }: PlayableVideo, count: number): readonly Slice[] {
  const picture = tracks.find(({ track }) => track.kind === 'video')
  const voices = tracks.filter(({ track }) => track.kind === 'audio')
  const voice = voices.find(({ track }) => track.isDefault) ?? voices[0]
  return [picture, voice].flatMap((played) =>
    played ? [played.init, ...played.segments.slice(0, count)].flatMap((segment) => segment?.slices ?? []) : [],
  )
}
