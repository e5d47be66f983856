import type { Catalog } from '#domain/catalog.ts'
import type { CookieFileGlance } from '#domain/cookie-files.ts'
import type { DownloadIdentity, DownloadRequest, LinkInfo } from '#domain/download.ts'
import type { Events, ProductEvent } from '#domain/events.ts'
import type { GovernorFigures } from '#domain/governor.ts'
import type { JobId, VideoId } from '#domain/ids.ts'
import type { NumberedLogLine } from '#domain/job-logs.ts'
import type { Job, JobQueue } from '#domain/job-queue.ts'
import type { CacheControl } from '#features/playback/cache-control.ts'
import type { Playback } from '#features/playback/playback.ts'
import type { Debug } from './contract/debug.ts'
import type { DownloadFigures } from './contract/download.ts'
import type { Status } from './contract/status.ts'

/** What the HTTP surface asks of the rest of the product. */
export interface HttpPorts {
  readonly catalog: Pick<Catalog, 'video' | 'videos' | 'tracks' | 'attachments' | 'stats'>
  readonly jobs: Pick<JobQueue, 'job' | 'list' | 'cancel' | 'pause' | 'setPriority' | 'retry'>
  readonly library: LibraryActions
  /** Missing where nothing can be downloaded; then there are no routes for it. */
  readonly downloads?: DownloadActions
  readonly playback: Playback
  readonly cache: Pick<CacheControl, 'stats' | 'clear'>
  readonly events: Events & EventSource
  /** What the rest of the program knows about itself. */
  readonly hostStatus: () => Promise<HostStatus>
  readonly storeCalls: StoreCalls
  readonly diagnostics: Diagnostics
}

/** What a report of a fault needs beyond the status. */
export interface Diagnostics {
  /** Secrets masked. */
  settings(): readonly {
    readonly name: string
    readonly value: string
    readonly origin: string
    readonly problem?: string
  }[]
  /** The newest warnings and errors, oldest first. */
  notes(): readonly Debug['notes'][number][]
  /** Blacks out every secret that it knows. */
  readonly redact: (text: string) => string
}

/** What was asked of the store since the start. */
export interface StoreCalls {
  /** Per call (`put`, `get`, `delete`) and outcome (`ok`, or a word for why not); both are few. */
  figures(): readonly {
    readonly call: string
    readonly outcome: string
    readonly count: number
    readonly bytes: number
  }[]
  inFlight(): ReadonlyMap<string, number>
}

export interface EventSource {
  /** Calls the listener for every event from now on; the function that comes back ends it. */
  subscribe(listener: (event: ProductEvent) => void): () => void
}

export type HostStatus = Pick<Status, 'store' | 'ffmpeg' | 'sandbox' | 'hardwareEncoder' | 'problems'>

/** What people can do with videos; each rejects with a ProductError. */
export interface LibraryActions {
  /** Makes a queued video of a file; the same `uploadId` again gives the same video. */
  register(source: VideoSourceFile): Promise<{ readonly videoId: VideoId }>
  rename(id: VideoId, title: string): Promise<void>
  remove(id: VideoId): Promise<void>
  retry(id: VideoId): Promise<void>
  addSubtitle(id: VideoId, file: SubtitleUpload): Promise<{ readonly trackName: string }>
  removeSubtitle(id: VideoId, trackName: string): Promise<void>
  addDemo(): Promise<{ readonly videoId: VideoId }>
}

/** What people can do with addresses; each rejects with a ProductError. */
export interface DownloadActions {
  info(question: { readonly url: string; readonly identity: DownloadIdentity }, signal: AbortSignal): Promise<LinkInfo>
  /** Rejects for what can never work, where that is known without asking anybody. */
  start(request: DownloadRequest, options: { readonly priority: number }): Promise<Pick<Job, 'id'>>
  /** Ends it with what there is, whether it runs or not. Rejects with ConflictError where nothing is there that is of use. */
  finish(id: JobId): Promise<void>
  /**
   * Lets it go on with what is recorded; one that ended with gaps asks for them again. Rejects with ConflictError where that
   * changes nothing.
   */
  retry(id: JobId, wish: { readonly allowGaps?: boolean }): Promise<void>
  /** As `JobLogs.read`. */
  log(id: JobId, after: number): Promise<readonly NumberedLogLine[]>
  /** Forgets a download that has ended, with its log and the files that belong to it. Rejects as `JobQueue.remove`. */
  remove(id: JobId): Promise<void>
  /** All that the owner put into the data folder. */
  cookieFiles(): Promise<readonly CookieFileGlance[]>
  /** Cheap. */
  figures(): DownloadFiguresNow
}

export type DownloadFiguresNow = Omit<DownloadFigures, 'governor'> & { readonly governor: GovernorFigures }

export interface VideoSourceFile {
  readonly path: string
  /** The product deletes the file when the ingest is done. */
  readonly owned: boolean
  readonly title?: string
  readonly originalFilename: string
  readonly uploadId?: string
}

export interface SubtitleUpload {
  readonly name: string
  readonly bytes: Uint8Array
  readonly language?: string
  readonly title?: string
  readonly isDefault?: boolean
  readonly forced?: boolean
  readonly hearingImpaired?: boolean
}
