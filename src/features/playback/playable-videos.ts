import type { VideoId } from '#domain/ids.ts'
import { loadPlayableVideo, type PlayableVideo, type PlaybackCatalog } from './playable-video.ts'

export interface PlayableVideosPorts {
  readonly catalog: PlaybackCatalog
  readonly nowMs: () => number
}

/** Growing videos are looked at anew after this; players ask once per segment. */
const GROWING_MAX_AGE_MS = 300
/** After this we ask whether the video changed; changes in this process are told by `forget` at once. */
const ENDED_MAX_AGE_MS = 2000
/** About 50 MB of segments. */
const MAX_SEGMENTS_KEPT = 100_000

interface Entry {
  readonly video: PlayableVideo
  readonly segments: number
  readonly checkedAtMs: number
}

/** Playable videos kept in memory, so that a request for a segment does not ask the catalog. */
export class PlayableVideos {
  readonly #ports: PlayableVideosPorts
  /** The least recently used first. */
  readonly #entries = new Map<VideoId, Entry>()
  readonly #loading = new Map<VideoId, Promise<PlayableVideo>>()
  #segments = 0

  constructor(ports: PlayableVideosPorts) {
    this.#ports = ports
  }

  /** The video when it is at hand and fresh; asks nobody. */
  peek(id: VideoId): PlayableVideo | undefined {
    const entry = this.#entries.get(id)
    if (!entry || this.#ports.nowMs() - entry.checkedAtMs > maxAgeMs(entry.video)) return undefined
    return entry.video
  }

  /** As it was seen last, however long ago. */
  lastSeen(id: VideoId): PlayableVideo | undefined {
    return this.#entries.get(id)?.video
  }

  /** Rejects with VideoNotFoundError. */
  async get(id: VideoId): Promise<PlayableVideo> {
    const fresh = this.peek(id)
    if (fresh) return fresh
    const running = this.#loading.get(id)
    if (running) return running
    const askedAtMs = this.#ports.nowMs()
    const loading = this.#load(id)
    this.#loading.set(id, loading)
    // What was told to be forgotten meanwhile is old already.
    const isCurrent = () => this.#loading.get(id) === loading
    try {
      const video = await loading
      if (isCurrent()) this.#keep(id, video, askedAtMs)
      return video
    } catch (error) {
      if (isCurrent()) this.#drop(id)
      throw error
    } finally {
      if (isCurrent()) this.#loading.delete(id)
    }
  }

  /** Something about this video changed: the next look asks the catalog. */
  forget(id: VideoId): void {
    this.#loading.delete(id)
    this.#drop(id)
  }

  async #load(id: VideoId): Promise<PlayableVideo> {
    const known = this.#entries.get(id)
    if (known && (await this.#unchanged(known))) return known.video
    return await loadPlayableVideo(id, this.#ports.catalog)
  }

  async #unchanged({ video }: Entry): Promise<boolean> {
    if (!video.ended) return false
    const now = await this.#ports.catalog.video(video.video.id)
    return now.state === video.video.state && now.updatedAt.getTime() === video.video.updatedAt.getTime()
  }

  #keep(id: VideoId, video: PlayableVideo, checkedAtMs: number): void {
    this.#drop(id)
    const segments = video.tracks.reduce((sum, track) => sum + track.segments.length, 1)
    this.#entries.set(id, { video, segments, checkedAtMs })
    this.#segments += segments
    for (const oldest of this.#entries.keys()) {
      if (this.#segments <= MAX_SEGMENTS_KEPT || oldest === id) break
      this.#drop(oldest)
    }
  }

  #drop(id: VideoId): void {
    this.#segments -= this.#entries.get(id)?.segments ?? 0
    this.#entries.delete(id)
  }
}

function maxAgeMs({ ended }: PlayableVideo): number {
  return ended ? ENDED_MAX_AGE_MS : GROWING_MAX_AGE_MS
}
