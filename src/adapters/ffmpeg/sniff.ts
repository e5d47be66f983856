import { NotMediaError } from '#domain/errors.ts'

/** The families of containers that we take, by the name of ffmpeg's demuxer. */
export type DemuxerFamily =
  | 'mov'
  | 'matroska'
  | 'mpegts'
  | 'mpeg'
  | 'avi'
  | 'flv'
  | 'asf'
  | 'ogg'
  | 'mp3'
  | 'aac'
  | 'flac'
  | 'wav'

/** As many bytes from the beginning of a file as `sniff` may want to see. */
export const SNIFF_BYTES = 64 * 1024

/**
 * Tells by the first bytes, never by the name, which one demuxer may open the file. Throws NotMediaError with a sentence
 * that says what the file is instead: text, a playlist, a picture, nothing at all. None of ffmpeg's demuxers that follow
 * addresses (hls, dash, concat, sdp, …) can come out.
 */
export function sniff(head: Uint8Array): DemuxerFamily {
  if (head.byteLength === 0) throw new NotMediaError('The file is empty.', { fix: 'Upload it again.' })
  if (head.every((byte) => byte === 0)) {
    throw new NotMediaError('The file holds nothing but zeros.', {
      why: 'An upload or a download that was never finished looks like this.',
      fix: 'Get the file again.',
    })
  }
  const start = id3v2Length(head)
  const family = familyOf(start === 0 ? head : head.subarray(start))
  if (family !== null) return family
  // A tag longer than what we were given: only MP3 and AAC carry such tags, MP3 far more often.
  if (start >= head.byteLength) return 'mp3'
  throw new NotMediaError(`The file is not a video: it is ${describeForeign(head)}.`, {
    why: 'Its first bytes belong to no container of video or audio that we take.',
    fix: 'Upload an MP4, MOV, MKV, WebM, AVI, TS, MPEG, FLV, WMV, OGG, MP3, AAC, FLAC or WAV file.',
  })
}

function familyOf(head: Uint8Array): DemuxerFamily | null {
  const match = SIGNATURES.find(({ at = 0, is }) => is.some((text) => textAt(head, at, text.length) === text))
  if (match !== undefined) return match.family
  if (isIsoMedia(head)) return 'mov'
  if (isTransportStream(head)) return 'mpegts'
  return audioFrames(head)
}

interface Signature {
  readonly family: DemuxerFamily
  readonly at?: number
  /** Latin-1 text. */
  readonly is: readonly string[]
}

const SIGNATURES: readonly Signature[] = [
  { family: 'matroska', is: ['\x1a\x45\xdf\xa3'] },
  { family: 'avi', at: 8, is: ['AVI ', 'AVIX', 'AVI\x19'] },
  { family: 'wav', at: 8, is: ['WAVE'] },
  { family: 'flv', is: ['FLV\x01'] },
  { family: 'asf', is: ['\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c'] },
  { family: 'ogg', is: ['OggS'] },
  { family: 'flac', is: ['fLaC'] },
  { family: 'mpeg', is: ['\0\0\x01\xba'] },
]

/** Box types that a QuickTime or ISO file begins with (ISO/IEC 14496-12 §4.3; older QuickTime has no `ftyp`). */
const FIRST_BOXES = new Set(['ftyp', 'moov', 'mdat', 'styp', 'wide', 'free', 'skip', 'pnot', 'sidx', 'moof'])
/** Brands of still pictures in the same boxes (HEIF, AVIF, Canon raw). */
const PICTURE_BRANDS = new Set(['heic', 'heix', 'heim', 'heis', 'mif1', 'avif', 'crx '])

function isIsoMedia(head: Uint8Array): boolean {
  const type = textAt(head, 4, 4)
  if (type === 'ftyp') return !PICTURE_BRANDS.has(textAt(head, 8, 4))
  return FIRST_BOXES.has(type) && plausibleBoxLength(head)
}

