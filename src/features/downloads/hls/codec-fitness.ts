/** How well a variant shows here: 2 in every current browser, 1 in some players, 0 not at all as far as we know. */
export type Fitness = 0 | 1 | 2

/** RFC 6381 names by how far they carry; hls.js in Chromium is the measure of 2. */
const VIDEO: Readonly<Record<string, Fitness>> = {
  avc1: 2,
  avc3: 2,
  vp09: 2,
  av01: 2,
  hvc1: 1,
  hev1: 1,
}
const AUDIO: Readonly<Record<string, Fitness>> = {
  mp4a: 2,
  opus: 2,
  flac: 2,
  mp3: 2,
  'ac-3': 1,
  'ec-3': 1,
  'ac-4': 0,
  alac: 1,
  dtsc: 1,
  dtse: 1,
}
const TEXT = new Set(['stpp', 'wvtt'])

const NAMES: Readonly<Record<string, string>> = {
  avc1: 'H.264',
  avc3: 'H.264',
  hvc1: 'HEVC',
  hev1: 'HEVC',
  dvh1: 'Dolby Vision',
  dvhe: 'Dolby Vision',
  dav1: 'Dolby Vision',
  av01: 'AV1',
  vp09: 'VP9',
  vp08: 'VP8',
  mp4v: 'MPEG-4',
  mp4a: 'AAC',
  opus: 'Opus',
  flac: 'FLAC',
  mp3: 'MP3',
  'ac-3': 'AC-3',
  'ec-3': 'E-AC-3',
  'ac-4': 'AC-4',
  alac: 'ALAC',
  dtsc: 'DTS',
  dtse: 'DTS',
}
const OTHER_VIDEO = new Set(['dvh1', 'dvhe', 'dav1', 'vp08', 'mp4v', 'hvt1', 'jxsm'])

/** The worst codec decides; nothing said is taken for the common case. */
export function fitnessOf(codecs: readonly string[]): Fitness {
  let worst: Fitness = 2
  for (const codec of codecs) {
    const name = codecName(codec)
    if (TEXT.has(name)) continue
    const fitness = VIDEO[name] ?? AUDIO[name] ?? 0
    if (fitness < worst) worst = fitness
  }
  return worst
}

/** Null when the list is empty: nobody says. */
export function hasVideoCodec(codecs: readonly string[]): boolean | null {
  if (codecs.length === 0) return null
  return codecs.some((codec) => isVideoCodec(codecName(codec)))
}

export function hasAudioCodec(codecs: readonly string[]): boolean | null {
  return codecs.length === 0 ? null : codecs.some((codec) => codecName(codec) in AUDIO)
}

/** `H.264 + AAC`; empty when nobody says. */
export function codecWords(codecs: readonly string[]): string {
  const words = codecs
    .map(codecName)
    .filter((name) => !TEXT.has(name))
    .map((name) => NAMES[name] ?? name)
  return [...new Set(words)].join(' + ')
}

function isVideoCodec(name: string): boolean {
  return name in VIDEO || OTHER_VIDEO.has(name)
}

/** `mp4a.40.34` is MP3, the other object types are AAC (RFC 6381 §3.3, ISO/IEC 14496-3). */
function codecName(codec: string): string {
  const text = codec.trim().toLowerCase()
  if (/^mp4a\.(?:40\.34|6b|69)$/.test(text)) return 'mp3'
  if (/^mp4a\.a5$/.test(text)) return 'ac-3'
  if (/^mp4a\.a6$/.test(text)) return 'ec-3'
  return text.split('.', 1)[0] ?? ''
}
