import type { SourceSidecar } from './catalog.ts'
import type { DownloadChoice, DownloadIdentity, LinkInfo } from './download.ts'

/** Knows what stands on web pages (yt-dlp). */
export interface PageTool {
  describe(): PageToolStatus
  /**
   * Looks, downloads nothing. Rejects with ToolMissingError (not there, or too old to be trusted), AddressRefusedError,
   * PageRefusedError (login, DRM, gone, region, "not a bot", no video there), RemoteUnreachableError.
   */
  look(url: string, options: PageOptions): Promise<LinkInfo>
  /** Downloads one video into `folder`, which is empty or holds what an earlier attempt left; resolves with its path. Rejects like `look`. */
  download(url: string, options: PageOptions & PageDownload): Promise<PageFile>
}

export interface PageToolStatus {
  readonly version: string | null
  /** What is wrong with it, and what mends it; null when nothing is. */
  readonly problem: { readonly message: string; readonly fix: string } | null
}

export interface PageOptions {
  readonly identity: DownloadIdentity
  readonly signal: AbortSignal
}

export interface PageDownload {
  readonly choice: DownloadChoice
  readonly folder: string
  readonly maxBytes: number
  report(progress: {
    readonly bytes: number
    readonly totalBytes: number | null
    readonly bytesPerSec: number
    readonly secondsLeft: number | null
  }): void
  /** What the tool says, a line each, for the job's log. */
  log(line: string): void
}

export interface PageFile {
  readonly path: string
  readonly byteLength: number
  readonly title: string
  /** Subtitle files beside it, of kinds that we know by their names; whether they can be read, nobody has looked. */
  readonly subtitles: readonly SourceSidecar[]
  /** Subtitles that were wished and are not there, for people. */
  readonly leftOut: readonly string[]
}