function plausibleBoxLength(head: Uint8Array): boolean {
  const length = new DataView(head.buffer, head.byteOffset, head.byteLength).getUint32(0)
  return length === 0 || length === 1 || length >= 8
}

const SYNC_BYTE = 0x47
/** Plain, with a time code in front (M2TS, Blu-ray), with error correction behind. */
const PACKET_LENGTHS = [188, 192, 204]
const SYNC_BYTES_WANTED = 5

/** ISO/IEC 13818-1 §2.4.3.2; what was cut out of a broadcast may begin in the middle of a packet. */
function isTransportStream(head: Uint8Array): boolean {
  return PACKET_LENGTHS.some((length) => {
    const packets = Math.min(SYNC_BYTES_WANTED, Math.floor(head.byteLength / length))
    if (packets < 2) return head.byteLength === length && head[0] === SYNC_BYTE
    const phases = Array.from({ length }, (_, phase) => phase)
    return phases.some((phase) => hasSyncBytes(head, phase, length, packets))
  })
}

function hasSyncBytes(head: Uint8Array, phase: number, length: number, packets: number): boolean {
  for (let packet = 0; packet < packets; packet++) {
    if (head[phase + packet * length] !== SYNC_BYTE) return false
  }
  return true
}

/** The length of ID3v2 tags at the beginning (ID3v2.4 §3.1: 28 bits in four bytes), 0 without. */
function id3v2Length(head: Uint8Array): number {
  let end = 0
  while (textAt(head, end, 3) === 'ID3' && head.byteLength >= end + 10) {
    const [a = 0, b = 0, c = 0, d = 0] = head.subarray(end + 6, end + 10)
    end += 10 + (a & 0x7f) * 0x20_0000 + (b & 0x7f) * 0x4000 + (c & 0x7f) * 0x80 + (d & 0x7f)
  }
  return end
}

/** MP3 and ADTS have no header, only frames; three in a row are no accident. */
function audioFrames(head: Uint8Array): 'mp3' | 'aac' | null {
  if (countFrames(head, adtsFrameLength) >= 3) return 'aac'
  return countFrames(head, mpegAudioFrameLength) >= 3 ? 'mp3' : null
}

function countFrames(head: Uint8Array, lengthAt: (frame: Uint8Array) => number): number {
  let at = 0
  let frames = 0
  while (frames < 3) {
    const length = lengthAt(head.subarray(at, at + 7))
    if (length === 0) return frames
    frames++
    at += length
    if (at >= head.byteLength) return frames === 1 && at > head.byteLength ? 0 : 3
  }
  return frames
}

/** ISO/IEC 13818-7 §6.2: twelve bits of sync, layer 0, thirteen bits of length. */
function adtsFrameLength([a = 0, b = 0, , d = 0, e = 0, f = 0]: Uint8Array): number {
  if (a !== 0xff || (b & 0xf6) !== 0xf0) return 0
  const length = (d & 3) * 0x800 + e * 8 + (f >> 5)
  return length < 7 ? 0 : length
}

const MPEG1_LAYER3_KBIT = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0]
const MPEG2_LAYER3_KBIT = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0]
const MPEG1_LAYER2_KBIT = [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 0]
const MPEG1_RATES_HZ = [44_100, 48_000, 32_000, 0]

