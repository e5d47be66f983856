import { describe, expect, it } from 'vitest'
import type { MediaPlaylist } from './media-playlist.ts'
import { parsePlaylist } from './parse-playlist.ts'
import { implicitIv } from './segment-key.ts'

const BASE = 'https://example.com/live/list.m3u8?token=a%20b'

/** A media playlist of the given lines below a plain header. */
function media(...lines: string[]): MediaPlaylist {
  return parsePlaylist(['#EXTM3U', '#EXT-X-TARGETDURATION:10', ...lines].join('\n'), BASE) as MediaPlaylist
}

const rules = (playlist: MediaPlaylist) => playlist.violations.map(({ rule, line }) => `${rule} ${line}`)
const VOD = '#EXT-X-PLAYLIST-TYPE:VOD'

describe('numbers of segments', () => {
  it('stay apart however great the first one is: two segments never share one', () => {
    const two = ['#EXT-X-DISCONTINUITY', '#EXTINF:10,', 'a.ts', '#EXT-X-DISCONTINUITY', '#EXTINF:10,', 'b.ts']
    const huge = '9'.repeat(30)
    const numbered = media(`#EXT-X-MEDIA-SEQUENCE:${huge}`, `#EXT-X-DISCONTINUITY-SEQUENCE:${huge}`, ...two)
    expect(new Set(numbered.segments.map(({ msn }) => msn)).size).toBe(2)
    expect(new Set(numbered.segments.map(({ dsn }) => dsn)).size).toBe(2)
    expect(numbered.segments[0]?.msn).toBe(numbered.mediaSequence)
    const skipped = media(`#EXT-X-SKIP:SKIPPED-SEGMENTS=${huge}`, '#EXT-X-MEDIA-SEQUENCE:7', ...two)
    expect(skipped.segments[0]?.msn).toBe(7 + (skipped.skipped?.count ?? 0))
    expect(skipped.segments[1]?.msn).toBe(8 + (skipped.skipped?.count ?? 0))
  })
})

