import type { VideoCatalog } from '#domain/catalog.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Slice, Video } from '#domain/video.ts'
import { nextSlices } from './next-slices.ts'
import type { PlayableVideo } from './playable-video.ts'
import { Popularity, type SmallText } from './popularity.ts'
import { Preloader } from './preloader.ts'
import type { SegmentName } from './segment-name.ts'
import { Sessions } from './sessions.ts'
import { warmBeginnings } from './warming.ts'

export interface ViewingPorts {
  readonly catalog: Pick<VideoCatalog, 'videos'>
  /** Monotonic. */
  readonly nowMs: () => number
  /** Wall clock. */
  readonly wallMs: () => number
  /** Remembers what is popular; without it that is forgotten with the process. */
  readonly popularity?: SmallText | undefined
  playable(id: VideoId): Promise<PlayableVideo>
  /** Whether a video of that size may push other things out of the cache. */
  isCacheable(video: Video): boolean
  /** Whether what is fetched ahead of a viewer of this video would still be there when it is asked for. */
  canKeep(id: VideoId): boolean
  isHeld(slice: Slice): boolean
  /** `alone`: without what lies around it. */
  fetch(slice: Slice, options: { readonly signal: AbortSignal; readonly alone: boolean }): Promise<void>
  /** What comes with one read. */
  groupOf(slice: Slice): string
  /** Nothing is gained by keeping beginnings warm when the store is as near as the cache. */
  readonly isStoreFar: boolean
  /** How many bytes the cache keeps. */
  cacheBytes(): number
}

export interface ViewingOptions {
  /** Segments of each track fetched ahead of each viewer; 0 = none. */
  readonly preloadSegments: number
  readonly maxConcurrentPreloads: number
  /** Segments kept warm at the beginning of a popular video; 0 = no warming at all. */
  readonly warmingSegments: number
  readonly sessionIdleTimeoutSec: number
}

export const DEFAULT_VIEWING: ViewingOptions = {
  preloadSegments: 0,
  maxConcurrentPreloads: 5,
  warmingSegments: 0,
  sessionIdleTimeoutSec: 600,
}

export interface ViewingFigures {
  /** Slices that were fetched ahead of viewers since the start, and packs or slices on their way now. */
  readonly preloads: number
  readonly preloadsRunning: number
  /** Slices that were fetched to keep beginnings warm. */
  readonly warmed: number
  readonly sessions: { readonly active: number; readonly started: number }
}

/** Beginnings that are kept warm take at most this share of the cache. */
const WARM_SHARE = 0.25

/** Who watches what, and what is fetched before it is asked for. */
export class Viewing {
  readonly #ports: ViewingPorts
  readonly #options: ViewingOptions
  readonly #sessions: Sessions
  readonly #preloader: Preloader
  readonly #popularity: Popularity
  readonly #closing = new AbortController()
  #warmed = 0
  #warming: Promise<void> | null = null

  constructor(ports: ViewingPorts, options: ViewingOptions) {
    this.#ports = ports
    this.#options = options
    this.#sessions = new Sessions({
      idleMs: options.sessionIdleTimeoutSec * 1000,
      nowMs: ports.nowMs,
      onEnd: (key) => this.#preloader.want(key, []),
    })
    this.#popularity = new Popularity(ports.wallMs)
    this.#preloader = new Preloader(
      {
        isHeld: (slice) => ports.isHeld(slice),
        fetch: (slice, signal) => ports.fetch(slice, { signal, alone: false }),
        groupOf: (slice) => ports.groupOf(slice),
      },
      options.maxConcurrentPreloads,
    )
  }

  /** Notes that this viewer asks for this segment, and begins to fetch what follows it. */
  saw(viewer: string, video: PlayableVideo, { trackName, index }: Pick<SegmentName, 'trackName' | 'index'>): void {
    const videoId = video.video.id
    const kind = trackName.startsWith('a') ? 'audio' : 'video'
    const position = index === 'init' ? -1 : index
    const seen = this.#sessions.see({ viewer, videoId, kind, trackName, index: position })
    if (seen.isNew) this.#popularity.viewed(videoId)
    if (!seen.hasMoved || this.#options.preloadSegments === 0 || !this.#ports.canKeep(videoId)) return
    this.#preloader.want(seen.key, nextSlices(video, seen.session, this.#options.preloadSegments))
  }

  /** Reads what an earlier run knew. */
  async start(): Promise<void> {
    if (this.#ports.popularity) await this.#popularity.load(this.#ports.popularity)
  }

  /** To be called now and then: ends idle sessions, saves what is popular, keeps beginnings warm. */
  async tidy(): Promise<void> {
    this.#sessions.endIdle()
    if (this.#ports.popularity) await this.#popularity.save(this.#ports.popularity)
    await this.#warm()
  }

  forget(id: VideoId): void {
    this.#popularity.forget(id)
  }

  figures(): ViewingFigures {
    return {
      preloads: this.#preloader.done,
      preloadsRunning: this.#preloader.running,
      warmed: this.#warmed,
      sessions: { active: this.#sessions.active, started: this.#sessions.started },
    }
  }

  /** Stops what is being fetched ahead, and saves. */
  async close(): Promise<void> {
    this.#closing.abort()
    this.#preloader.close()
    await this.#warming
    if (this.#ports.popularity) await this.#popularity.save(this.#ports.popularity)
  }

  async #warm(): Promise<void> {
    const { warmingSegments: segments } = this.#options
    if (segments === 0 || !this.#ports.isStoreFar || this.#closing.signal.aborted) return
    this.#warming ??= this.#warmNow(segments).finally(() => {
      this.#warming = null
    })
    await this.#warming
  }

  async #warmNow(segments: number): Promise<void> {
    const ports = {
      ...this.#ports,
      scoreOf: (id: VideoId) => this.#popularity.scoreOf(id),
      fetch: (slice: Slice, signal: AbortSignal) => this.#ports.fetch(slice, { signal, alone: true }),
    }
    const limits = { segments, maxBytes: this.#ports.cacheBytes() * WARM_SHARE }
    this.#warmed += await warmBeginnings(ports, limits, this.#closing.signal).catch(() => 0)
  }
}