/** Layers 2 and 3 of ISO/IEC 11172-3 §2.4.2.3 and 13818-3; 0 for anything else. */
function mpegAudioFrameLength([a = 0, b = 0, c = 0]: Uint8Array): number {
  const layer = 4 - ((b >> 1) & 3)
  const rate = MPEG_RATES.find((one) => one.version === ((b >> 3) & 3))
  if (a !== 0xff || (b & 0xe0) !== 0xe0 || rate === undefined || (layer !== 2 && layer !== 3)) return 0
  const rateHz = (MPEG1_RATES_HZ[(c >> 2) & 3] ?? 0) / rate.divisor
  const isMpeg1 = rate.divisor === 1
  const mpeg1Kbit = layer === 3 ? MPEG1_LAYER3_KBIT : MPEG1_LAYER2_KBIT
  const kbit = (isMpeg1 ? mpeg1Kbit : MPEG2_LAYER3_KBIT)[c >> 4] ?? 0
  if (rateHz === 0 || kbit === 0) return 0
  const bytesPerKbit = layer === 3 && !isMpeg1 ? 72_000 : 144_000
  return Math.floor((bytesPerKbit * kbit) / rateHz) + ((c >> 1) & 1)
}

/** MPEG-1, MPEG-2, MPEG-2.5: the last two at halved and quartered sampling rates. */
const MPEG_RATES = [
  { version: 3, divisor: 1 },
  { version: 2, divisor: 2 },
  { version: 0, divisor: 4 },
] as const

const FOREIGN: readonly { readonly at?: number; readonly is: string; readonly name: string }[] = [
  { is: '\x89PNG', name: 'a picture (PNG)' },
  { is: '\xff\xd8\xff', name: 'a picture (JPEG)' },
  { is: 'GIF8', name: 'a picture (GIF)' },
  { at: 8, is: 'WEBP', name: 'a picture (WebP)' },
  { at: 4, is: 'ftyp', name: 'a picture (HEIF or AVIF)' },
  { is: 'BM', name: 'a picture (BMP)' },
  { is: '%PDF', name: 'a document (PDF)' },
  { is: 'PK\x03\x04', name: 'an archive (ZIP)' },
  { is: 'Rar!', name: 'an archive (RAR)' },
  { is: '7z\xbc\xaf', name: 'an archive (7z)' },
  { is: '\x1f\x8b', name: 'an archive (gzip)' },
  { is: '\x7fELF', name: 'a program' },
  { is: 'MZ', name: 'a program' },
  { is: 'SQLite format 3', name: 'a database' },
]

/** Beginnings of text that asks a player to open something else, without regard to case. */
const PLAYLISTS: readonly { readonly is: RegExp; readonly name: string }[] = [
  { is: /^#EXTM3U/i, name: 'a playlist (M3U or HLS)' },
  { is: /^ffconcat/i, name: 'a playlist (ffconcat)' },
  { is: /^\[playlist\]/i, name: 'a playlist (PLS)' },
  { is: /^<asx/i, name: 'a playlist (ASX)' },
  { is: /<mpd[\s>]/i, name: 'a playlist (DASH)' },
  { is: /^v=0\s/i, name: 'a session description (SDP)' },
  { is: /^\[reference\]/i, name: 'a playlist (ASX)' },
  { is: /^# vobsub index file/i, name: 'a VobSub index' },
  { is: /^(?:rtsptext|rtsp:\/\/)/i, name: 'an address (RTSP)' },
  { is: /^(?:<!doctype html|<html)/i, name: 'a web page' },
]

function describeForeign(head: Uint8Array): string {
  const known = FOREIGN.find(({ at = 0, is }) => textAt(head, at, is.length) === is)
  if (known !== undefined) return known.name
  const text = asText(head)
  if (text === null) return 'something that we do not know'
  return PLAYLISTS.find(({ is }) => is.test(text))?.name ?? 'text'
}

/** What the bytes say when they are text at all, or null. A BOM and leading white space are left out. */
function asText(head: Uint8Array): string | null {
  const isUtf16 = ['\xff\xfe', '\xfe\xff'].includes(textAt(head, 0, 2))
  const text = isUtf16 ? textAt(head, 2, head.byteLength).replaceAll('\0', '') : textAt(head, 0, head.byteLength)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what tells text from other bytes.
  if (/[\0-\x08\x0e-\x1f]/.test(text)) return null
  return text.replace(/^(?:\xef\xbb\xbf)?\s*/, '')
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', at, at + length)
}
