import { describe, expect, it } from 'vitest'
import { audioFrameNs } from './audio-frame-length.ts'
import type { MatroskaTrack } from './matroska-file.ts'

function track(codecId: string, samplingRateHz: number, more: Partial<MatroskaTrack> = {}): MatroskaTrack {
  return {
    number: 1,
    uid: '1',
    kind: 'audio',
    codecId,
    codecPrivate: null,
    defaultDurationNs: null,
    language: 'eng',
    name: null,
    isEnabled: true,
    isDefault: true,
    forced: false,
    hearingImpaired: false,
    timestampFactor: 1,
    codecDelayNs: 0,
    seekPreRollNs: 0,
    video: null,
    audio: { channels: 2, samplingRateHz, bitDepth: null },
    encoding: { kind: 'none' },
    ...more,
  }
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const flac = (least: number, most: number): Uint8Array =>
  bytes(0x66, 0x4c, 0x61, 0x43, 0x80, 0, 0, 34, least >> 8, least & 255, most >> 8, most & 255)

describe('audioFrameNs', () => {
  it.each<[string, MatroskaTrack, Uint8Array, number | null]>([
    ['AAC-LC', track('A_AAC', 48_000, { codecPrivate: bytes(0x11, 0x90) }), bytes(), 1024 / 48_000],
    ['AAC-LC of 960 samples', track('A_AAC', 48_000, { codecPrivate: bytes(0x11, 0x94) }), bytes(), 960 / 48_000],
    ['HE-AAC', track('A_AAC', 48_000, { codecPrivate: bytes(0x2b, 0x11, 0x88, 0) }), bytes(), 1024 / 24_000],
    ['xHE-AAC, of unknown length', track('A_AAC', 48_000, { codecPrivate: bytes(0xf9, 0x48, 0x20) }), bytes(), null],
    ['AAC without a config', track('A_AAC', 48_000), bytes(), null],
    ['AC-3, whatever rate the track says', track('A_AC3', 8000), bytes(0x0b, 0x77, 0, 0, 0x5e, 0x40), 1536 / 44_100],
    ['E-AC-3 of two blocks', track('A_EAC3', 48_000), bytes(0x0b, 0x77, 0, 0, 0x14, 0x80), 512 / 48_000],
    ['E-AC-3 at a reduced rate', track('A_EAC3', 24_000), bytes(0x0b, 0x77, 0, 0, 0xc4, 0x80), 1536 / 24_000],
    ['Opus, one CELT frame', track('A_OPUS', 44_100), bytes(0xfc), 0.02],
    ['Opus, two SILK frames of 60 ms', track('A_OPUS', 48_000), bytes(0x19), 0.12],
    ['Opus, three hybrid frames of 10 ms', track('A_OPUS', 48_000), bytes(0x63, 3), 0.03],
    ['FLAC of one block size', track('A_FLAC', 44_100, { codecPrivate: flac(4096, 4096) }), bytes(), 4096 / 44_100],
    ['FLAC of several block sizes', track('A_FLAC', 44_100, { codecPrivate: flac(16, 4096) }), bytes(), null],
    ['DTS', track('A_DTS', 48_000), bytes(0x7f, 0xfe, 0x80, 0x01, 0xfc, 0x3c, 0x7d, 0xb3, 0xf4), 512 / 48_000],
    ['DTS without a core', track('A_DTS', 48_000), bytes(0x64, 0x58, 0x20, 0x25), null],
    ['MP3', track('A_MPEG/L3', 44_100), bytes(), 1152 / 44_100],
    ['MP3 at a low rate', track('A_MPEG/L3', 22_050), bytes(), 576 / 22_050],
    ['another codec with a default duration', track('A_VORBIS', 48_000, { defaultDurationNs: 5e6 }), bytes(), 0.005],
    ['a codec whose first frame says nothing', track('A_AC3', 48_000, { defaultDurationNs: 32e6 }), bytes(), 0.032],
  ])('knows %s', (_, one, frame, seconds) => {
    const ns = audioFrameNs(one, frame)
    if (seconds === null) expect(ns).toBeNull()
    else expect(ns).toBeCloseTo(seconds * 1e9, 3)
  })
})