describe('byte ranges (trap 4)', () => {
  const ranges = (playlist: MediaPlaylist) =>
    playlist.segments.map(({ byteRange }) => byteRange && [byteRange.offset, byteRange.length])

  it('stand before or after EXTINF, and go on where the last range of the same URI ended', () => {
    const playlist = media(
      ...['#EXT-X-VERSION:4', VOD],
      ...['#EXT-X-BYTERANGE:10@5', '#EXTINF:10,', 'a.ts'],
      ...['#EXTINF:10,', '#EXT-X-BYTERANGE:20', 'a.ts'],
      ...['#EXTINF:10,', 'b.ts'],
      ...['#EXTINF:10,', '#EXT-X-BYTERANGE:30', 'a.ts'],
    )
    expect(ranges(playlist)).toEqual([[5, 10], [15, 20], null, [35, 30]])
    expect(playlist.violations).toEqual([])
  })

  it('are left out, with a violation, when they would end beyond 2^53', () => {
    const playlist = media(
      ...['#EXT-X-VERSION:4', VOD, '#EXTINF:10,', '#EXT-X-BYTERANGE:9007199254740990@0', 'a.ts'],
      ...['#EXTINF:10,', '#EXT-X-BYTERANGE:9007199254740990', 'a.ts'],
    )
    expect(ranges(playlist)).toEqual([[0, 9007199254740990], null])
    expect(rules(playlist)).toEqual(['syntax 9'])
  })

  it('start at zero, with a violation, when nothing of that URI came before', () => {
    const playlist = media(
      ...['#EXT-X-VERSION:4', VOD, '#EXT-X-BYTERANGE:10@5', '#EXTINF:10,', 'a.ts'],
      ...['#EXT-X-BYTERANGE:7', '#EXTINF:10,', 'b.ts'],
    )
    expect(ranges(playlist)[1]).toEqual([0, 7])
    expect(rules(playlist)).toEqual(['range-without-offset 8'])
  })

  it.each(['x@0', '', '10@', '-1@0', '10 @ 5', '1e3@0', '99999999999999999@0'])(
    'are marked with their line when they cannot be read, and what goes on from them too: %j',
    (text) => {
      const playlist = media(
        ...['#EXT-X-VERSION:4', VOD, '#EXTINF:10,', '#EXT-X-BYTERANGE:10@5', 'a.ts'],
        ...['#EXTINF:10,', `#EXT-X-BYTERANGE:${text}`, 'a.ts', '#EXTINF:10,', '#EXT-X-BYTERANGE:7', 'a.ts'],
        ...['#EXTINF:10,', '#EXT-X-BYTERANGE:7@90', 'a.ts', '#EXTINF:10,', '#EXT-X-BYTERANGE:8', 'a.ts'],
        ...['#EXTINF:10,', 'b.ts'],
      )
      expect(ranges(playlist)).toEqual([[5, 10], null, null, [90, 7], [97, 8], null])
      const lines = playlist.segments.map(({ badByteRangeLine }) => badByteRangeLine)
      expect(lines).toEqual([null, 9, 12, null, null, null])
    },
  )

  it('of init segments are marked when they cannot be read', () => {
    const playlist = media('#EXT-X-VERSION:6', VOD, '#EXT-X-MAP:URI="i.mp4",BYTERANGE="all"', '#EXTINF:10,', 'a.m4s')
    expect(playlist.segments[0]?.map).toMatchObject({ byteRange: null, badByteRangeLine: 5 })
  })

  it('are exact beyond 4 GiB and refused beyond 2^53', () => {
    const far = media('#EXT-X-VERSION:4', VOD, '#EXT-X-BYTERANGE:10@5000000001', '#EXTINF:10,', 'a.ts')
    expect(ranges(far)).toEqual([[5_000_000_001, 10]])
    const tooFar = media('#EXT-X-VERSION:4', VOD, '#EXT-X-BYTERANGE:10@9999999999999999', '#EXTINF:10,', 'a.ts')
    expect(ranges(tooFar)).toEqual([null])
    expect(rules(tooFar)).toEqual(['syntax 5'])
  })

  it('of init segments are kept; a change of the init segment needs a discontinuity', () => {
    const playlist = media(
      ...['#EXT-X-VERSION:6', VOD, '#EXT-X-MAP:URI="i.mp4",BYTERANGE="100@0"', '#EXTINF:10,', 'a.m4s'],
      ...['#EXT-X-MAP:URI="i.mp4",BYTERANGE="100@500"', '#EXTINF:10,', 'b.m4s'],
      ...['#EXT-X-DISCONTINUITY', '#EXT-X-MAP:URI="j.mp4"', '#EXTINF:10,', 'c.m4s'],
    )
    expect(playlist.segments.map(({ map }) => [map?.url, map?.byteRange?.offset])).toEqual([
      ['https://example.com/live/i.mp4', 0],
      ['https://example.com/live/i.mp4', 500],
      ['https://example.com/live/j.mp4', undefined],
    ])
    expect(rules(playlist)).toEqual(['map-changed-silently 8'])
  })
})

