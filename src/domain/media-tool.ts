import type { IngestPlan } from './ingest-plan.ts'
import type { MediaIndex } from './media-index.ts'
import type { MediaInfo } from './media-info.ts'
import type { FollowedRecording, RecordedRendition, RecordingHead } from './recording.ts'
import type { SegmentIndex } from './video.ts'

/** Reads media files: probes, indexes and cuts. */
export interface MediaTool {
  /**
   * Probes a file on this machine. Rejects with NotMediaError, MediaDamagedError, MediaRefusedError, ToolMissingError,
   * ToolFailedError, or InvalidInputError when there is no such file; opens nothing but this one file.
   */
  open(path: string, signal?: AbortSignal): Promise<OpenMedia>
  /**
   * Opens a recording that may still grow: waits for its first segments and probes those. Rejects as `open` does. The
   * recording stays the caller's.
   */
  openRecording(recording: FollowedRecording, signal: AbortSignal): Promise<OpenRecording>
}

/** A recording being read while it grows. Dispose of it to stop the processes behind it. */
export interface OpenRecording extends AsyncDisposable {
  readonly head: RecordingHead
  /** What the first segments of all renditions hold, as if they were one file whose first picture stands at zero. */
  readonly info: MediaInfo
  readonly encodedBy: string
  /**
   * As `OpenMedia.cut`, until the recording ends: where segments begin is decided on the way and told by `border` events; of
   * `plan.borders` only the first counts. The same bytes in the recording give the same borders and segments. Rejects with
   * CodingChangedError when a track goes on in a form that its init segment does not describe.
   */
  cut(plan: IngestPlan, options: RecordingCutOptions): AsyncIterable<CutEvent>
  /** A JPEG from the first segments; null when there is no picture. */
  poster(signal?: AbortSignal): Promise<Uint8Array | null>
  /**
   * Waits for the end of the recording and writes all of it into one file, nothing encoded, all renditions in time; what the
   * container cannot hold is left out and named in the answer. A file that is there is replaced when the new one is whole.
   */
  repack(container: 'mp4' | 'mkv', path: string, signal: AbortSignal): Promise<{ readonly notes: readonly string[] }>
  /**
   * Waits for the end of the recording and writes each of its subtitles as a WebVTT file, in presentation time; resolves with
   * those that show something.
   */
  writeTexts(
    pathOf: (rendition: RecordedRendition) => string,
    signal: AbortSignal,
  ): Promise<readonly RecordedRendition[]>
}

export interface RecordingCutOptions extends CutOptions {
  /** Borders are set at the first place where the film can be cut after this many seconds. */
  readonly segmentSec: number
  /** The same for the first, so that something can be watched early. */
  readonly firstSegmentSec: number
}

/** A media file being read. Dispose of it to stop the processes behind it. */
export interface OpenMedia extends AsyncDisposable {
  readonly info: MediaInfo
  /** Program, version and encoder: pieces that another one encodes do not fit to those that are there. */
  readonly encodedBy: string
  /** The key-frame and size index: from the container where it is trustworthy, else by one scan of the packets. */
  index(signal?: AbortSignal): Promise<MediaIndex>
  /**
   * Cuts everything in one pass, in the order in which a player asks for it (segment by segment, video first).
   * `from[i]` is the first segment wanted of plan.tracks[i]; 0 means from the start, init segment included.
   * The same plan gives the same segments, so that a resumed cut continues a broken one.
   */
  cut(plan: IngestPlan, options: CutOptions): AsyncIterable<CutEvent>
  /** A JPEG of about 640 pixels width from near `atSec` (presentation time); null when there is no picture. */
  poster(atSec: number, signal?: AbortSignal): Promise<Uint8Array | null>
}

export interface CutOptions {
  readonly from: readonly number[]
  /** Subtitle tracks that are wanted, by `SubtitlePlan.name`. */
  readonly subtitles: readonly string[]
  readonly signal: AbortSignal
}

export type CutEvent =
  /** Comes first, once: facts that only the init segments know, in the order of plan.tracks. */
  | { readonly kind: 'formats'; readonly formats: readonly TrackFormat[] }
  /** Of a source that grows: the next segment begins here (presentation time); before any piece that ends there. */
  | { readonly kind: 'border'; readonly startSec: number }
  | { readonly kind: 'piece'; readonly piece: SegmentPiece }
  | { readonly kind: 'subtitle'; readonly subtitle: ExtractedSubtitle }

export interface TrackFormat {
  /** RFC 6381. */
  readonly codecs: string
  readonly channels: number | null
  readonly sampleRate: number | null
}

/** A run of bytes of one segment. A segment is one piece unless it is huge; pieces of one track come in order. */
export interface SegmentPiece {
  /** Index into plan.tracks. */
  readonly track: number
  readonly index: SegmentIndex
  readonly bytes: readonly Uint8Array[]
  readonly byteLength: number
  /** On the last piece of the segment: presentation time and length. Init segments have 0 and 0. */
  readonly ends?: { readonly startSec: number; readonly durationSec: number; readonly reencoded: boolean }
  /** To be called, once, when nobody looks at the bytes any more: their memory is used for others then. */
  release?(): void
}

/** A subtitle track taken out of the file: the original, and for text tracks its cues as WebVTT (times: presentation). */
export interface ExtractedSubtitle {
  readonly name: string
  readonly original: { readonly format: 'srt' | 'ass' | 'vtt' | 'sup' | 'mks'; readonly bytes: Uint8Array }
  readonly webvtt: Uint8Array | null
}
