import { cleanText } from './clean-text.ts'
import type { PageFormat } from './page-report.ts'

/** How yt-dlp and sites write codecs, by how they begin. */
const CODEC_WORDS: readonly (readonly [RegExp, string])[] = [
  [/^(?:avc|h\.?264)/, 'H.264'],
  [/^(?:hvc|hev|h\.?265)/, 'HEVC'],
  [/^dv(?:h|a)/, 'Dolby Vision'],
  [/^(?:vp0?9)/, 'VP9'],
  [/^vp0?8/, 'VP8'],
  [/^av0?1/, 'AV1'],
  [/^mp4v/, 'MPEG-4'],
  [/^(?:mp4a\.40\.34|mp4a\.6[9b]|mp3)/, 'MP3'],
  [/^(?:mp4a|aac)/, 'AAC'],
  [/^opus/, 'Opus'],
  [/^vorbis/, 'Vorbis'],
  [/^(?:ac-?3)/, 'AC-3'],
  [/^(?:ec-?3|eac3)/, 'E-AC-3'],
  [/^flac/, 'FLAC'],
]

/** `none` is said of what is not there; nothing is said of what nobody looked at. */
export function hasVideo({ vcodec }: PageFormat): boolean {
  return vcodec !== 'none'
}

export function hasAudio({ acodec }: PageFormat): boolean {
  return acodec !== 'none'
}

/** `1080p60 · H.264 + AAC · 4.2 Mbit/s · about 812 MB`; what nobody says is left out. */
export function formatLabel(format: PageFormat): string {
  const { language, tbr, filesize, filesize_approx } = format
  const bytes = filesize ?? filesize_approx ?? null
  const parts = [
    hasVideo(format) ? pictureWords(format) : 'sound only',
    [format.vcodec, format.acodec].flatMap((codec) => codecWord(codec) ?? []).join(' + '),
    tbr ? bitRate(tbr * 1000) : '',
    language ? cleanText(language, 20) : '',
    bytes === null ? '' : `${filesize ? '' : 'about '}${size(bytes)}`,
  ]
  return parts.filter((part) => part !== '').join(' · ')
}

function pictureWords({ height, fps, ext }: PageFormat): string {
  if (height) return `${Math.round(height)}p${fps && fps > 31 ? Math.round(fps) : ''}`
  return ext ? `video (${cleanText(ext, 10)})` : 'video'
}

function codecWord(codec: string | null | undefined): string | null {
  if (!codec || codec === 'none') return null
  const text = codec.toLowerCase()
  return CODEC_WORDS.find(([begins]) => begins.test(text))?.[1] ?? cleanText(codec.split('.')[0] ?? '', 20)
}

function bitRate(bitsPerSec: number): string {
  return bitsPerSec >= 1e6 ? `${(bitsPerSec / 1e6).toFixed(1)} Mbit/s` : `${Math.round(bitsPerSec / 1000)} kbit/s`
}

function size(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.max(1, Math.round(bytes / 1000))} kB`
}
