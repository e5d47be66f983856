import type { VideoSource } from '#domain/catalog.ts'
import { InvalidInputError, NotFoundError, VideoNotFoundError } from '#domain/errors.ts'
import type { PackId, TrackId, VideoId } from '#domain/ids.ts'
import type { IngestPlan } from '#domain/ingest-plan.ts'
import type { Attachment, Pack, Segment, SegmentIndex, Slice, Track, Video } from '#domain/video.ts'

export interface CatalogWorld {
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly newId: () => string
}

/** A video and all that belongs to it. */
export interface ShelvedVideo {
  video: Video
  source: VideoSource | null
  plan: IngestPlan | null
  readonly tracks: Map<TrackId, ShelvedTrack>
  readonly packs: Map<PackId, Pack>
  readonly attachments: Map<string, Attachment>
}

export interface ShelvedTrack {
  track: Track
  readonly segments: Map<SegmentIndex, Segment>
}

/** What a memory catalog remembers. */
export class VideoShelf {
  readonly videos = new Map<VideoId, ShelvedVideo>()
  readonly world: CatalogWorld

  constructor(world: CatalogWorld) {
    this.world = world
  }

  /** Throws VideoNotFoundError, also for a video that is being deleted. */
  shown(id: VideoId): ShelvedVideo {
    const found = this.videos.get(id)
    if (!found || found.video.state === 'deleting') throw new VideoNotFoundError(`There is no video ${id}.`)
    return found
  }

  track(id: TrackId): ShelvedTrack | undefined {
    for (const { tracks } of this.videos.values()) {
      const found = tracks.get(id)
      if (found) return found
    }
    return undefined
  }

  /** The video that has this pack; throws NotFoundError. */
  ownerOf(id: PackId): { readonly packs: Map<PackId, Pack>; readonly pack: Pack } {
    for (const { packs } of this.videos.values()) {
      const pack = packs.get(id)
      if (pack) return { packs, pack }
    }
    throw new NotFoundError(`There is no pack ${id}.`)
  }
}

/** Throws InvalidInputError when a slice lies in none of the packs. */
export function requirePacks(slices: readonly Slice[], packs: ReadonlyMap<PackId, Pack>): void {
  for (const { packId } of slices)
    if (!packs.has(packId)) throw new InvalidInputError(`The video has no pack ${packId}.`)
}

/** Text in the order of its UTF-8 bytes. For `sort`. */
export function compareText(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}
