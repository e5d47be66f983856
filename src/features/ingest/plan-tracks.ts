import { canCopyVideo } from '#domain/main-video.ts'
import type { IngestPlan, SubtitlePlan, TrackPlan } from '#domain/ingest-plan.ts'
import type { AudioStream, MediaInfo, MediaStream, SubtitleStream, VideoStream } from '#domain/media-info.ts'

type Packaging = IngestPlan['packaging']

/** Audio that fMP4 or TS carries to at least some players; AAC is the one that plays everywhere. */
const COPIED_AUDIO = {
  fmp4: ['aac', 'ac3', 'eac3', 'dts', 'opus', 'flac', 'mp3'],
  ts: ['aac', 'ac3', 'eac3', 'mp3'],
}
const PLAYS_EVERYWHERE = 'aac'

/** Peak bits per second of what we encode, by picture height, at 30 frames a second. */
const ENCODED_PEAKS: readonly (readonly [maxHeight: number, bitsPerSec: number])[] = [
  [360, 1_500_000],
  [480, 2_500_000],
  [720, 5_000_000],
  [1080, 9_000_000],
  [1440, 16_000_000],
  [Number.POSITIVE_INFINITY, 28_000_000],
]

export function planVideo(stream: VideoStream, packaging: Packaging, maxPeak: number): TrackPlan {
  const copied = canCopyVideo(stream, packaging)
  const peak = Math.min(encodedPeak(stream), maxPeak)
  return {
    ...labelsOf(stream),
    name: 'v0',
    kind: 'video',
    streamIndex: stream.index,
    action: copied ? 'copy' : 'encode',
    reason: copied
      ? `${stream.codec} plays as it is`
      : `${stream.codec} ${stream.pixelFormat} does not play in HLS players`,
    codec: copied ? stream.codec : 'h264',
    bandwidth: copied ? (stream.bitRate ?? 0) : peak,
    averageBandwidth: copied ? (stream.bitRate ?? 0) : Math.round(peak / 2),
    isDefault: true,
    width: copied ? stream.width : evenPixels(stream.width),
    height: copied ? stream.height : evenPixels(stream.height),
    frameRate: stream.frameRate,
    videoRange: stream.videoRange,
    channels: null,
    sampleRate: null,
  }
}

/** hls.js and Chromium wait for ever, or jump over the picture, where sound begins later than this (measured: 1.5 s). */
const LATE_SOUND_SEC = 0.5

/** Container times of presentation zero and of the end of the first segment. */
interface FirstSegment {
  readonly startSec: number
  readonly endSec: number
}

/**
 * Every stream once as AAC (copied, or encoded beside the original), then the originals that are something else.
 * A sound that begins late is encoded, with silence before it; an original that would lack whole segments is left out.
 */
export function planAudio(info: MediaInfo, packaging: Packaging, first: FirstSegment): TrackPlan[] {
  const streams = info.streams.filter((stream): stream is AudioStream => stream.kind === 'audio')
  const mainIndex = (streams.find((stream) => stream.isDefault) ?? streams[0])?.index
  const isLate = ({ startSec }: AudioStream) => startSec >= Math.min(first.startSec + LATE_SOUND_SEC, first.endSec)
  const everywhere = streams.map((stream) => {
    if (isLate(stream)) return { ...aacBeside(stream), reason: 'begins late; silence is put before it' }
    return stream.codec === PLAYS_EVERYWHERE ? copiedAudio(stream) : aacBeside(stream)
  })
  const originals = streams
    .filter((stream) => stream.codec !== PLAYS_EVERYWHERE && COPIED_AUDIO[packaging].includes(stream.codec))
    .filter(({ startSec }) => startSec < first.endSec)
    .map(copiedAudio)
  return [...everywhere, ...originals].map((track, number) => ({
    ...track,
    name: `a${number}`,
    isDefault: track.streamIndex === mainIndex,
  }))
}

export function planSubtitles(info: MediaInfo): SubtitlePlan[] {
  return info.streams
    .filter((stream): stream is SubtitleStream => stream.kind === 'subtitles')
    .map(({ index, codec, form, language, title, isDefault, forced, hearingImpaired }, number) => {
      return {
        name: `s${number}`,
        streamIndex: index,
        codec,
        form,
        language,
        title,
        isDefault,
        forced,
        hearingImpaired,
      }
    })
}

function copiedAudio(stream: AudioStream): TrackPlan {
  const bandwidth = stream.bitRate ?? guessedBitRate(stream)
  return {
    ...audioFacts(stream),
    action: 'copy',
    reason:
      stream.codec === PLAYS_EVERYWHERE ? 'aac plays everywhere' : `${stream.codec} kept for players that take it`,
    codec: stream.codec,
    bandwidth: Math.round(bandwidth * 1.1),
    averageBandwidth: bandwidth,
    channels: stream.channels,
    sampleRate: stream.sampleRate,
  }
}

function aacBeside(stream: AudioStream): TrackPlan {
  const channels = Math.min(stream.channels, 2)
  const bandwidth = channels === 1 ? 96_000 : 160_000
  return {
    ...audioFacts(stream),
    action: 'encode',
    reason: `${stream.codec} does not play everywhere`,
    codec: PLAYS_EVERYWHERE,
    bandwidth: Math.round(bandwidth * 1.15),
    averageBandwidth: bandwidth,
    channels,
    sampleRate: stream.sampleRate === 44_100 ? 44_100 : 48_000,
  }
}

function audioFacts(stream: AudioStream) {
  return {
    ...labelsOf(stream),
    name: '',
    kind: 'audio' as const,
    streamIndex: stream.index,
    width: null,
    height: null,
    frameRate: null,
    videoRange: null,
  }
}

function labelsOf({ language, title, isDefault, forced, hearingImpaired }: MediaStream) {
  return { language, title, isDefault, forced, hearingImpaired }
}

/** For containers that do not tell: usual rates, replaced by the real ones when the ingest ends. */
function guessedBitRate({ codec, channels }: AudioStream): number {
  const perChannel: Record<string, number> = { dts: 255_000, flac: 500_000, ac3: 80_000, eac3: 64_000 }
  return (perChannel[codec] ?? 80_000) * Math.max(1, channels)
}

function encodedPeak({ width, height, frameRate }: VideoStream): number {
  const lines = Math.min(width, height)
  const [, peak] = ENCODED_PEAKS.find(([maxHeight]) => lines <= maxHeight) ?? [0, 28_000_000]
  return Math.round((frameRate ?? 30) > 35 ? peak * 1.5 : peak)
}

/** H.264 4:2:0 has no odd sizes. */
function evenPixels(pixels: number): number {
  return Math.max(2, pixels - (pixels % 2))
}
