import fc from 'fast-check'
import * as HlsParser from 'hls-parser'
import { describe, expect, it } from 'vitest'
import { formatMediaPlaylist, type MediaPlaylistToWrite, targetDurationOf } from './format-media-playlist.ts'
import { formatMultivariantPlaylist, type MultivariantPlaylistToWrite } from './format-multivariant-playlist.ts'
import type { MediaPlaylist } from './media-playlist.ts'
import type { MultivariantPlaylist } from './multivariant-playlist.ts'
import { parsePlaylist } from './parse-playlist.ts'

const BASE = 'http://h/p/list.m3u8'

const VOD: MediaPlaylistToWrite = {
  targetDurationSec: 6,
  type: 'vod',
  independentSegments: true,
  initUri: 'init.mp4',
  segments: [
    { uri: '0.m4s', durationSec: 6 },
    { uri: '1.m4s', durationSec: 5.9999999 },
    { uri: '2.m4s', durationSec: 1 / 3 },
  ],
  ended: true,
}

describe('formatMediaPlaylist', () => {
  it('writes what players take for fMP4', () => {
    expect(formatMediaPlaylist(VOD)).toBe(
      `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="init.mp4"
#EXTINF:6.000000,
0.m4s
#EXTINF:6.000000,
1.m4s
#EXTINF:0.333333,
2.m4s
#EXT-X-ENDLIST
`,
    )
  })

  it('writes a growing TS list that is only appended to', () => {
    const event = { targetDurationSec: 6, type: 'event', startOffsetSec: 0, ended: false } as const
    const segments = [
      { uri: '0.ts', durationSec: 6 },
      { uri: '1.ts', durationSec: 4, discontinuity: true, gap: true },
    ]
    const early = formatMediaPlaylist({ ...event, segments: segments.slice(0, 1) })
    const late = formatMediaPlaylist({ ...event, segments })
    expect(late.startsWith(early)).toBe(true)
    expect(late.slice(early.length)).toBe('#EXT-X-DISCONTINUITY\n#EXT-X-GAP\n#EXTINF:4.000000,\n1.ts\n')
    expect(early).toContain('#EXT-X-VERSION:3\n')
    expect(early).toContain('#EXT-X-START:TIME-OFFSET=0\n')
  })

  it.each([
    ['a line break in a URI', { ...VOD, segments: [{ uri: 'a\n#EXT-X-ENDLIST', durationSec: 1 }] }],
    ['a URI that would be a tag', { ...VOD, segments: [{ uri: '#EXT-X-ENDLIST', durationSec: 1 }] }],
    ['a URI that would be a variable', { ...VOD, segments: [{ uri: '{$a}.ts', durationSec: 1 }] }],
    ['an empty URI', { ...VOD, segments: [{ uri: '', durationSec: 1 }] }],
    ['a quote in the map', { ...VOD, initUri: 'a",BYTERANGE="1' }],
    ['a duration that is no number', { ...VOD, segments: [{ uri: 'a', durationSec: Number.NaN }] }],
    ['a negative duration', { ...VOD, segments: [{ uri: 'a', durationSec: -1 }] }],
    ['a segment over the target duration', { ...VOD, segments: [{ uri: 'a', durationSec: 6.5 }] }],
    ['half a target duration', { ...VOD, targetDurationSec: 6.5 }],
    ['a negative sequence', { ...VOD, mediaSequence: -1 }],
  ])('refuses %s', (_name, playlist) => {
    expect(() => formatMediaPlaylist(playlist)).toThrow(expect.objectContaining({ code: 'playlist-format' }))
  })

  it('finds a target duration that no segment exceeds', () => {
    expect(targetDurationOf([5.2, 6.000001, 3])).toBe(7)
    expect(targetDurationOf([6])).toBe(6)
    expect(targetDurationOf([0.2])).toBe(1)
    expect(targetDurationOf([])).toBe(1)
  })
})

