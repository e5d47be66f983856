import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NotMediaError } from '#domain/errors.ts'
import { sniff } from './sniff.ts'

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
const filled = (length: number, at: Readonly<Record<number, number>>) => {
  const all = new Uint8Array(length).fill(1)
  for (const [position, value] of Object.entries(at)) all[Number(position)] = value
  return all
}
const everyNth = (step: number, phase: number) =>
  filled(step * 8, Object.fromEntries(Array.from({ length: 8 }, (_, packet) => [phase + packet * step, 0x47])))
/** 144 bytes of MPEG-1 layer 3 at 48 kbit/s and 48 kHz. */
const MP3_FRAMES = new Uint8Array(144 * 4).map((_, at) => [0xff, 0xfb, 0x34][at % 144] ?? 0)
/** ADTS frames of 64 bytes. */
const ADTS_FRAMES = new Uint8Array(64 * 4).map((_, at) => [0xff, 0xf1, 0x50, 0x80, 0x08, 0x1f, 0xfc][at % 64] ?? 0)

describe('sniff', () => {
  it.each([
    ['mov', bytes('\0\0\0\x20ftypisom')],
    ['mov', bytes('\0\0\0\x08wide\0\0\x10\0mdat')],
    ['mov', bytes('\0\0\x10\0moov\0\0\0\x6cmvhd')],
    ['matroska', bytes('\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska')],
    ['mpegts', everyNth(188, 0)],
    ['mpegts', everyNth(192, 4)],
    ['mpegts', everyNth(204, 0)],
    ['mpegts', everyNth(188, 77)],
    ['mpeg', bytes('\0\0\x01\xba\x44\0\x04\0')],
    ['avi', bytes('RIFF\x10\0\0\0AVI LIST')],
    ['flv', bytes('FLV\x01\x05\0\0\0\x09')],
    ['asf', bytes('\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c')],
    ['ogg', bytes('OggS\0\x02')],
    ['flac', bytes('fLaC\0\0\0\x22')],
    ['flac', bytes('ID3\x03\0\0\0\0\0\x02xxfLaC\0\0\0\x22')],
    ['wav', bytes('RIFF\x10\0\0\0WAVEfmt ')],
    ['mp3', MP3_FRAMES],
    ['mp3', bytes('ID3\x04\0\0\0\x7f\x7f\x7ftag longer than what was read')],
    ['aac', ADTS_FRAMES],
  ] as const)('knows %s by its first bytes', (family, head) => {
    expect(sniff(head)).toBe(family)
  })

  it.each([
    ['The file is empty.', ''],
    ['The file holds nothing but zeros.', '\0'.repeat(4096)],
    ['a playlist (M3U or HLS)', '#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/secret.ts\n'],
    ['a playlist (M3U or HLS)', '\xef\xbb\xbf\r\n  #extm3u\n'],
    ['a playlist (ffconcat)', "ffconcat version 1.0\nfile '/etc/passwd'\n"],
    ['a playlist (PLS)', '[playlist]\nFile1=http://127.0.0.1/\n'],
    ['a playlist (ASX)', '<ASX version="3.0"><entry><ref href="http://127.0.0.1/"/></entry></ASX>'],
    ['a playlist (DASH)', '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">'],
    ['a session description (SDP)', 'v=0\no=- 0 0 IN IP4 127.0.0.1\n'],
    ['a VobSub index', '# VobSub index file, v7\n'],
    ['an address (RTSP)', 'rtsp://127.0.0.1/stream'],
    ['a web page', '<!DOCTYPE html><html>'],
    ['text', 'Dear Sir or Madam,'],
    ['text', '\xff\xfeD\0e\0a\0r\0'],
    ['a picture (PNG)', '\x89PNG\r\n\x1a\n'],
    ['a picture (JPEG)', '\xff\xd8\xff\xe0\0\x10JFIF'],
    ['a picture (HEIF or AVIF)', '\0\0\0\x1cftypavif\0\0\0\0'],
    ['an archive (ZIP)', 'PK\x03\x04\x14\0'],
    ['something that we do not know', '\x01\x02\x03\x04'],
  ])('says what else a file is: %s', (name, content) => {
    expect(() => sniff(bytes(content))).toThrow(NotMediaError)
    expect(() => sniff(bytes(content))).toThrow(name)
  })

  it('answers with a family or a NotMediaError, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 2000 }),
        fc.constantFrom('', 'ID3', '\xff\xfb', 'RIFF', '\0\0\0\x10'),
        (tail, head) => {
          try {
            expect(sniff(Uint8Array.from([...bytes(head), ...tail]))).toMatch(/^[a-z0-9]+$/)
          } catch (error) {
            expect(error).toBeInstanceOf(NotMediaError)
          }
        },
      ),
    )
  })
})
