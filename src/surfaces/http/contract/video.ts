import { z } from 'zod'
import { Job, JobProgress } from './job.ts'

/** Moments are ISO 8601 in UTC; durations seconds; sizes bytes; rates bits per second. */
const Moment = z.iso.datetime()

/** 16 characters as we make them; the wider form is what routes take, so that older ids keep working. */
export const VideoId = z.string().regex(/^[A-Za-z0-9_-]{8,32}$/)

/** `v0`, `a1`, `s0`: kind and number within the kind. */
export const TrackName = z.string().regex(/^[vas](0|[1-9][0-9]{0,2})$/)

/** What people see: queued and ingesting are `processing`, ready is `active`, failed is `error`. */
export const ShownState = z.enum(['processing', 'active', 'error'])
export type ShownState = z.infer<typeof ShownState>

const Failure = z.object({
  /** Stable; see problem.ts. */
  code: z.string(),
  message: z.string(),
  why: z.string().nullable(),
  fix: z.string().nullable(),
})
export type Failure = z.infer<typeof Failure>

/** A row of the library. Addresses are paths on this server. */
export const VideoSummary = z.object({
  id: VideoId,
  title: z.string(),
  originalFilename: z.string(),
  state: ShownState,
  failure: Failure.nullable(),
  /** Known from the plan on. */
  durationSec: z.number().nullable(),
  /** How much can be watched now; the whole duration once active, 0 when nothing can. */
  playableSec: z.number(),
  /** The multivariant playlist, or null while nothing can be played. */
  playlistUrl: z.string().nullable(),
  posterUrl: z.string().nullable(),
  container: z.string().nullable(),
  /** Short names as ffmpeg says them, video first, each once: `h264`, `aac`. */
  codecs: z.array(z.string()),
  width: z.number().nullable(),
  height: z.number().nullable(),
  videoRange: z.enum(['SDR', 'HLG', 'PQ']).nullable(),
  /** Average of the picture and its dearest sound. */
  bitRate: z.number().nullable(),
  audioCount: z.number(),
  subtitleCount: z.number(),
  segmentCount: z.number(),
  /** Of the source file; of a recorded stream what is stored of it. */
  byteLength: z.number(),
  /** Of the running or waiting ingest. */
  progress: JobProgress.nullable(),
  createdAt: Moment,
  updatedAt: Moment,
})
export type VideoSummary = z.infer<typeof VideoSummary>

export const TrackInfo = z.object({
  name: TrackName,
  kind: z.enum(['video', 'audio', 'subtitles']),
  codec: z.string(),
  /** RFC 6381, for `MediaSource.isTypeSupported`; empty for subtitles. */
  codecs: z.string(),
  action: z.enum(['copy', 'encode']),
  reason: z.string(),
  /** BCP 47, `und` when unknown. */
  language: z.string(),
  title: z.string().nullable(),
  isDefault: z.boolean(),
  forced: z.boolean(),
  hearingImpaired: z.boolean(),
  bandwidth: z.number(),
  averageBandwidth: z.number(),
  width: z.number().nullable(),
  height: z.number().nullable(),
  frameRate: z.number().nullable(),
  videoRange: z.enum(['SDR', 'HLG', 'PQ']).nullable(),
  channels: z.number().nullable(),
  sampleRate: z.number().nullable(),
})
export type TrackInfo = z.infer<typeof TrackInfo>

export const SubtitleFile = z.object({
  /** `vtt`, `srt`, `ass`, `sup`, `mks`. */
  format: z.string(),
  url: z.string(),
  mediaType: z.string(),
  /** As it came, not converted by us. */
  original: z.boolean(),
})
export type SubtitleFile = z.infer<typeof SubtitleFile>

export const SubtitleInfo = z.object({
  name: TrackName,
  language: z.string(),
  title: z.string().nullable(),
  /** Of the original: `subrip`, `ass`, `hdmv_pgs_subtitle` … */
  codec: z.string(),
  /** Bitmap subtitles are kept and can be downloaded, but browsers cannot show them. */
  form: z.enum(['text', 'bitmap']),
  isDefault: z.boolean(),
  forced: z.boolean(),
  hearingImpaired: z.boolean(),
  /** A file of its own: it came beside the film, or a person added it. */
  sidecar: z.boolean(),
  files: z.array(SubtitleFile),
})
export type SubtitleInfo = z.infer<typeof SubtitleInfo>

/** Answer of GET /subtitles/{id}. */
export const SubtitleList = z.object({ subtitles: z.array(SubtitleInfo) })
export type SubtitleList = z.infer<typeof SubtitleList>

const Chapter = z.object({ startSec: z.number(), endSec: z.number(), title: z.string() })
export type Chapter = z.infer<typeof Chapter>

const Statistics = z.object({
  segmentDurationSec: z.number(),
  segments: z.number(),
  copiedSegments: z.number(),
  reencodedSegments: z.number(),
  totalBytes: z.number(),
  averageBytes: z.number(),
  largestBytes: z.number(),
  packs: z.number(),
  elapsedSec: z.number(),
})
export type Statistics = z.infer<typeof Statistics>

/** Whole addresses, to be copied out of the page. */
export const Links = z.object({
  local: z.string(),
  /** Null unless PUBLIC_DOMAIN is set. */
  public: z.string().nullable(),
  /** A file for Jellyfin and Kodi that holds the best of the two above. */
  strm: z.string(),
})
export type Links = z.infer<typeof Links>

/** Answer of GET and PATCH /api/videos/{id}. */
export const VideoDetails = VideoSummary.extend({
  tracks: z.array(TrackInfo),
  chapters: z.array(Chapter),
  subtitles: z.array(SubtitleInfo),
  statistics: Statistics.nullable(),
  links: Links,
  /** What a viewer should know, one sentence each. */
  notes: z.array(z.string()),
  /** The newest job of this video. */
  job: Job.nullable(),
})
export type VideoDetails = z.infer<typeof VideoDetails>

export const VideoList = z.object({ videos: z.array(VideoSummary), total: z.number() })
export type VideoList = z.infer<typeof VideoList>
