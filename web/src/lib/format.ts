const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Decimal units, three digits at most: `1.4 GB`. */
export function formatBytes(bytes: number): string {
  return scaled(bytes, 1000, BYTE_UNITS)
}

export function formatBitRate(bitsPerSec: number): string {
  return scaled(bitsPerSec, 1000, ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s'])
}

function scaled(value: number, base: number, units: readonly string[]): string {
  const power = value < base ? 0 : Math.min(units.length - 1, Math.floor(Math.log(value) / Math.log(base)))
  const figure = value / base ** power
  return `${power === 0 || figure >= 100 ? Math.round(figure) : figure.toFixed(1)} ${units[power]}`
}

/** As on a player's clock: `4:10`, `1:02:03`. */
export function formatClock(sec: number): string {
  const whole = Math.max(0, Math.floor(Number.isFinite(sec) ? sec : 0))
  const pad = (value: number) => String(value).padStart(2, '0')
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`
}

/** Said aloud by screen readers: `1 hour 2 minutes 3 seconds`. */
export function spokenDuration(sec: number): string {
  const whole = Math.max(0, Math.round(Number.isFinite(sec) ? sec : 0))
  const parts = [
    [Math.floor(whole / 3600), 'hour'],
    [Math.floor((whole % 3600) / 60), 'minute'],
    [whole % 60, 'second'],
  ] as const
  const said = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}${count === 1 ? '' : 's'}`)
  return said.join(' ') || '0 seconds'
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const STEPS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

export function formatAgo(iso: string, nowMs = Date.now()): string {
  const sec = (new Date(iso).getTime() - nowMs) / 1000
  if (Math.abs(sec) > 30 * 86_400) return new Date(iso).toLocaleDateString('en', { dateStyle: 'medium' })
  const step = STEPS.find(([, length]) => Math.abs(sec) >= length)
  return step ? relative.format(Math.trunc(sec / step[1]), step[0]) : 'just now'
}

export function formatMoment(iso: string): string {
  return new Date(iso).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' })
}

const names = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'code' })

/** `de` -> `German`; null for `und`. */
export function languageName(tag: string): string | null {
  if (tag === '' || tag === 'und') return null
  try {
    return names.of(tag) ?? tag
  } catch {
    return tag
  }
}

const SIZES = [
  [4320, '8K'],
  [2160, '4K'],
  [1440, '1440p'],
  [1080, '1080p'],
  [720, '720p'],
  [576, '576p'],
  [480, '480p'],
] as const

/** What people call a picture size; wide films count by their width. */
export function resolutionName(width: number | null, height: number | null): string | null {
  if (width === null || height === null) return null
  const lines = Math.max(Math.min(width, height), (Math.max(width, height) * 9) / 16)
  return SIZES.find(([least]) => lines >= least * 0.95)?.[1] ?? `${Math.round(Math.min(width, height))}p`
}

const CODEC_NAMES: Readonly<Record<string, string>> = {
  h264: 'H.264',
  hevc: 'HEVC',
  av1: 'AV1',
  vp9: 'VP9',
  vp8: 'VP8',
  aac: 'AAC',
  ac3: 'AC-3',
  eac3: 'E-AC-3',
  dts: 'DTS',
  truehd: 'TrueHD',
  opus: 'Opus',
  mp3: 'MP3',
  mp2: 'MP2',
  flac: 'FLAC',
  mpeg2video: 'MPEG-2',
  mpeg4: 'MPEG-4',
  vc1: 'VC-1',
  prores: 'ProRes',
  mjpeg: 'MJPEG',
  subrip: 'SubRip',
  webvtt: 'WebVTT',
  ass: 'ASS',
  ssa: 'SSA',
  mov_text: 'Timed text',
  hdmv_pgs_subtitle: 'PGS',
  dvd_subtitle: 'VobSub',
}

export function codecName(codec: string): string {
  return CODEC_NAMES[codec] ?? codec.toUpperCase()
}
