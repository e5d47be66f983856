import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MediaIndex } from '#domain/media-index.ts'
import type { AudioStream, MediaInfo, MediaStream, SubtitleStream, VideoStream } from '#domain/media-info.ts'
import { type PlanSettings, planIngest } from './plan-ingest.ts'

const settings: PlanSettings = { minSegmentSec: 2, maxSegmentSec: 30, maxSegmentBytes: 19_900_000, oversized: 'split' }

describe('planIngest', () => {
  it('copies what players take and says so', () => {
    const plan = planIngest(info([video(), audio()]), index(), settings)
    expect(plan.tracks.map(({ name, action, codec }) => [name, action, codec])).toEqual([
      ['v0', 'copy', 'h264'],
      ['a0', 'copy', 'aac'],
    ])
    expect(plan.packaging).toBe('fmp4')
    expect(plan.reencode).toEqual([])
  })

  it('puts an AAC rendition beside every sound that does not play everywhere, AAC first', () => {
    const streams = [
      video(),
      audio({ index: 1, codec: 'ac3', channels: 6, language: 'de' }),
      audio({ index: 2, codec: 'dts', channels: 6 }),
    ]
    const { tracks } = planIngest(info(streams), index(), settings)
    expect(
      tracks.map(({ name, streamIndex, codec, action, channels }) => [name, streamIndex, codec, action, channels]),
    ).toEqual([
      ['v0', 0, 'h264', 'copy', null],
      ['a0', 1, 'aac', 'encode', 2],
      ['a1', 2, 'aac', 'encode', 2],
      ['a2', 1, 'ac3', 'copy', 6],
      ['a3', 2, 'dts', 'copy', 6],
    ])
    expect(tracks[1]?.language).toBe('de')
  })

  it.each(['mpeg2video', 'mpeg4', 'vc1', 'prores', 'mjpeg', 'vp8', 'theora'])('encodes %s to H.264', (codec) => {
    const plan = planIngest(info([video({ codec }), audio()]), { ...index(), gops: [], origin: 'none' }, settings)
    expect(plan.tracks[0]).toMatchObject({ action: 'encode', codec: 'h264' })
    expect(plan.borders.slice(0, 3)).toEqual([0, 6, 12])
  })

  it('encodes H.264 with a chroma that no browser shows', () => {
    const plan = planIngest(info([video({ pixelFormat: 'yuv444p' })]), { ...index(), gops: [] }, settings)
    expect(plan.tracks[0]?.action).toBe('encode')
  })

  it('marks exactly one sound of each kind as default, the one the file marks', () => {
    const streams = [video(), audio({ index: 1, isDefault: false }), audio({ index: 2, isDefault: true, codec: 'ac3' })]
    const { tracks } = planIngest(info(streams), index(), settings)
    expect(
      tracks.filter(({ kind, isDefault }) => kind === 'audio' && isDefault).map(({ streamIndex }) => streamIndex),
    ).toEqual([2, 2])
  })

  it('turns to MPEG-TS when a piece over the limit is to be encoded to fit', () => {
    const heavy = {
      ...index(),
      gops: index().gops.map((gop, number) => ({ ...gop, byteLength: number === 3 ? 50_000_000 : 1_000_000 })),
    }
    const split = planIngest(info([video(), audio()]), heavy, settings)
    expect([split.packaging, split.reencode]).toEqual(['fmp4', []])
    const reencode = planIngest(info([video(), audio()]), heavy, { ...settings, oversized: 'reencode' })
    expect(reencode.packaging).toBe('ts')
    expect(reencode.reencode).toHaveLength(1)
    expect(reencode.borders[reencode.reencode[0]?.index ?? -1]).toBe(6)
    const turned = planIngest(info([video({ rotation: 90 })]), heavy, { ...settings, oversized: 'reencode' })
    expect([turned.packaging, turned.reencode, turned.notes.join()]).toEqual([
      'fmp4',
      [],
      expect.stringContaining('turned'),
    ])
    expect([reencode.notes, split.notes]).toEqual([[], []])
  })

  it('plans sound without a picture', () => {
    const plan = planIngest(info([audio({ index: 0 })]), { ...index(), gops: [], origin: 'none' }, settings)
    expect(plan.tracks.map(({ name }) => name)).toEqual(['a0'])
    expect(plan.borders.length).toBeGreaterThan(5)
  })

  it('starts at presentation zero wherever the container starts, and keeps the target duration a bound', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -5, max: 100_000, noNaN: true }),
        fc.array(fc.double({ min: 0.1, max: 20, noNaN: true }), { minLength: 1, maxLength: 100 }),
        (startSec, lengths) => {
          let at = startSec
          const gops = lengths.map((length) => {
            const gop = { startSec: at, byteLength: 1_000_000, closed: true }
            at += length
            return gop
          })
          const plan = planIngest(info([video()]), { startSec, endSec: at, origin: 'container', gops }, settings)
          expect(plan.borders[0]).toBe(0)
          for (const [number, border] of plan.borders.entries()) {
            const length = (plan.borders[number + 1] ?? plan.durationSec) - border
            expect(Math.round(length)).toBeLessThanOrEqual(plan.targetDurationSec)
          }
        },
      ),
    )
  })

  it('puts silence before a sound that begins late, and keeps an original unless it lacks whole segments', () => {
    const streams = [
      video(),
      audio({ index: 1, startSec: 0.4 }),
      audio({ index: 2, startSec: 0.6 }),
      audio({ index: 3, codec: 'ac3', startSec: 9 }),
      audio({ index: 4, codec: 'ac3', startSec: 5 }),
    ]
    const { tracks } = planIngest(info(streams), index(), settings)
    expect(tracks.slice(1).map(({ streamIndex, action, codec }) => [streamIndex, action, codec])).toEqual([
      [1, 'copy', 'aac'],
      [2, 'encode', 'aac'],
      [3, 'encode', 'aac'],
      [4, 'encode', 'aac'],
      [4, 'copy', 'ac3'],
    ])
  })

  it('begins with the sound when that comes well before the picture, and with the picture when it is mere priming', () => {
    const late = {
      ...index(),
      startSec: 3,
      endSec: 63,
      gops: index().gops.map((gop) => ({ ...gop, startSec: gop.startSec + 3 })),
    }
    expect(planIngest(info([video(), audio({ startSec: 0 })]), late, settings).startSec).toBe(0)
    expect(planIngest(info([video(), audio({ startSec: 2.979 })]), late, settings).startSec).toBe(3)
  })

  it('says that a film without closed groups of pictures is hard to seek in browsers', () => {
    const gops = Array.from({ length: 60 }, (_, at) => ({ startSec: at * 2, byteLength: 1000, closed: at % 20 === 0 }))
    const wide = { ...index(), startSec: 0, endSec: 120, gops }
    expect(planIngest(info([video()]), wide, settings).notes.join()).not.toContain('Web playback')
    const open = { ...wide, gops: gops.map((gop, at) => ({ ...gop, closed: at === 0 })) }
    const plan = planIngest(info([video()]), open, settings)
    expect(plan.notes.join()).toContain('Web playback is limited')
    expect(plan.targetDurationSec).toBe(6)
  })

  it('says that pictures which a trim has hidden are shown', () => {
    const trimmed = {
      ...index(),
      startSec: -1.3,
      gops: index().gops.map((gop) => ({ ...gop, startSec: gop.startSec - 1.3 })),
    }
    const plan = planIngest({ ...info([video()]), container: 'mov' }, trimmed, settings)
    expect(plan.notes.join()).toContain('1.3 s before its start')
    expect(planIngest({ ...info([video()]), container: 'mov' }, index(), settings).notes).toEqual([])
  })

  it('keeps every subtitle track with its labels', () => {
    const plan = planIngest(
      info([
        video(),
        subtitle({ index: 1, forced: true }),
        subtitle({ index: 2, codec: 'hdmv_pgs_subtitle', form: 'bitmap' }),
      ]),
      index(),
      settings,
    )
    expect(plan.subtitles.map(({ name, streamIndex, form, forced }) => [name, streamIndex, form, forced])).toEqual([
      ['s0', 1, 'text', true],
      ['s1', 2, 'bitmap', false],
    ])
  })
})

