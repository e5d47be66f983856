import type { VideoCatalog } from '#domain/catalog.ts'
import type { VideoId } from '#domain/ids.ts'
import { sizeOfVideo } from '#domain/size-of-video.ts'
import type { Attachment, Video } from '#domain/video.ts'
import { CacheControl } from './cache-control.ts'
import { PackLayouts } from './pack-layout.ts'
import type { PlaybackCatalog } from './playable-video.ts'
import { PlayableVideos } from './playable-videos.ts'
import { DEFAULT_READER_LIMITS, SliceReader, type SliceReaderLimits, type SliceReaderPorts } from './slice-reader.ts'
import type { SmallText } from './popularity.ts'
import { SubtitleSegments } from './subtitle-segments.ts'
import { DEFAULT_VIEWING, Viewing, type ViewingOptions } from './viewing.ts'

export interface PlaybackPorts extends Omit<SliceReaderPorts, 'catalog' | 'layout' | 'mayClaimCache'> {
  readonly catalog: PlaybackCatalog & SliceReaderPorts['catalog'] & Pick<VideoCatalog, 'videos'>
  /** Monotonic. */
  readonly nowMs: () => number
  /** Wall clock. */
  readonly wallMs: () => number
  readonly popularity?: SmallText
}

/** What is left out is off, or without limit. */
export interface PlaybackOptions extends Partial<SliceReaderLimits>, Partial<ViewingOptions> {
  /** Segments of videos whose source was larger pass through without claiming the cache. */
  readonly streamingThresholdBytes?: number
}

/** Everything a player needs: what may be played now, and the bytes of it. */
export class Playback {
  readonly videos: PlayableVideos
  readonly slices: SliceReader
  readonly subtitles: SubtitleSegments
  readonly viewing: Viewing
  readonly cache: CacheControl

  constructor(ports: PlaybackPorts, options: PlaybackOptions = {}) {
    const { streamingThresholdBytes = Number.POSITIVE_INFINITY } = options
    const readsWhole = ports.blobs.limits.wholeReads ?? false
    const layouts = new PackLayouts()
    const isCacheable = (video: Video) => sizeOfVideo(video) <= streamingThresholdBytes
    const mayClaimCache = (id: VideoId) => {
      const seen = this.videos.lastSeen(id)
      return !seen || isCacheable(seen.video)
    }
    const cacheBytes = () => ports.cache.tiers().at(-1)?.maxBytes ?? 0
    this.videos = new PlayableVideos(ports)
    this.slices = new SliceReader(
      {
        ...ports,
        layout: async ({ id, videoId }) => layouts.slicesOf(await this.videos.get(videoId), id),
        mayClaimCache,
      },
      { ...DEFAULT_READER_LIMITS, ...options },
    )
    this.subtitles = new SubtitleSegments((attachment) => this.attachmentBytes(attachment))
    this.viewing = new Viewing(
      {
        ...ports,
        playable: (id) => this.videos.get(id),
        isCacheable,
        canKeep: (id) => readsWhole || (cacheBytes() > 0 && mayClaimCache(id)),
        isHeld: (slice) => this.slices.isHeld(slice),
        fetch: (slice, how) => this.slices.fetch(slice, how),
        groupOf: ({ packId, sha256 }) => (readsWhole ? packId : sha256),
        isStoreFar: readsWhole,
        cacheBytes,
      },
      { ...DEFAULT_VIEWING, ...options },
    )
    this.cache = new CacheControl(ports.cache, this.slices, this.viewing)
  }

  /** To be called for every event that tells of a change of this video, so that players see it at once. */
  changed(id: VideoId): void {
    this.videos.forget(id)
  }

  /** To be called when the video is gone: nothing of it stays. */
  async removed(id: VideoId): Promise<void> {
    this.changed(id)
    this.viewing.forget(id)
    await this.cache.clear(id)
  }

  /** A whole attachment, proved by its hash. Meant for small files: posters, subtitles. */
  async attachmentBytes({ slices, byteLength }: Attachment, signal?: AbortSignal): Promise<Uint8Array> {
    const bytes = new Uint8Array(byteLength)
    let at = 0
    for await (const chunk of this.slices.read(slices, { signal, alone: true })) {
      bytes.set(chunk, at)
      at += chunk.byteLength
    }
    return bytes
  }
}
