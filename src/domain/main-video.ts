import type { IngestPlan } from './ingest-plan.ts'
import type { MediaInfo, VideoStream } from './media-info.ts'

/** The film among the video streams, the one marked as default, else the first; no covers. */
export function mainVideo({ streams }: MediaInfo): VideoStream | null {
  const films = streams.filter((stream): stream is VideoStream => stream.kind === 'video' && !stream.isCover)
  return films.find((stream) => stream.isDefault) ?? films[0] ?? null
}

/** Video that HLS players take in fMP4 and, of those, what MPEG-TS can carry. */
const COPIED = { fmp4: ['h264', 'hevc', 'av1', 'vp9'], ts: ['h264', 'hevc'] }
/** Chroma other than 4:2:0 plays in no browser and on few devices. */
const COPIED_PIXELS = /^yuvj?420p(10(le|be)?)?$/

/** Whether players can take the stream as it is. */
export function canCopyVideo({ codec, pixelFormat }: VideoStream, packaging: IngestPlan['packaging']): boolean {
  return COPIED[packaging].includes(codec) && COPIED_PIXELS.test(pixelFormat)
}
