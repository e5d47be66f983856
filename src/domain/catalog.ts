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

/**
 * The memory of the product: which videos exist, and where every byte lies. A method that writes is one transaction:
 * when it rejects, nothing has changed; when it has resolved, a power cut loses nothing. Lists of what is not there are
 * empty. A video that is being deleted is not found by what shows or adds (`video`, `record`, `updateVideo`, `savePlan`,
 * `publish`, `addTracks`, `addEntries` reject with VideoNotFoundError); its source, tracks, packs, segments and attachments
 * can be read, and its packs be marked stored, so that the deletion finds every blob.
 */
export interface Catalog extends VideoCatalog, PackCatalog {}

export interface VideoCatalog {
  /** Adds a queued video. Adding the same id again changes nothing. */
  addVideo(video: NewVideo): Promise<void>
  /** Rejects with VideoNotFoundError, also for a video that is being deleted. */
  video(id: VideoId): Promise<Video>
  /** One page, and the number of videos on all pages. */
  videos(query?: VideoQuery): Promise<{ readonly videos: readonly Video[]; readonly total: number }>
  /** Sets what is given, and `updatedAt`. Rejects with VideoNotFoundError: nothing comes back from `deleting`. */
  updateVideo(id: VideoId, change: VideoChange): Promise<void>
  /**
   * The file that a video is made from: until it is ready, and after that where it is the user's own, who may have moved
   * or changed it since. Null once it was let go, and for a video that is not there.
   */
  source(id: VideoId): Promise<VideoSource | null>
  /** Rejects with VideoNotFoundError. */
  setSource(id: VideoId, source: VideoSource | null): Promise<void>
  /** Null before it was saved. Of a restored video only what playing needs: see `planOfRecord`. */
  plan(id: VideoId): Promise<IngestPlan | null>
  /** Replaces an older plan. */
  savePlan(id: VideoId, plan: IngestPlan): Promise<void>
  /** Makes the video ready, without failure: its playlists are VOD from now on. Idempotent. */
  publish(id: VideoId, result: { readonly durationSec: number; readonly statistics: IngestStatistics }): Promise<void>
  /** Removes the video and all that belongs to it. Removing what is not there is not an error. */
  removeVideo(id: VideoId): Promise<void>
  /**
   * Adds a whole video as a rebuild found it, without source; replaces a video of the same id. Rejects with
   * InvalidInputError when something lies in a pack, or belongs to a track, that the record does not name.
   */
  restoreVideo(record: VideoRecord): Promise<void>
  /** Everything that is known about a video at one moment; what `restoreVideo` takes. Rejects with VideoNotFoundError. */
  record(id: VideoId): Promise<VideoRecord>
  stats(): Promise<CatalogStats>

  /** Adding a track by a name the video already has replaces it; its segments stay. */
  addTracks(id: VideoId, tracks: readonly Track[]): Promise<void>
  /** In order: video, audio, subtitles, each by number. */
  tracks(id: VideoId): Promise<readonly Track[]>
  /** Sets what is given. Rejects with TrackNotFoundError. */
  updateTrack(
    id: TrackId,
    change: Partial<
      Pick<Track, 'bandwidth' | 'averageBandwidth' | 'language' | 'title' | 'isDefault' | 'forced' | 'hearingImpaired'>
    >,
  ): Promise<void>
  /** Removes the track and its segments, not its attachments. Removing what is not there is not an error. */
  removeTrack(id: TrackId): Promise<void>
}

export interface PackCatalog {
  /** By position. */
  packs(id: VideoId): Promise<readonly Pack[]>
  /** Rejects with NotFoundError, as does `markStored`. */
  pack(id: PackId): Promise<Pack>
  /** For a pack that is new; no pack ever had it, also none that was dropped. Nothing is recorded before `addEntries`. */
  newPackId(): PackId
  /** `sealed` -> `stored`, all or none. Idempotent. Rejects with ConflictError when one is not sealed, or stored elsewhere. */
  markStored(packs: readonly { readonly id: PackId; readonly ref: BlobRef }[]): Promise<void>
  /**
   * A stored pack was written anew: it lies at `now` instead of `was`. What lay in it lies at the same places in the new
   * one, but for the attachments given, which replace those of their names, and those named in `without`, which are
   * forgotten. Sets `updatedAt` of the video. Rejects with NotFoundError, and with ConflictError when it does not lie at
   * `was`, or has other bytes than those.
   */
  replacePack(
    id: PackId,
    was: Pick<Pack, 'ref' | 'digest'>,
    now: PackPlace,
    changes?: { readonly attachments?: readonly Attachment[]; readonly without?: readonly string[] },
  ): Promise<void>
  /** Forgets packs of this video from `position` on, with every segment and attachment that touches them. Idempotent. */
  dropPacksFrom(id: VideoId, position: number): Promise<void>

