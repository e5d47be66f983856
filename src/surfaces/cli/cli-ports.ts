import type { BlobStore } from '#domain/blob-store.ts'
import type { Catalog } from '#domain/catalog.ts'
import type { Events } from '#domain/events.ts'
import type { Sha256 } from '#domain/hashing.ts'
import type { VideoId } from '#domain/ids.ts'
import type { Job, JobQueue } from '#domain/job-queue.ts'
import type { SourceFiles } from '#domain/source-files.ts'
import type { WorkArea } from '#domain/work-area.ts'
import type { Terminal } from './terminal.ts'

/** What the command line asks of the program; `app/` answers. */
export interface CliPorts {
  readonly version: string
  readonly signal: AbortSignal
  createTerminal(options: TerminalWishes): Terminal
  /** Every setting, in the order of the documentation. */
  settings(): readonly SettingLine[]
  /** Opens the library of this data folder; rejects when a setting is wrong. */
  openLibrary(): Promise<CliLibrary>
  /** Runs the server until the signal aborts. */
  serve(terminal: Terminal): Promise<void>
  doctor(): Promise<readonly DoctorCheck[]>
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

export interface CliLibrary extends AsyncDisposable {
  readonly catalog: Catalog
  readonly jobs: JobQueue
  readonly blobs: BlobStore
  readonly work: WorkArea
  readonly sources: SourceFiles
  readonly events: Events
  readonly sha256: Sha256
  linksOf(id: VideoId): CliLinks
  /** Registers the file with the running server, or here; resolves with the id at once. */
  register(file: { readonly path: string; readonly title?: string }): Promise<VideoId>
  /** Runs or follows the newest job of the video until it has ended. */
  follow(id: VideoId, name: Job['name'], onProgress: (job: Job) => void, signal: AbortSignal): Promise<Job>
  /** Removes cache entries, stale uploads and work files older than this; says what was freed. */
  cleanup(options: { readonly olderThanHours: number; readonly dryRun: boolean }): Promise<readonly FreedFile[]>
  writeExport(folder: string, files: readonly ExportFile[]): Promise<readonly string[]>
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
