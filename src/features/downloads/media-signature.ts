/** What the first bytes of an answer are; `other` is neither media nor text of a page. */
export type Signature = 'playlist' | 'media' | 'page' | 'other'

/** As many bytes as `signatureOf` wants to see. */
export const SIGNATURE_BYTES = 4096

const TS_PACKET_BYTES = 188
const TS_SYNC = 0x47

/** Magic bytes of containers that can be played, by where they stand. */
const MAGIC: readonly { readonly at: number; readonly bytes: readonly number[] }[] = [
  { at: 4, bytes: codes('ftyp') },
  { at: 4, bytes: codes('moov') },
  { at: 0, bytes: [0x1a, 0x45, 0xdf, 0xa3] }, // Matroska, WebM
  { at: 8, bytes: codes('AVI ') },
  { at: 8, bytes: codes('WAVE') },
  { at: 0, bytes: codes('OggS') },
  { at: 0, bytes: codes('fLaC') },
  { at: 0, bytes: codes('FLV') },
  { at: 0, bytes: codes('ID3') },
  { at: 0, bytes: [0x30, 0x26, 0xb2, 0x75] }, // ASF
  { at: 0, bytes: [0x00, 0x00, 0x01, 0xba] }, // MPEG program stream
]

/** Tells a playlist, a media file and a page apart by their first bytes: names and types of servers are often wrong. */
export function signatureOf(head: Uint8Array): Signature {
  const text = new TextDecoder('utf-8')
    .decode(head)
    .replace(/^\ufeff/, '')
    .trimStart()
  if (text.startsWith('#EXTM3U')) return 'playlist'
  if (MAGIC.some(({ at, bytes }) => bytes.every((byte, index) => head[at + index] === byte))) return 'media'
  if (isTransportStream(head) || isAudioFrame(head)) return 'media'
  return /^<(?:!doctype|html|\?xml|head|body|!--)/i.test(text) ? 'page' : 'other'
}

function isTransportStream(head: Uint8Array): boolean {
  const count = Math.min(4, Math.floor(head.length / TS_PACKET_BYTES))
  return count > 1 && Array.from({ length: count }, (_, packet) => head[packet * TS_PACKET_BYTES]).every(isSync)
}

function isSync(byte: number | undefined): boolean {
  return byte === TS_SYNC
}

/** ADTS and MPEG audio without a tag: the twelve bits of a frame's sync word (ISO/IEC 13818-7 §6.2, 11172-3 §2.4.1). */
function isAudioFrame([first = 0, second = 0]: Uint8Array): boolean {
  return first === 0xff && (second & 0xe0) === 0xe0 && second !== 0xff && second !== 0xfe
}

function codes(ascii: string): readonly number[] {
  return Array.from(ascii, (character) => character.charCodeAt(0))
}
