import type { DownloadRequest, LinkKind } from '#domain/download.ts'
import type { ProductError } from '#domain/errors.ts'
import type { Governor } from '#domain/governor.ts'
import type { JobId, VideoId } from '#domain/ids.ts'
import type { JobLogLine } from '#domain/job-logs.ts'
import type { JobProgress } from '#domain/job-queue.ts'
import type { PartFiles } from '#domain/part-file.ts'
import type { PageFile, PageTool } from '#domain/page-tool.ts'
import type { FollowedRecording, RecordedRendition, Recordings } from '#domain/recording.ts'
import type { ResultFiles } from '#domain/result-file.ts'
import type { Web } from '#domain/web.ts'
import type { FetchPorts } from './fetch/fetch-ports.ts'

export interface DownloadPorts extends Pick<FetchPorts, 'newDecipher' | 'newInflater'> {
  readonly web: Web
  readonly governor: Governor
  readonly pages: PageTool
  readonly recordings: Recordings
  readonly results: ResultFiles
  readonly parts: PartFiles
  /** Null where there is no library: then everything becomes a file. */
  readonly library: DownloadLibrary | null
  /** Writes a recording that has ended, or will end, into one file, nothing encoded; says what was left out. */
  repack(
    recording: FollowedRecording,
    container: 'mp4' | 'mkv',
    path: string,
    signal: AbortSignal,
  ): Promise<readonly string[]>
  /** Writes the subtitles of a recording that has ended as WebVTT files; resolves with those that show something. */
  writeTexts(
    recording: FollowedRecording,
    pathOf: (rendition: RecordedRendition) => string,
    signal: AbortSignal,
  ): Promise<readonly RecordedRendition[]>
  /** Downloads of their own for what a page lists. */
  order(requests: readonly DownloadRequest[]): Promise<void>
}

/** Where finished and growing sources become videos; the same download always fills the same video. */
export interface DownloadLibrary {
  /** A recording that grows becomes a video that can be watched while it does. */
  adoptRecording(source: {
    readonly downloadId: JobId
    readonly path: string
    readonly title: string
  }): Promise<VideoId>
  /** Why the video takes nothing more of its recording; null while it may. */
  refusal(videoId: VideoId): Promise<ProductError | null>
  /** The recording has ended; what was downloaded had so many bytes. */
  recorded(videoId: VideoId, byteLength: number): Promise<void>
  /** A finished file, which is the library's from now on. */
  adoptFile(source: {
    readonly downloadId: JobId
    readonly path: string
    readonly title: string
    readonly subtitles?: PageFile['subtitles']
    /** What the notes of the video are to say. */
    readonly notes?: readonly string[]
  }): Promise<VideoId>
  /**
   * The video of this download when the library has all that it needs already: a crash came between the end of the work and
   * its entry.
   */
  completed(downloadId: JobId): Promise<CompletedDownload | null>
}

export interface CompletedDownload {
  readonly kind: LinkKind
  readonly videoId: VideoId
  readonly title: string
  readonly byteLength: number
  readonly notes: readonly string[]
}

/** One download, as somebody asked for it and as it is run now. */
export interface DownloadTask {
  readonly id: JobId
  readonly request: DownloadRequest
  /** So many connections and no more; adapts by itself when missing. */
  readonly connections?: number
  readonly signal: AbortSignal
  /** A recording ends well with what is there; anything else does not care. */
  readonly finishing: AbortSignal
  report(progress: JobProgress): void
  log(line: JobLogLine): void
  /** Absolute path of the file that is to be: named after what stands at the address, or as somebody wished. */
  resultPath(title: string, extension: string): string
  /** An empty folder for whoever writes files of its own. */
  scratchFolder(): Promise<string>
}