  /**
   * Records finished segments and attachments; they are playable from now on. Adding the same (track, index) or
   * (video, name) again replaces it; within one call the last wins. `byteLength` of the packs they touch grows to cover
   * them. `packs` come first: those that are not known are added. All or nothing; rejects with TrackNotFoundError, with
   * InvalidInputError for a slice in no pack of the video, and with ConflictError when another pack stands at the position
   * of a new one, or other bytes are stored than are said to be sealed.
   */
  addEntries(
    id: VideoId,
    entries: {
      readonly packs?: readonly PackStep[]
      readonly segments?: readonly Segment[]
      readonly attachments?: readonly Attachment[]
    },
  ): Promise<void>
  /** By index, init first. */
  segments(id: TrackId): Promise<readonly Segment[]>
  /** Rejects with SegmentNotFoundError. */
  segment(id: TrackId, index: SegmentIndex): Promise<Segment>
  /** By name. */
  attachments(id: VideoId): Promise<readonly Attachment[]>
  /** Removing what is not there is not an error. */
  removeAttachment(id: VideoId, name: string): Promise<void>
}

/** A pack that is new, sealed, or both; one that is not sealed yet is `filling`. */
export interface PackStep {
  readonly id: PackId
  readonly position: number
  readonly sealed?: { readonly byteLength: number; readonly digest: string }
}

/** Where a stored pack lies, and what. */
export interface PackPlace {
  readonly ref: BlobRef
  readonly byteLength: number
  readonly digest: string
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
  /** Subtitle files that came with it: the ingest makes tracks of them, and they go when it goes. */
  readonly sidecars?: readonly SourceSidecar[]
  /** What the notes of the video are to say of where it came from. */
  readonly notes?: readonly string[]
}

/** Nobody has looked into it yet. */
export interface SourceSidecar {
  readonly path: string
  /** BCP 47, `und` when unknown. */
  readonly language: string
  /** As people call it. */
  readonly title: string | null
  readonly forced: boolean
  readonly hearingImpaired: boolean
}

export interface VideoQuery {
  /** Part of the title or of the file name, any case (see `textKey`). */
  readonly text?: string
  /** All but `deleting` by default. */
  readonly states?: readonly VideoState[]
  /** Equals are ordered by id; a duration that is not known counts as the shortest. `created` by default. */
  readonly sort?: 'created' | 'title' | 'duration' | 'size'
  /** True by default for `created`, false for the others. */
  readonly descending?: boolean
  /** No limit by default. */
  readonly limit?: number
  readonly offset?: number
}

export interface VideoChange {
  readonly title?: string
  readonly state?: VideoState
  readonly failure?: VideoFailure | null
  /** Of a source whose length was not known when it was added. */
  readonly byteLength?: number
  readonly durationSec?: number
  readonly container?: string
  readonly chapters?: Video['chapters']
  readonly notes?: readonly string[]
}

export interface VideoRecord {
  readonly video: Video
  /** 0 when the video has no plan yet. */
  readonly targetDurationSec: number
  readonly packaging: IngestPlan['packaging']
  readonly tracks: readonly Track[]
  readonly packs: readonly Pack[]
  readonly segments: readonly Segment[]
  readonly attachments: readonly Attachment[]
}

export interface CatalogStats {
  /** Without those that are being deleted. */
  readonly videos: number
  readonly byState: Readonly<Record<VideoState, number>>
  readonly tracks: number
  readonly segments: number
  readonly packs: number
  /** Tracks of that kind. */
  readonly subtitles: number
  /** Bytes of all stored packs. */
  readonly storedBytes: number
  /** Of the videos that count. */
  readonly durationSec: number
}