function info(streams: readonly MediaStream[]): MediaInfo {
  return { container: 'matroska', byteLength: 1e9, startSec: 0, durationSec: 60, title: null, streams, chapters: [] }
}

function index(): MediaIndex {
  const gops = Array.from({ length: 30 }, (_, number) => ({
    startSec: number * 2,
    byteLength: 1_000_000,
    closed: true,
  }))
  return { startSec: 0, endSec: 60, origin: 'container', gops }
}

const labels = { language: 'en', title: null, isDefault: false, forced: false, hearingImpaired: false }

function video(facts: Partial<VideoStream> = {}): VideoStream {
  return {
    ...labels,
    kind: 'video',
    index: 0,
    codec: 'h264',
    profile: 'High',
    bitRate: null,
    startSec: 0,
    isCover: false,
    width: 1920,
    height: 1080,
    rotation: 0,
    pixelFormat: 'yuv420p',
    frameRate: 24,
    videoRange: 'SDR',
    interlaced: false,
    ...facts,
  }
}

function audio(facts: Partial<AudioStream> = {}): AudioStream {
  const own = { kind: 'audio', index: 1, codec: 'aac', profile: 'LC', bitRate: null, startSec: 0 } as const
  return { ...labels, ...own, channels: 2, sampleRate: 48_000, ...facts }
}

function subtitle(facts: Partial<SubtitleStream> = {}): SubtitleStream {
  return {
    ...labels,
    kind: 'subtitles',
    index: 1,
    codec: 'subrip',
    profile: null,
    bitRate: null,
    startSec: 0,
    form: 'text',
    ...facts,
  }
}
