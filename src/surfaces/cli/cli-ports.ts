import type { BlobStore } from '#domain/blob-store.ts'
import type { Catalog } from '#domain/catalog.ts'
import type { CatalogSnapshot } from '#domain/catalog-snapshots.ts'
import type { DownloadIdentity, DownloadRequest, DownloadResult, LinkInfo } from '#domain/download.ts'
import type { ProductError } from '#domain/errors.ts'
import type { Events } from '#domain/events.ts'
import type { Sha256 } from '#domain/hashing.ts'
import type { JobId, VideoId } from '#domain/ids.ts'
import type { JobLogLine } from '#domain/job-logs.ts'
import type { Job, JobProgress, JobQueue } from '#domain/job-queue.ts'
import type { SourceFiles } from '#domain/source-files.ts'
import type { WorkArea } from '#domain/work-area.ts'
import type { MendPorts } from '#features/library/mend-pack.ts'
import type { Terminal } from './terminal.ts'

/** What the command line asks of the program; `app/` answers. */
export interface CliPorts {
  readonly version: string
  readonly signal: AbortSignal
  /** Why what was printed did not get where it should, once all has gone out; null when it did. */
  outputFault(): Promise<ProductError | null>
  createTerminal(options: TerminalWishes): Terminal
  /** Every setting, in the order of the documentation. */
  settings(): readonly SettingLine[]
  /** What is worth a word though no setting is wrong by itself: names that are none, what has no effect. */
  remarks(): readonly string[]
  /** What stands at an address; downloads nothing. Rejects like the downloads. */
  lookAt(url: string, identity: DownloadIdentity): Promise<LinkInfo>
  /**
   * Downloads to a file; opens no library. What an earlier run left beside it is gone on with. A request that is a list
   * (`choice.entries`, or a page that is one) resolves at once with `entries`, which are to be asked for one by one.
   */
  downloadToFile(request: DownloadRequest, options: FileDownload): Promise<DownloadResult>
  /** Opens the library of this data folder; rejects when a setting is wrong. */
  openLibrary(): Promise<CliLibrary>
  /** The same for a rebuild: with a recovery key the data folder may be empty. */
  openForRebuild(recoveryKey: string | undefined): Promise<RebuildLibrary>
  /** Runs the server until the signal aborts. */
  serve(terminal: Terminal): Promise<void>
  doctor(): Promise<DoctorReport>
  /** Measures what the documents of Telegram leave open, with the owner's bots. */
  measureLive(): AsyncIterable<DoctorCheck>
  /** Writes, reads and deletes with each bot. */
  testBots(): AsyncIterable<BotTest>
  /** The key that a rebuild from the store alone needs, as people write it down; null where nothing is sealed. */
  recoveryKey(): Promise<string | null>
}

export interface FileDownload {
  /** Absolute. Ends with a separator when it is a folder: then the file is named after what stands at the address. */
  readonly output: string
  /** The most at once; null: as many as help. */
  readonly connections: number | null
  onProgress(progress: JobProgress): void
  onLog(line: JobLogLine): void
  /** Rejects with its reason; what is there stays, and the same request goes on with it. */
  readonly signal: AbortSignal
  /**
   * A stream ends well with what is there; anything else does not care. Aborted from the start: what an earlier run recorded
   * is all that is wanted, and where there is nothing it rejects with NotFoundError.
   */
  readonly finishing: AbortSignal
}

export interface BotTest {
  /** The setting its token came from. */
  readonly setting: string
  readonly username: string | null
  readonly steps: readonly { readonly name: string; readonly ok: boolean; readonly elapsedMs: number }[]
  /** What is wrong; null when every step passed. */
  readonly fault: { readonly message: string; readonly fix: string } | null
}

export interface TerminalWishes {
  readonly json: boolean
  readonly quiet: boolean
  readonly debug: boolean
  readonly color: 'auto' | 'always' | 'never'
  readonly input: boolean
}

export interface SettingLine {
  readonly name: string
  readonly value: string
  readonly origin: string
  readonly problem?: string
  readonly fix?: string
}

export interface DoctorCheck {
  readonly name: string
  readonly state: 'good' | 'warning' | 'bad'
  readonly detail: string
  readonly fix?: string
}

/** Whatever opens a library may have made its key. */
export interface MayBeNew {
  /** Set when this process made it: it must be shown once. */
  readonly newRecoveryKey: string | null
}

export interface DoctorReport extends MayBeNew {
  readonly checks: readonly DoctorCheck[]
}

export interface CliLibrary extends MayBeNew, AsyncDisposable {
  readonly catalog: Catalog
  readonly jobs: JobQueue
  readonly blobs: BlobStore
  readonly work: WorkArea
  readonly sources: SourceFiles
  readonly events: Events
  readonly sha256: Sha256
  /** What mending needs. After a dry run the store is left alone when the library is closed. */
  mendPorts(how: { readonly dryRun: boolean }): MendPorts
  linksOf(id: VideoId): CliLinks
  /** Registers the file with the running server, or here; resolves with the id at once. */
  /** What an earlier command began with this file and did not finish goes on as the same video. */
  register(file: { readonly path: string; readonly title?: string }): Promise<VideoId>
  /** Runs or follows the newest job of the video until it has ended. */
  follow(id: VideoId, name: Job['name'], onProgress: (job: Job) => void, signal: AbortSignal): Promise<Job>
  /** Puts it into the queue; the same request that waits, is paused or has failed goes on instead. Resolves at once. */
  download(request: DownloadRequest): Promise<JobId>
  /** Ends what was ordered so with what is recorded of it, and asks nobody for more. Rejects where there is nothing. */
  finishDownload(request: DownloadRequest): Promise<JobId>
  /** Runs or follows this job until it has ended, and all that it needs to be made meanwhile. */
  followJob(id: JobId, onProgress: (job: Job) => void, signal: AbortSignal): Promise<Job>
  /** Removes cache entries, stale uploads and work files older than this; says what was freed. */
  cleanup(options: { readonly olderThanHours: number; readonly dryRun: boolean }): Promise<readonly FreedFile[]>
  writeExport(folder: string, files: readonly ExportFile[]): Promise<readonly string[]>
}

export interface RebuildLibrary extends MayBeNew, AsyncDisposable {
  readonly catalog: Catalog
  readonly blobs: BlobStore
  readonly sha256: Sha256
  /** Learns from the store which blobs there are, where that is not plain to see; resolves with a snapshot if one was kept. */
  findBlobs(onProgress: (words: string) => void): Promise<CatalogSnapshot | null>
}

export interface CliLinks {
  readonly local: string
  readonly public: string | null
}

export interface FreedFile {
  readonly path: string
  readonly byteLength: number
  readonly reason: string
}

export interface ExportFile {
  /** With `/`; safe on every system. */
  readonly path: string
  readonly content: string | Uint8Array
}
