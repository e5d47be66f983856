/** What a Matroska or WebM file says about itself outside its Clusters (RFC 9559 §5.1). Offsets count from the file's first byte. */
export interface MatroskaFile {
  readonly docType: 'matroska' | 'webm'
  /** Nanoseconds per tick of all times in the file. */
  readonly timestampScaleNs: number
  /** Length as the file states it; null when it does not. Of the longest track, not of the video. */
  readonly durationSec: number | null
  readonly title: string | null
  readonly tracks: readonly MatroskaTrack[]
  /** The index in the order of the file; null when there is none. */
  readonly cues: readonly Cue[] | null
  /** Offset of the Segment's body: positions inside the file count from here. */
  readonly segmentStart: number
  /** Where the Segment ends, or the file where it ends earlier or its size is unknown. */
  readonly segmentEnd: number
  /** Null when the file holds no Cluster. */
  readonly firstClusterAt: number | null
  /** The Segment says that it is longer than the file: the end is missing. */
  readonly truncated: boolean
}

/** One CueTrackPositions (RFC 9559 §5.1.5.1.2): a CuePoint that names several tracks gives several. */
export interface Cue {
  readonly trackNumber: number
  /** In ticks of `timestampScaleNs`. */
  readonly ticks: number
  readonly clusterAt: number
  /** Of the Block, from the beginning of the Cluster's body; null when not stated. */
  readonly relativePosition: number | null
}

export interface MatroskaTrack {
  readonly number: number
  /** 64 bits, as decimal text. */
  readonly uid: string
  readonly kind: 'video' | 'audio' | 'subtitles' | 'other'
  readonly codecId: string
  readonly codecPrivate: Uint8Array | null
  readonly defaultDurationNs: number | null
  /** BCP 47 where the file has it, else ISO 639-2; "eng" when nothing is said (RFC 9559 §5.1.4.1.19). */
  readonly language: string
  readonly name: string | null
  readonly isEnabled: boolean
  readonly isDefault: boolean
  readonly forced: boolean
  readonly hearingImpaired: boolean
  /** Deprecated factor on the times of this track; 1 in every usual file. */
  readonly timestampFactor: number
  /** To be taken off all times of this track (RFC 9559 §5.1.4.1.25). */
  readonly codecDelayNs: number
  readonly seekPreRollNs: number
  readonly video: VideoSettings | null
  readonly audio: AudioSettings | null
  readonly encoding: ContentEncoding
}

export interface VideoSettings {
  readonly width: number
  readonly height: number
  /** In pixels, or in parts of an aspect ratio; equal to the coded size when not stated. */
  readonly displayWidth: number
  readonly displayHeight: number
}

export interface AudioSettings {
  readonly channels: number
  readonly samplingRateHz: number
  readonly bitDepth: number | null
}

/** What was done to the frames before they were stored (RFC 9559 §5.1.4.1.31). */
export type ContentEncoding =
  | { readonly kind: 'none' }
  /** Each frame began with these bytes, which are not stored. */
  | { readonly kind: 'header-stripping'; readonly header: Uint8Array }
  | { readonly kind: 'unsupported'; readonly reason: string }

/** The track of that number, or undefined. */
export function trackOf(mkv: MatroskaFile, trackNumber: number): MatroskaTrack | undefined {
  return mkv.tracks.find((track) => track.number === trackNumber)
}

/** CodecDelay in ticks of the file, rounded as ffmpeg does, so that times agree with what ffprobe prints. */
export function codecDelayTicks(mkv: MatroskaFile, track: MatroskaTrack): number {
  return Math.round(track.codecDelayNs / mkv.timestampScaleNs)
}
