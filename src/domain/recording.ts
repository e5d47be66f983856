/**
 * An HLS stream on its way to us: what the downloads write and what ingest and file writers follow while it grows. It lies in
 * a folder of its own and survives crashes: what a line of its journal says is there, is there.
 */
export interface Recordings {
  /**
   * Opens the recording of this download, or begins one. What a crash left half done is taken back first. `gapsAgain`: of a
   * stream that is not live the gaps are taken back too, and the end of one that was ended early; their places are empty
   * again. Not for recordings that somebody has made more of than a file.
   */
  open(downloadId: string, options?: { readonly gapsAgain?: boolean }): Promise<Recording>
  /** What there is, for those who only ask; null when nothing was begun. Harms no writer. */
  peek(downloadId: string): Promise<RecordingGlance | null>
  /** Follows one that another part of the program writes; rejects with NotFoundError. The path is what `Recording.path` said. */
  follow(path: string): Promise<FollowedRecording>
  /** Removing what is not there is not an error. */
  remove(downloadId: string): Promise<void>
}

export interface RecordingGlance {
  readonly head: RecordingHead
  /** Something of `main` is there: it may be ended with that. */
  readonly hasMedia: boolean
}

/** The writing side: one process at a time. */
export interface Recording extends AsyncDisposable {
  readonly path: string
  /** Null before `begin`. */
  readonly head: RecordingHead | null
  /** What is there, by rendition, in order; what `append` adds comes to it. */
  readonly segments: ReadonlyMap<string, readonly RecordedSegment[]>
  readonly end: RecordingEnd | null
  begin(head: RecordingHead): Promise<void>
  /**
   * A new file for bytes that come: nothing of it counts before `commit`, which resolves when the bytes and the journal line
   * are safe. Several may be open at once. Disposing without commit leaves nothing.
   */
  createFile(): Promise<RecordingFile>
  /** Init sections are written once and named by `key` (address and range). Null when it is not there yet. */
  initFile(key: string): string | null
  /** Nothing more will come, or it did not work; `resume` takes that back. */
  finish(end: RecordingEnd): Promise<void>
  resume(): Promise<void>
}

export interface RecordingFile extends AsyncDisposable {
  /** Resolves when another chunk may come; the chunk is no longer needed then. */
  write(chunk: Uint8Array): Promise<void>
  readonly byteLength: number
  commit(what: NewSegment | NewInit): Promise<void>
}

export interface NewInit {
  readonly kind: 'init'
  readonly key: string
}

export interface NewSegment extends Omit<RecordedSegment, 'file' | 'byteLength' | 'sha256'> {
  readonly kind: 'segment'
}

export interface RecordingHead {
  readonly title: string
  /** Of the media playlist that was chosen, after redirects. */
  readonly url: string
  readonly live: boolean
  readonly renditions: readonly RecordedRendition[]
  /** The longest segment as the playlists say, whole seconds. */
  readonly targetDurationSec: number
  /** Sum of all segments when it is known from the start. */
  readonly durationSec: number | null
}

export interface RecordedRendition {
  /** `main` is the variant itself (video, or all that is muxed, or sound alone); then `a0`, `a1` … and `s0`, `s1` …. */
  readonly id: string
  readonly kind: 'main' | 'audio' | 'subtitles'
  readonly name: string
  /** BCP 47, `und` when unknown. */
  readonly language: string
  readonly isDefault: boolean
  readonly forced: boolean
  readonly hearingImpaired: boolean
  readonly url: string
  /** Of all its segments, where that was known from the start. */
  readonly segmentCount?: number
}

/** A media segment that is there, or known never to come. Decrypted and decompressed. */
export interface RecordedSegment {
  readonly rendition: string
  /** 0, 1, 2 … in play order within its rendition, without holes: a segment that is missing has its place as a gap. */
  readonly position: number
  /** Media sequence number, in the counting of the server. */
  readonly msn: number
  /** Pieces of one timeline share a number; it grows at a discontinuity, and where a live stream began anew. */
  readonly period: number
  /** EXTINF. */
  readonly durationSec: number
  /** Name of the init section's file; null where none is needed. */
  readonly init: string | null
  /** Name within the recording's folder; null for a gap. */
  readonly file: string | null
  readonly byteLength: number
  /** Hex, of the bytes in the file; empty for a gap. */
  readonly sha256: string
  /** Why it is missing; null when it is there. */
  readonly gap: string | null
  /** Address without query, to find it again in a playlist whose tokens changed. */
  readonly uriPath: string
}

export interface RecordingEnd {
  /** `failed` may be resumed. */
  readonly state: 'complete' | 'failed'
  /** For people; null when complete. */
  readonly why: string | null
}

/** The reading side: in order, waiting for what is not there yet. */
export interface FollowedRecording extends AsyncDisposable {
  readonly path: string
  /** Waits until it has begun. */
  head(signal: AbortSignal): Promise<RecordingHead>
  /** In play order from `from` on, gaps included; ends when the recording has ended `complete`, waits while it may go on. */
  segments(rendition: string, from: number, signal: AbortSignal): AsyncIterable<RecordedSegment>
  /** Absolute path of a file of it. */
  filePath(name: string): string
  /** This follower needs nothing before `position` any more: the bytes may go, their lines stay. */
  release(rendition: string, position: number): Promise<void>
}

/** How many segments are wanting behind the last one, by rendition, of a stream that was ended before it had ended. */
export function cutOff(
  { live, renditions }: RecordingHead,
  segments: ReadonlyMap<string, readonly RecordedSegment[]>,
): readonly { readonly rendition: string; readonly count: number }[] {
  if (live) return []
  return renditions.flatMap(({ id, segmentCount = 0 }) => {
    const next = (segments.get(id)?.at(-1)?.position ?? -1) + 1
    return segmentCount > next ? [{ rendition: id, count: segmentCount - next }] : []
  })
}

/** The download whose recording lies at such a path, which ends with the name of its folder; null for what is none. */
export function downloadIdOf(path: string): string | null {
  const name = path.split(/[/\\]/).at(-1) ?? ''
  return /^[A-Za-z0-9_-]{1,64}$/.test(name) ? name : null
}
