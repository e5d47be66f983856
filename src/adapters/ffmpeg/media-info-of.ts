import type { MediaInfo, MediaStream } from '#domain/media-info.ts'
import type { Chapter } from '#domain/video.ts'
import { toLanguageTag } from '#lib/language-tag/language-tag.ts'
import { BITMAP_SUBTITLE_CODECS } from './allowed-decoders.ts'
import type { ProbeReport, ReportedStream } from './probe-report.ts'
import type { DemuxerFamily } from './sniff.ts'
import { printable } from './tool-errors.ts'

/** Turns what ffprobe says into what we say. Streams of other kinds or of unknown codecs are left out. */
export function mediaInfoOf(
  report: ProbeReport,
  { family, byteLength }: { readonly family: DemuxerFamily; readonly byteLength: number },
): MediaInfo {
  const { format, streams, chapters } = report
  return {
    container: family,
    byteLength,
    startSec: format.start_time ?? 0,
    durationSec: format.duration ?? longestOf(streams),
    title: titleOf(format.tags),
    streams: streams.map(mediaStream).filter((one) => one !== null),
    chapters: chapters.map(chapterOf).filter((chapter) => chapter.endSec > chapter.startSec),
  }
}

function longestOf(streams: readonly ReportedStream[]): number {
  return Math.max(0, ...streams.map((one) => one.duration ?? 0))
}

const MAX_TITLE_CHARACTERS = 500

function titleOf(tags: Readonly<Record<string, string>> | undefined): string | null {
  const title = printable(tags?.title ?? tags?.TITLE ?? '').slice(0, MAX_TITLE_CHARACTERS)
  return title === '' ? null : title
}

function chapterOf(
  { start_time: startSec = 0, end_time: endSec = 0, tags }: ProbeReport['chapters'][number],
  index: number,
): Chapter {
  return { startSec, endSec, title: titleOf(tags) ?? `Chapter ${index + 1}` }
}

function mediaStream(reported: ReportedStream): MediaStream | null {
  const { codec_name: codec, codec_type: type } = reported
  if (codec === undefined) return null
  const facts = { index: reported.index, codec, ...labelsOf(reported) }
  if (type === 'video') {
    const picture = pictureOf(reported)
    // A decoder that could not be opened leaves no size.
    return picture.width * picture.height === 0 ? null : { kind: 'video', ...facts, ...picture }
  }
  if (type === 'audio') {
    return { kind: 'audio', ...facts, channels: reported.channels ?? 2, sampleRate: reported.sample_rate ?? 48_000 }
  }
  if (type !== 'subtitle') return null
  return { kind: 'subtitles', ...facts, form: BITMAP_SUBTITLE_CODECS.has(codec) ? 'bitmap' : 'text' }
}

function labelsOf(reported: ReportedStream) {
  const { tags, disposition } = reported
  return {
    profile: profileOf(reported),
    language: toLanguageTag(tags?.language ?? tags?.LANGUAGE),
    title: titleOf(tags),
    isDefault: disposition?.default === 1,
    forced: disposition?.forced === 1,
    hearingImpaired: disposition?.hearing_impaired === 1 || /\bSDH\b/.test(tags?.title ?? ''),
    bitRate: bitRateOf(reported),
    startSec: reported.start_time ?? 0,
  }
}

function profileOf({ profile }: ReportedStream): string | null {
  return profile === undefined || profile === 'unknown' ? null : String(profile)
}

/** Matroska has its figure in the tags of mkvmerge, per language in older files (`BPS-eng`). */
function bitRateOf({ bit_rate: bitRate, tags = {} }: ReportedStream): number | null {
  if (bitRate !== undefined) return bitRate
  const tag = Object.entries(tags).find(([name]) => name === 'BPS' || name.startsWith('BPS-'))
  const counted = Number(tag?.[1])
  return Number.isFinite(counted) && counted > 0 ? counted : null
}

function pictureOf(reported: ReportedStream) {
  const coded = { width: reported.width ?? 0, height: reported.height ?? 0 }
  const square = { width: Math.round(coded.width * pixelShape(reported.sample_aspect_ratio)), height: coded.height }
  const rotation = rotationOf(reported)
  const turned = rotation === 90 || rotation === 270
  return {
    isCover: reported.disposition?.attached_pic === 1 || reported.disposition?.still_image === 1,
    width: turned ? square.height : square.width,
    height: turned ? square.width : square.height,
    rotation,
    pixelFormat: reported.pix_fmt ?? '',
    frameRate: fraction(reported.avg_frame_rate) ?? fraction(reported.r_frame_rate),
    videoRange: VIDEO_RANGES[reported.color_transfer ?? ''] ?? 'SDR',
    interlaced: ['tt', 'bb', 'tb', 'bt'].includes(reported.field_order ?? ''),
  } as const
}

const VIDEO_RANGES: Readonly<Record<string, 'PQ' | 'HLG'>> = { smpte2084: 'PQ', 'arib-std-b67': 'HLG' }

/** `1:1`, `64:45`; 0:1 says unknown. */
function pixelShape(ratio: string | undefined): number {
  return fraction(ratio?.replace(':', '/')) ?? 1
}

function fraction(written: string | undefined): number | null {
  const [top = Number.NaN, bottom = Number.NaN] = (written ?? '').split('/').map(Number)
  const value = top / bottom
  return Number.isFinite(value) && value > 0 ? value : null
}

/** ffprobe counts counter-clockwise, we say how far the picture is turned clockwise when it is shown. */
function rotationOf({ side_data_list: sideData = [], tags }: ReportedStream): 0 | 90 | 180 | 270 {
  const matrix = sideData.find((one) => one.rotation !== undefined)?.rotation
  const clockwise = matrix === undefined ? Number(tags?.rotate ?? 0) : -matrix
  const quarter = ((Math.round(clockwise / 90) % 4) + 4) % 4
  return ([0, 90, 180, 270] as const)[quarter] ?? 0
}