const name = fc.stringMatching(/^[a-z0-9_-]{1,12}$/)
const mediaPlaylists: fc.Arbitrary<MediaPlaylistToWrite> = fc
  .record(
    {
      mediaSequence: fc.nat(),
      discontinuitySequence: fc.nat(1000),
      type: fc.constantFrom('event', 'vod'),
      startOffsetSec: fc.integer({ min: -100_000, max: 100_000 }).map((ms) => ms / 1000),
      independentSegments: fc.boolean(),
      initUri: name.map((each) => `${each}.mp4`),
      segments: fc.array(
        fc.record(
          {
            uri: name.map((each) => `${each}.m4s?x=1`),
            durationSec: fc.integer({ min: 1, max: 60_000_000 }).map((us) => us / 1e6),
            discontinuity: fc.boolean(),
            gap: fc.boolean(),
          },
          { requiredKeys: ['uri', 'durationSec'] },
        ),
      ),
      ended: fc.boolean(),
    },
    { requiredKeys: ['segments', 'ended'] },
  )
  .map((draft) => ({ ...draft, targetDurationSec: targetDurationOf(draft.segments.map((each) => each.durationSec)) }))

describe('what formatMediaPlaylist writes', () => {
  it('is read back equal', () => {
    fc.assert(
      fc.property(mediaPlaylists, (written) => {
        expect(asWritten(parsePlaylist(formatMediaPlaylist(written), BASE) as MediaPlaylist)).toEqual(
          withDefaults(written),
        )
      }),
      { numRuns: 300 },
    )
  })

  // hls-parser makes a segment without URI of a list that has a map and nothing else, and wants version 8 for gaps.
  const forHlsParser = mediaPlaylists
    .filter((playlist) => playlist.segments.length > 0)
    .map((playlist) => ({ ...playlist, segments: playlist.segments.map((segment) => ({ ...segment, gap: false })) }))

  it('is read the same by hls-parser', () => {
    HlsParser.setOptions({ strictMode: true })
    fc.assert(
      fc.property(forHlsParser, (written) => {
        const text = formatMediaPlaylist(written)
        const theirs = HlsParser.parse(text) as HlsParser.types.MediaPlaylist
        const ours = parsePlaylist(text, BASE) as MediaPlaylist
        expect(theirs.isMasterPlaylist).toBe(false)
        expect(theirs.targetDuration).toBe(ours.targetDurationSec)
        expect(theirs.endlist).toBe(ours.ended)
        expect(theirs.playlistType?.toLowerCase() ?? null).toBe(ours.type)
        expect(theirs.start?.offset).toBe(ours.start?.timeOffsetSec)
        expect(theirs.segments.map(theirSegment)).toEqual(ours.segments.map(ourSegment))
      }),
      { numRuns: 300 },
    )
  })

  it('breaks no rule when durations are even', () => {
    const segments = Array.from({ length: 20 }, (_, index) => ({ uri: `${index}.m4s`, durationSec: 6.006 }))
    for (const type of ['event', 'vod'] as const) {
      for (const initUri of [{}, { initUri: 'init.mp4' }]) {
        const text = formatMediaPlaylist({ targetDurationSec: 7, type, ...initUri, segments, ended: type === 'vod' })
        expect(parsePlaylist(text, BASE).violations).toEqual([])
      }
    }
  })
})

const AAC = { type: 'audio', groupId: 'aac', channels: 2 } as const
const MAIN: MultivariantPlaylistToWrite = {
  independentSegments: true,
  renditions: [
    { ...AAC, name: 'Deutsch', language: 'de', isDefault: true, uri: 'a0.m3u8' },
    { ...AAC, name: 'English', language: 'en', autoselect: true, uri: 'a1.m3u8' },
    { type: 'subtitles', groupId: 'subs', name: 'English', language: 'en', forced: true, uri: 's0.m3u8' },
  ],
  variants: [
    {
      uri: 'v0.m3u8',
      bandwidth: 2_000_000.2,
      averageBandwidth: 1_500_000,
      codecs: ['avc1.64001f', 'mp4a.40.2'],
      resolution: { width: 1280, height: 720 },
      frameRate: 24_000 / 1001,
      audioGroup: 'aac',
      subtitlesGroup: 'subs',
    },
  ],
}