describe('keys (trap 5)', () => {
  const IV = '0x000102030405060708090A0B0C0D0E0F'
  const segment = (name: string) => ['#EXTINF:10,', name]

  it('rotate, and end with NONE', () => {
    const playlist = media(
      ...['#EXT-X-VERSION:2', VOD, `#EXT-X-KEY:METHOD=AES-128,URI="k1",IV=${IV}`, ...segment('a'), ...segment('b')],
      ...['#EXT-X-KEY:METHOD=AES-128,URI="k2"', ...segment('c'), '#EXT-X-KEY:METHOD=NONE', ...segment('d')],
    )
    expect(playlist.segments.map(({ keys }) => keys.map(({ uri, iv }) => [uri, iv]))).toEqual([
      [['k1', '000102030405060708090a0b0c0d0e0f']],
      [['k1', '000102030405060708090a0b0c0d0e0f']],
      [['k2', null]],
      [],
    ])
    expect(playlist.violations).toEqual([])
  })

  it('of one block all apply, one for each KEYFORMAT; the next block replaces them', () => {
    const playlist = media(
      ...['#EXT-X-VERSION:5', VOD],
      ...[
        '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://x",KEYFORMAT="com.apple.streamingkeydelivery",KEYFORMATVERSIONS="1/2"',
      ],
      ...['#EXT-X-KEY:METHOD=AES-128,URI="old"', '#EXT-X-KEY:METHOD=AES-128,URI="k"', ...segment('a')],
      ...['#EXT-X-KEY:METHOD=AES-128,URI="next"', ...segment('b')],
    )
    expect(playlist.segments.map(({ keys }) => keys.map((key) => key.uri))).toEqual([['skd://x', 'k'], ['next']])
    expect(playlist.segments[0]?.keys[0]).toMatchObject({ keyFormatVersions: [1, 2], url: 'skd://x' })
    expect(playlist.segments[0]?.keys[1]).toMatchObject({ keyFormatVersions: [1], keyFormat: 'identity' })
  })

  it('may be data: URIs with comma and base64', () => {
    const uri = 'data:text/plain;base64,AAAA+/=='
    const playlist = media(VOD, `#EXT-X-KEY:METHOD=AES-128,URI="${uri}"`, ...segment('a'))
    expect(playlist.segments[0]?.keys).toMatchObject([{ uri, url: uri }])
  })

  it.each([
    ['0X0A', '0000000000000000000000000000000a', ['key-invalid 5']],
    ['0xabcdef', '00000000000000000000000000abcdef', ['key-invalid 5']],
    [IV, IV.slice(2).toLowerCase(), []],
    [`0x00${IV.slice(2)}`, IV.slice(2).toLowerCase(), []],
    [`0x01${IV.slice(2)}`, null, ['key-invalid 5']],
    ['zebra', null, ['key-invalid 5']],
    [IV.slice(2), IV.slice(2).toLowerCase(), ['key-invalid 5']],
  ])('IV=%s', (text, iv, expected) => {
    const playlist = media('#EXT-X-VERSION:2', VOD, `#EXT-X-KEY:METHOD=AES-128,URI="k",IV=${text}`, ...segment('a'))
    expect(playlist.segments[0]?.keys).toMatchObject([{ iv }])
    expect(rules(playlist)).toEqual(expected)
  })

  it('below the MAP leave it clear; above it they need an IV', () => {
    const key = '#EXT-X-KEY:METHOD=AES-128,URI="k"'
    const clear = media('#EXT-X-VERSION:6', VOD, '#EXT-X-MAP:URI="i"', key, ...segment('a'))
    expect(clear.segments[0]).toMatchObject({ map: { keys: [] }, keys: [{ uri: 'k' }] })
    expect(clear.violations).toEqual([])
    const encrypted = media('#EXT-X-VERSION:6', VOD, key, '#EXT-X-MAP:URI="i"', ...segment('a'))
    expect(encrypted.segments[0]).toMatchObject({ map: { keys: [{ uri: 'k' }] } })
    expect(rules(encrypted)).toEqual(['key-missing-iv-for-map 6'])
  })

  it('of unknown method or without URI are kept and reported', () => {
    const playlist = media(VOD, '#EXT-X-KEY:METHOD=ROT13', ...segment('a'))
    expect(playlist.segments[0]?.keys).toMatchObject([{ method: 'ROT13', uri: null, url: null }])
    expect(rules(playlist)).toEqual(['key-invalid 4', 'key-invalid 4'])
  })
})

