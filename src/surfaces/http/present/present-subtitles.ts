import type { Attachment, Track } from '#domain/video.ts'
import { subtitleFilePath } from '../contract/addresses.ts'
import type { SubtitleFile, SubtitleInfo } from '../contract/video.ts'

/** Codecs of pictures, as ffmpeg names them: browsers cannot show them. */
const BITMAP_CODECS = new Set([
  'hdmv_pgs_subtitle',
  'pgssub',
  'dvd_subtitle',
  'dvdsub',
  'dvb_subtitle',
  'dvbsub',
  'xsub',
])

/** The subtitles of a video with the files that can be fetched of each. */
export function presentSubtitles(
  videoId: string,
  tracks: readonly Track[],
  attachments: readonly Attachment[],
): SubtitleInfo[] {
  return tracks
    .filter(({ kind }) => kind === 'subtitles')
    .map((track) => ({
      name: track.name,
      language: track.language,
      title: track.title,
      codec: track.codec,
      form: BITMAP_CODECS.has(track.codec) ? 'bitmap' : 'text',
      isDefault: track.isDefault,
      forced: track.forced,
      hearingImpaired: track.hearingImpaired,
      sidecar: track.streamIndex === null,
      files: filesOf(
        videoId,
        track.name,
        attachments.filter(({ trackName }) => trackName === track.name),
      ),
    }))
}

/** The original under its own ending; WebVTT, and SubRip made of it, where there are cues. */
function filesOf(videoId: string, name: string, attachments: readonly Attachment[]): SubtitleFile[] {
  const original = attachments.find(({ kind }) => kind === 'subtitle-original')
  const originalFormat = original && formatOf(original)
  const hasCues = attachments.some(({ kind }) => kind === 'subtitle')
  const files: SubtitleFile[] = []
  if (original && originalFormat) files.push(file(videoId, name, originalFormat, original.mediaType, true))
  if (hasCues && originalFormat !== 'vtt') files.push(file(videoId, name, 'vtt', 'text/vtt', false))
  if (hasCues && originalFormat !== 'srt') files.push(file(videoId, name, 'srt', 'application/x-subrip', false))
  return files
}

function file(videoId: string, name: string, format: string, mediaType: string, original: boolean): SubtitleFile {
  return { format, url: subtitleFilePath(videoId, name, format), mediaType, original }
}

/** `s0.orig.ass` -> `ass` */
export function formatOf({ name }: Attachment): string {
  return name.slice(name.lastIndexOf('.') + 1)
}
