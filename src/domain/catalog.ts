import type { BlobRef } from './blob-store.ts'
import type { PackId, TrackId, VideoId } from './ids.ts'
import type { IngestPlan } from './ingest-plan.ts'
import type {
  Attachment,
  IngestStatistics,
  Pack,
  Segment,
  SegmentIndex,
  Track,
  Video,
  VideoFailure,
  VideoState,
} from './video.ts'

/** The memory of the product: which videos exist, and where every byte lies. Each method is one transaction. */
export interface Catalog extends VideoCatalog, PackCatalog {}

export interface VideoCatalog {
  /** Adds a queued video. Adding the same id again changes nothing. */
  addVideo(video: NewVideo): Promise<void>
  /** Rejects with VideoNotFoundError, also for a video that is being deleted. */
  video(id: VideoId): Promise<Video>
  videos(query?: VideoQuery): Promise<{ readonly videos: readonly Video[]; readonly total: number }>
  /** Sets what is given, and `updatedAt`. Rejects with VideoNotFoundError. */
  updateVideo(id: VideoId, change: VideoChange): Promise<void>
  /** The source file of a video that is not yet ready; null once it was let go. */
  source(id: VideoId): Promise<VideoSource | null>
  setSource(id: VideoId, source: VideoSource | null): Promise<void>
  plan(id: VideoId): Promise<IngestPlan | null>
  savePlan(id: VideoId, plan: IngestPlan): Promise<void>
  /** Makes the video ready: its playlists are VOD from now on. Idempotent. */
  publish(id: VideoId, result: { readonly durationSec: number; readonly statistics: IngestStatistics }): Promise<void>
  /** Removes the video and all that belongs to it. Removing what is not there is not an error. */
  removeVideo(id: VideoId): Promise<void>
  /** Adds a whole video as a rebuild found it; replaces a video of the same id. */
  restoreVideo(record: VideoRecord): Promise<void>
  /** Everything that is known about a video; what `restoreVideo` takes. */
  record(id: VideoId): Promise<VideoRecord>
  stats(): Promise<CatalogStats>

  /** Adding tracks by a name the video already has replaces them. */
  addTracks(id: VideoId, tracks: readonly Track[]): Promise<void>
  /** In order: video, audio, subtitles, each by number. */
  tracks(id: VideoId): Promise<readonly Track[]>
  updateTrack(
    id: TrackId,
    change: Partial<
      Pick<Track, 'bandwidth' | 'averageBandwidth' | 'language' | 'title' | 'isDefault' | 'forced' | 'hearingImpaired'>
    >,
  ): Promise<void>
  removeTrack(id: TrackId): Promise<void>
}

export interface PackCatalog {
  /** By position. */
  packs(id: VideoId): Promise<readonly Pack[]>
  pack(id: PackId): Promise<Pack>
  /** Adds a pack in the state `filling`, or returns the one that stands at this position. */
  addPack(id: VideoId, position: number): Promise<Pack>
  /** `filling` -> `sealed`. */
  sealPack(id: PackId, sealed: { readonly byteLength: number; readonly digest: string }): Promise<void>
  /** `sealed` -> `stored`. Idempotent. */
  markStored(id: PackId, ref: BlobRef): Promise<void>
  /** Forgets packs of this video from `position` on, with every segment and attachment that touches them. */
  dropPacksFrom(id: VideoId, position: number): Promise<void>

  /**
   * Records finished segments and attachments; they are playable from now on. Adding the same (track, index) or
   * (video, name) again replaces it. `byteLength` of the packs they touch grows to cover them.
   */
  addEntries(
    id: VideoId,
    entries: { readonly segments?: readonly Segment[]; readonly attachments?: readonly Attachment[] },
  ): Promise<void>
  /** By index, init first. */
  segments(id: TrackId): Promise<readonly Segment[]>
  /** Rejects with SegmentNotFoundError. */
  segment(id: TrackId, index: SegmentIndex): Promise<Segment>
  attachments(id: VideoId): Promise<readonly Attachment[]>
  removeAttachment(id: VideoId, name: string): Promise<void>
}

export interface NewVideo {
  readonly id: VideoId
  readonly title: string
  readonly originalFilename: string
  readonly byteLength: number
  readonly source: VideoSource
  readonly createdAt: Date
}

export interface VideoSource {
  readonly path: string
  /** Ours to delete after the ingest (an upload), or the user's own file that we must not touch. */
  readonly owned: boolean
}

export interface VideoQuery {
  /** Part of the title or of the file name, any case. */
  readonly text?: string
  readonly states?: readonly VideoState[]
  readonly sort?: 'created' | 'title' | 'duration' | 'size'
  readonly descending?: boolean
  readonly limit?: number
  readonly offset?: number
}

export interface VideoChange {
  readonly title?: string
  readonly state?: VideoState
  readonly failure?: VideoFailure | null
  readonly durationSec?: number
  readonly container?: string
  readonly chapters?: Video['chapters']
  readonly notes?: readonly string[]
}

export interface VideoRecord {
  readonly video: Video
  readonly targetDurationSec: number
  readonly packaging: IngestPlan['packaging']
  readonly tracks: readonly Track[]
  readonly packs: readonly Pack[]
  readonly segments: readonly Segment[]
  readonly attachments: readonly Attachment[]
}

export interface CatalogStats {
  readonly videos: number
  readonly byState: Readonly<Record<VideoState, number>>
  readonly tracks: number
  readonly segments: number
  readonly packs: number
  readonly subtitles: number
  /** Bytes of all stored packs. */
  readonly storedBytes: number
  readonly durationSec: number
}