describe('numbers (trap 6)', () => {
  it('number segments from MEDIA-SEQUENCE, which is also their implicit IV', () => {
    const playlist = media('#EXT-X-MEDIA-SEQUENCE:7794', VOD, '#EXTINF:9,', 'a', '#EXTINF:9,', 'b')
    expect(playlist.segments.map((segment) => segment.msn)).toEqual([7794, 7795])
    expect(implicitIv(7795)).toBe('00000000000000000000000000001e73')
  })

  it('take the first of two MEDIA-SEQUENCE tags', () => {
    const playlist = media('#EXT-X-MEDIA-SEQUENCE:5', VOD, '#EXTINF:9,', 'a', '#EXT-X-MEDIA-SEQUENCE:9')
    expect(playlist.segments[0]?.msn).toBe(5)
    expect(rules(playlist)).toEqual(['duplicate-tag 7'])
  })

  it('count skipped segments, wherever SKIP stands', () => {
    const skip = '#EXT-X-SKIP:SKIPPED-SEGMENTS=8'
    const tail = ['#EXTINF:9,', 'a']
    expect(media(skip, '#EXT-X-MEDIA-SEQUENCE:100', ...tail).segments[0]?.msn).toBe(108)
    expect(media('#EXT-X-MEDIA-SEQUENCE:100', skip, ...tail).segments[0]?.msn).toBe(108)
  })

  it('count discontinuities, its own tag included, and are not fooled by the longer name', () => {
    const playlist = media(
      ...['#EXT-X-DISCONTINUITY-SEQUENCE:4', VOD, '#EXTINF:9,', 'a', '#EXT-X-DISCONTINUITY', '#EXTINF:9,', 'b'],
      ...['#EXTINF:9,', 'c'],
    )
    expect(playlist.segments.map(({ dsn, discontinuity }) => [dsn, discontinuity])).toEqual([
      [4, false],
      [5, true],
      [5, false],
    ])
  })

  it('hold values over 2^31, and clamp those over 2^53', () => {
    expect(media('#EXT-X-MEDIA-SEQUENCE:1693526400123', '#EXTINF:9,', 'a').segments[0]?.msn).toBe(1_693_526_400_123)
    expect(media('#EXT-X-MEDIA-SEQUENCE:99999999999999999999').mediaSequence).toBe(Number.MAX_SAFE_INTEGER)
    expect(media('#EXT-X-MEDIA-SEQUENCE:-3').mediaSequence).toBe(0)
    expect(media('#EXT-X-MEDIA-SEQUENCE:x').mediaSequence).toBe(0)
  })
})