describe('formatMultivariantPlaylist', () => {
  const text = formatMultivariantPlaylist(MAIN)

  it('writes what Apple asks for', () => {
    expect(text).toBe(
      `#EXTM3U
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="Deutsch",LANGUAGE="de",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="a0.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="English",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,CHANNELS="2",URI="a1.m3u8"
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="English",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,FORCED=YES,URI="s0.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=2000001,AVERAGE-BANDWIDTH=1500000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=23.976,AUDIO="aac",SUBTITLES="subs",CLOSED-CAPTIONS=NONE
v0.m3u8
`,
    )
  })

  it('breaks no rule, and hls-parser reads the same', () => {
    const ours = parsePlaylist(text, BASE) as MultivariantPlaylist
    expect(ours.violations).toEqual([])
    HlsParser.setOptions({ strictMode: true })
    const theirs = HlsParser.parse(text) as HlsParser.types.MasterPlaylist
    const [variant] = theirs.variants
    expect(variant).toMatchObject({
      uri: 'v0.m3u8',
      bandwidth: 2_000_001,
      frameRate: 23.976,
      codecs: 'avc1.64001f,mp4a.40.2',
    })
    expect(variant?.audio.map((each) => each.name)).toEqual(['Deutsch', 'English'])
    expect(variant?.subtitles.map((each) => [each.language, each.forced])).toEqual([['en', true]])
  })

  it('refuses a variant whose group is not there', () => {
    const broken = { ...MAIN, renditions: [] }
    expect(() => formatMultivariantPlaylist(broken)).toThrow(expect.objectContaining({ code: 'playlist-format' }))
  })

  it('lets no name, however foreign, break out of its attribute', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('', '"', '\n#EXT-X-ENDLIST\n', '{$x}', '",URI="'),
        (a, b) => {
          const foreign = `${a}${b}${a}`
          const rendition = { ...AAC, name: foreign, language: 'de', isDefault: true, uri: 'a.m3u8' }
          const written = formatMultivariantPlaylist({ ...MAIN, renditions: [...MAIN.renditions, rendition] })
          const read = parsePlaylist(written, BASE) as MultivariantPlaylist
          expect(read.renditions).toHaveLength(4)
          expect(read.renditions[3]).toMatchObject({ groupId: 'aac', language: 'de', uri: 'a.m3u8', isDefault: true })
          expect(read.variants).toHaveLength(1)
          expect(read.unknownTags).toEqual([])
        },
      ),
      { numRuns: 500 },
    )
  })
})

function theirSegment(segment: HlsParser.types.Segment) {
  const { uri, duration, discontinuity, gap, map, mediaSequenceNumber, discontinuitySequence } = segment
  return [uri, duration, discontinuity ?? false, gap ?? false, map?.uri, mediaSequenceNumber, discontinuitySequence]
}

function ourSegment(segment: MediaPlaylist['segments'][number]) {
  return [
    segment.uri,
    segment.durationSec,
    segment.discontinuity,
    segment.gap,
    segment.map?.uri,
    segment.msn,
    segment.dsn,
  ]
}

function withDefaults(written: MediaPlaylistToWrite) {
  const { initUri, startOffsetSec } = written
  return {
    mediaSequence: 0,
    discontinuitySequence: 0,
    type: undefined,
    independentSegments: false,
    ...written,
    startOffsetSec,
    initUri: written.segments.length > 0 ? initUri : undefined,
    segments: written.segments.map((segment) => ({ discontinuity: false, gap: false, ...segment })),
  }
}

/** What was read, in the terms of what is written. */
function asWritten(read: MediaPlaylist) {
  return {
    targetDurationSec: read.targetDurationSec,
    mediaSequence: read.mediaSequence,
    discontinuitySequence: read.discontinuitySequence,
    type: read.type ?? undefined,
    independentSegments: read.independentSegments,
    startOffsetSec: read.start?.timeOffsetSec,
    initUri: read.segments[0]?.map?.uri,
    segments: read.segments.map(({ uri, durationSec, discontinuity, gap }) => ({
      uri,
      durationSec,
      discontinuity,
      gap,
    })),
    ended: read.ended,
  }
}