describe('gaps, dates, markers (trap 9)', () => {
  it('marks gaps and bit rates', () => {
    const playlist = media(
      ...['#EXT-X-VERSION:4', VOD, '#EXT-X-BITRATE:1000', '#EXTINF:9,', 'a', '#EXT-X-GAP', '#EXTINF:9,', 'b'],
      ...['#EXT-X-BYTERANGE:5@0', '#EXTINF:9,', 'c'],
    )
    expect(playlist.segments.map(({ gap, bitrateKbps }) => [gap, bitrateKbps])).toEqual([
      [false, 1000],
      [true, 1000],
      [false, null],
    ])
    expect(rules(playlist)).toEqual(['gap-segment 10'])
  })

  it('computes dates onwards and backwards from those given', () => {
    const playlist = media(
      ...[VOD, '#EXTINF:9,', 'a', '#EXT-X-PROGRAM-DATE-TIME:2026-01-02T03:04:05.678+0100', '#EXTINF:10,', 'b'],
      ...['#EXTINF:9,', 'c'],
    )
    const given = Date.UTC(2026, 0, 2, 2, 4, 5, 678)
    expect(playlist.segments.map((segment) => segment.programDateTime)).toEqual([
      { ms: given - 9000, given: false },
      { ms: given, given: true },
      { ms: given + 10_000, given: false },
    ])
    expect(playlist.violations).toEqual([])
  })

  it('reports dates that jump or go back, but not at a discontinuity', () => {
    const dated = (time: string, ...before: string[]) => [
      ...before,
      `#EXT-X-PROGRAM-DATE-TIME:2026-01-02T${time}Z`,
      '#EXTINF:10,',
      'a',
    ]
    const playlist = media(
      ...[VOD, ...dated('00:00:00'), ...dated('00:00:10.5'), ...dated('00:00:21.1'), ...dated('00:00:05')],
      ...dated('00:09:00', '#EXT-X-DISCONTINUITY'),
    )
    expect(rules(playlist)).toEqual(['date-jump 12', 'date-backwards 15'])
  })

  it.each([
    ['2026-02-03T04:05:06Z', '2026-02-03T04:05:06.000Z', 0],
    ['2026-02-03T04:05:06.1234567-05:30', '2026-02-03T09:35:06.123Z', 0],
    ['2026-02-03T04:05:06+01', '2026-02-03T03:05:06.000Z', 0],
    ['2026-02-03 04:05:06', '2026-02-03T04:05:06.000Z', 1],
    ['2026-02-31T04:05:06Z', undefined, 1],
    ['yesterday', undefined, 1],
  ])('reads the date %s', (text, iso, faults) => {
    const playlist = media(VOD, `#EXT-X-PROGRAM-DATE-TIME:${text}`, '#EXTINF:9,', 'a')
    const date = playlist.segments[0]?.programDateTime
    expect(date && new Date(date.ms).toISOString()).toBe(iso ?? null)
    expect(playlist.violations).toHaveLength(faults)
  })

  it('reads date ranges and merges tags of one ID', () => {
    const playlist = media(
      ...[VOD, '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z', '#EXTINF:9,', 'a'],
      ...['#EXT-X-DATERANGE:ID="ad",START-DATE="2026-01-01T00:00:00Z",PLANNED-DURATION=30,SCTE35-OUT=0xFC,X-A="b"'],
      ...['#EXT-X-DATERANGE:ID="ad",DURATION=29.5,SCTE35-IN=0xFD'],
    )
    expect(playlist.dateRanges).toHaveLength(1)
    expect(playlist.dateRanges[0]).toMatchObject({ id: 'ad', plannedDurationSec: 30, durationSec: 29.5, line: 7 })
    expect([...(playlist.dateRanges[0]?.attributes.keys() ?? [])]).toContain('SCTE35-IN')
    expect(playlist.violations).toEqual([])
  })

  it.each([
    ['START-DATE="2026-01-01T00:00:00Z"', 'ID is missing'],
    ['ID="a"', 'START-DATE is missing'],
    ['ID="a",START-DATE="2026-01-01T00:00:00Z",DURATION=-1', 'a duration is negative'],
    ['ID="a",START-DATE="2026-01-01T00:00:00Z",END-DATE="2025-01-01T00:00:00Z"', 'it ends before it starts'],
    ['ID="a",START-DATE="2026-01-01T00:00:00Z",END-ON-NEXT=YES', 'END-ON-NEXT without CLASS'],
  ])('reports the date range %s', (attributes, text) => {
    const playlist = media(
      VOD,
      '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z',
      `#EXT-X-DATERANGE:${attributes}`,
      '#EXTINF:9,',
      'a',
    )
    expect(playlist.violations).toMatchObject([{ rule: 'date-range-invalid', text }])
  })

  it('reports date ranges without dates, and live lists without', () => {
    const range = '#EXT-X-DATERANGE:ID="a",START-DATE="2026-01-01T00:00:00Z"'
    expect(rules(media(range, '#EXTINF:9,', 'a'))).toEqual(['date-missing-live 1', 'date-range-invalid 3'])
  })

  it.each([
    ['#EXT-X-CUE-OUT:30.5', { kind: 'out', durationSec: 30.5, elapsedSec: null }],
    ['#EXT-X-CUE-OUT:DURATION=30', { kind: 'out', durationSec: 30, elapsedSec: null }],
    ['#EXT-X-CUE-OUT', { kind: 'out', durationSec: null, elapsedSec: null }],
    ['#EXT-X-CUE-OUT-CONT:10/30', { kind: 'cont', durationSec: 30, elapsedSec: 10 }],
    ['#EXT-X-CUE-OUT-CONT:8.5', { kind: 'cont', durationSec: null, elapsedSec: 8.5 }],
    ['#EXT-X-CUE-OUT-CONT:ElapsedTime=8,Duration=30,SCTE35=/DA=', { kind: 'cont', durationSec: 30, elapsedSec: 8 }],
    ['#EXT-X-CUE-IN', { kind: 'in', durationSec: null, elapsedSec: null }],
    ['#EXT-OATCLS-SCTE35:/DAlAAAA', { kind: 'scte35', text: '/DAlAAAA' }],
  ])('reads the marker %s', (tag, cue) => {
    expect(media(VOD, tag, '#EXTINF:9,', 'a').segments[0]?.cues).toMatchObject([cue])
  })
})
